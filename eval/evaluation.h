// The whole evaluation of a score file against a benchmark, and its results as a table to read, as CSV and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/score_table.h"
#include "eval/benchmark.h"
#include "eval/correlation.h"
#include "eval/noise_ceiling.h"
#include "eval/paired_difference.h"
#include "eval/rank_matrix.h"
#include "spaces/search_space.h"

namespace zeroth::eval {

struct EvaluationOptions {
  bool unique = false;  // one row a function instead of one row an architecture
  // Texts of canonical forms: only architectures that compute one of these count, or only those that compute none.
  std::optional<std::unordered_set<std::string>> only, without;
  CorrelationOptions correlation;
  std::vector<std::pair<std::string, std::string>> pairs;  // columns to compare
  bool redundancy = false;                                 // also columns with each other
};

struct Evaluation {
  EvaluationOptions options;
  std::string scores, benchmark;  // file names without their folders
  std::string target;             // these two are empty without labels
  std::string space;              // name; empty where it is not known
  size_t rows = 0;                // architectures that are scored and have an accuracy
  size_t functions = 0;           // different ones among them; by canonical form where the space is known, else by text
  size_t repeated = 0;            // rows of the score file whose architecture has a row before them: left out
  size_t not_measured = 0;        // rows of the score file that the benchmark has no accuracy for
  size_t averaged = 0;            // architectures of the benchmark whose accuracy is a mean over several of its rows
  size_t not_of_space = 0;        // rows that the space cannot read
  size_t not_counted = 0;         // rows that `only` or `without` leaves out
  std::vector<ColumnQuality> columns;  // highest Spearman first
  std::vector<PairedDifference> pairs;
  std::optional<NoiseCeiling> ceiling;  // where runs were given
  RankMatrix redundancy;                // where asked for; columns in the scores' order
};

// `runs` are columns of the same benchmark with the accuracies of single training runs: none or two at least.
// `space` is nullptr where it is not known: the columns that it would give are then absent.
// Throws core::Error where the score file has no rows, no architecture is in both files, or there is no column to
// judge; core::UsageError where a column to compare is not there.
Evaluation evaluate(const core::ScoreTable& scores, const Benchmark& benchmark, const spaces::SearchSpace* space,
                    const EvaluationOptions& options, const std::vector<Benchmark>& runs = {});

// What the scores say of themselves (`stability` of each column, in the table's order): the numbers that need an
// accuracy have no value.
Evaluation evaluate_without_labels(const core::ScoreTable& scores, bool redundancy = false);

// The numbers that most want to see; `details` has the others, a table for each question.
std::string as_table(const Evaluation& evaluation);
std::string details(const Evaluation& evaluation);
// One line a column, with the population that its numbers are about, then one a compared pair of columns, named
// "first - second", whose correlations are differences; an undefined number is an empty cell.
std::string as_csv(const std::vector<Evaluation>& evaluations);
// An undefined number is null.
nlohmann::ordered_json as_json(const Evaluation& evaluation);

}  // namespace zeroth::eval
