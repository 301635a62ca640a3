// What the picks of a search are worth by a benchmark: the first, the best of the first K, and the one that a check of
// all K would choose, with what the checks cost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/measured_column.h"
#include "cli/search_run.h"

namespace zeroth::cli {

struct PickOptions {
  std::string benchmark;                 // a CSV file; empty: nothing is looked up
  std::string targets;                   // columns of it, joined by commas
  std::string confirm_by, confirm_cost;  // columns of it; empty: no check
};

struct Pick {
  std::string target;
  std::optional<double> first, best;  // of the target; nothing where the benchmark has none
  std::optional<double> confirmed;    // the target of the pick with the highest confirm_by
};

struct Picks {
  std::vector<Pick> by_target;
  std::optional<double> cost;  // sum of confirm_cost over the picks
};

class PickBenchmark {
 public:
  // Throws core::UsageError for options without each other or a column that the file lacks, core::Error for the file.
  PickBenchmark(const PickOptions& options, const spaces::SearchSpace& space);

  Picks look_up(const SearchRun& run) const;

 private:
  std::vector<MeasuredColumn> targets_;
  std::optional<MeasuredColumn> confirm_by_, confirm_cost_;
};

// One run: a line a target.
std::string picks_text(const Picks& picks, size_t count);
// Several: mean and standard deviation of each number.
std::string picks_text(const std::vector<Picks>& runs, size_t count);
// "seed,target,first,best,confirmed,confirm_cost,seconds", a row a target.
std::string picks_csv_header();
std::string picks_csv(const Picks& picks, uint64_t seed, double seconds);

}  // namespace zeroth::cli
