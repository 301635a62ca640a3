// What each column gave to the scores that a run was ordered by. Ensembles are not known here: a report is told.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace zeroth::eval {

struct ReportContribution {
  std::string column;
  std::optional<double> value;  // of the architecture
  double percentile;            // of the value within the run, in per cent
  double amount;                // of the score
  bool low_is_better;           // the column was turned round
};

struct ExplainedRow {
  size_t row;   // of the report's pool
  size_t rank;  // in the run's order, 1 the best; equal scores share the better rank
  double score;
  std::vector<ReportContribution> contributions;  // add up to the score; the largest first, whatever its sign
};

// Of one run.
struct ReportOrder {
  std::string run;      // its label
  std::string score;    // the name of what ordered it: log_rank, learned ...
  std::string by;       // in words: "mean log rank of nwot, zico"
  size_t rows = 0;      // of the run
  std::string unknown;  // why no contributions can be told; then the rest may be empty
  std::vector<ExplainedRow> explained;
};

}  // namespace zeroth::eval
