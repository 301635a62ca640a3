// How well score columns predict accuracy: rank correlations over all rows and among the best ones, and what one finds
// by trusting the score.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eval/bootstrap.h"
#include "eval/population.h"

namespace zeroth::eval {

enum class FailedPolicy {
  kBottom,  // a failed score is worse than any other; failed scores are tied
  kDropped  // rows where a column failed do not count for that column
};

struct CorrelationOptions {
  FailedPolicy failed = FailedPolicy::kBottom;
  int resamples = 0;  // of the bootstrap; 0 = no intervals
  uint64_t seed = 0;
};

struct Estimate {
  std::optional<double> value;
  std::optional<Interval> interval;  // 95 %
};

struct ColumnQuality {
  std::string column;
  size_t rows = 0;       // that the numbers are about
  size_t functions = 0;  // among them
  size_t failed = 0;     // failed scores: among the rows (kBottom) or left out of them (kDropped)
  Estimate spearman, kendall;
  // Spearman minus that of the data-free baseline on the same rows; its interval pairs the resamples. None for the
  // baseline itself, without a known space, and where failed rows are dropped.
  Estimate lift;
  std::vector<std::optional<double>> spearman_resamples;
  // Tau-b among the rows whose accuracy is at least that of row number ceil(rows / 10), counted from the best.
  std::optional<double> kendall_top_tenth;
  // Accuracy of the row with the highest score; the mean of all that share the highest score, so that the answer does
  // not depend on the order of the rows. Like the next, nullopt where every score has failed.
  std::optional<double> top_accuracy;
  // Best accuracy among the ten rows with the highest scores; of equal scores the earlier row counts first.
  std::optional<double> best_of_ten;
};

ColumnQuality column_quality(const ScoreColumn& column, const Population& population,
                             const CorrelationOptions& options);

// All columns, highest Spearman first; undefined ones last, equal ones in the population's order.
std::vector<ColumnQuality> correlate(const Population& population, const CorrelationOptions& options);

}  // namespace zeroth::eval
