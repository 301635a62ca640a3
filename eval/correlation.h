// How well score columns predict accuracy: rank correlations over all rows and among the best ones, and what one finds
// by trusting the score.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eval/bootstrap.h"
#include "eval/pair_agreement.h"
#include "eval/population.h"
#include "eval/selection.h"
#include "eval/stability.h"
#include "eval/strata.h"

namespace zeroth::eval {

enum class FailedPolicy {
  kBottom,  // a failed score is worse than any other; failed scores are tied
  kDropped  // rows where a column failed do not count for that column
};

struct CorrelationOptions {
  FailedPolicy failed = FailedPolicy::kBottom;
  int resamples = 0;  // of the bootstrap; 0 = no intervals
  uint64_t seed = 0;
  size_t k = 10;  // rows that `Selection` looks at, at least 1
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
  // selection.h; like the next two, nullopt where every score has failed.
  std::optional<double> top_accuracy;
  std::optional<double> best_of_ten;
  std::optional<Selection> selection;

  std::optional<double> pearson;  // of the rows with a score, whatever the policy
  PairAgreement pairs;
  std::optional<double> spearman_top_tenth;                        // among the rows of kendall_top_tenth
  std::array<std::optional<double>, kDeciles> spearman_by_decile;  // of accuracy, the least accurate first
  std::optional<double> spearman_within_bands;  // of the column `macs`; none where there is no such column
  // Given all other columns of the population (rank_matrix.h). None where failed rows are dropped, and for one column
  // alone only `correlate` knows the others.
  std::optional<double> partial_spearman, conditional_gain;
  Stability stability;
};

size_t count_different(std::vector<uint32_t> numbers);

ColumnQuality column_quality(const ScoreColumn& column, const Population& population,
                             const CorrelationOptions& options);

// Rows and stability of all columns, in the population's order: what needs no accuracy.
std::vector<ColumnQuality> qualities_without_labels(const Population& population);

// All columns, highest Spearman first; undefined ones last, equal ones in the population's order.
std::vector<ColumnQuality> correlate(const Population& population, const CorrelationOptions& options);

}  // namespace zeroth::eval
