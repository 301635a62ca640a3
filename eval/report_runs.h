// The score tables of several runs as one: a row an architecture, a column a score.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/score_table.h"

namespace zeroth::eval {

struct MergedColumn {
  std::string name;           // with the runs' labels behind it where runs disagree
  std::string column;         // as the runs name it
  size_t run;                 // the first that has it
  std::vector<bool> covered;  // by row: whether a run that has the column scored it; a failed score is covered
};

struct MergedRuns {
  core::ScoreTable table;             // its path names the runs
  std::vector<MergedColumn> columns;  // of the table
  size_t repeated = 0;                // rows left out because their run has the architecture in an earlier row
};

// One table, and what to call it where its columns must be told from another's.
struct LabelledTable {
  std::string label;
  size_t run;
  core::ScoreTable scores;
};

// Architectures in order of first appearance. Columns of one name are one column where the tables have architectures in
// common and none of these has two values, as are always the sizes and costs of networks (`params`, `macs`, ...); else
// they stay apart under the labels of their tables. Standard errors of scores (columns named `..._se`) are no scores.
// Throws core::Error where there is no row or no column.
MergedRuns merge_runs(const std::vector<LabelledTable>& tables);

// Whether a column holds a size or cost of the network, which a run's settings do not change.
bool is_network_size(const std::string& column);

// Mean of the sum of these columns of a run's times, in milliseconds, over the architectures that took any: those whose
// scores were copied from an equal function took none. Nothing where there are no columns, the times lack one, or no
// architecture took any.
std::optional<double> mean_milliseconds(const core::ScoreTable& times, const std::vector<std::string>& columns);

}  // namespace zeroth::eval
