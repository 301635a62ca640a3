#include "eval/correlation.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

namespace zeroth::eval {
namespace {

constexpr size_t kShortlist = 10;

// The rows of one column that count, with numbers only.
struct Rows {
  std::vector<double> score, accuracy;
  std::vector<uint32_t> function;
  size_t failed = 0;
};

Rows counted_rows(const ScoreColumn& column, const Population& population, FailedPolicy policy) {
  constexpr double kWorst = -std::numeric_limits<double>::infinity();
  Rows rows;
  for (size_t row = 0; row < population.rows(); ++row) {
    const std::optional<double>& score = column.values[row];
    if (!score) ++rows.failed;
    if (!score && policy == FailedPolicy::kDropped) continue;
    rows.score.push_back(score.value_or(kWorst));
    rows.accuracy.push_back(population.accuracy[row]);
    rows.function.push_back(population.function[row]);
  }
  return rows;
}

// Over the baseline, which is one of the columns, or nothing is done.
void add_lifts(std::vector<ColumnQuality>& qualities) {
  const auto baseline = std::find_if(qualities.begin(), qualities.end(),
                                     [](const ColumnQuality& quality) { return quality.column == kDataFree; });
  if (baseline == qualities.end() || !baseline->spearman.value) return;
  for (ColumnQuality& quality : qualities) {
    if (&quality == &*baseline || !quality.spearman.value) continue;
    quality.lift.value = *quality.spearman.value - *baseline->spearman.value;
    std::vector<std::optional<double>> differences(quality.spearman_resamples.size());
    for (size_t b = 0; b < differences.size(); ++b) {
      const auto &own = quality.spearman_resamples[b], &other = baseline->spearman_resamples[b];
      if (own && other) differences[b] = *own - *other;
    }
    quality.lift.interval = percentile_interval(differences);
  }
}

size_t count_different(std::vector<uint32_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return static_cast<size_t>(std::unique(numbers.begin(), numbers.end()) - numbers.begin());
}

std::optional<double> kendall_top_tenth(const Rows& rows) {
  std::vector<double> best = rows.accuracy;
  const auto threshold = best.begin() + static_cast<ptrdiff_t>((best.size() + 9) / 10 - 1);
  std::nth_element(best.begin(), threshold, best.end(), std::greater<>());
  std::vector<double> score, accuracy;
  for (size_t row = 0; row < rows.score.size(); ++row) {
    if (rows.accuracy[row] < *threshold) continue;
    score.push_back(rows.score[row]);
    accuracy.push_back(rows.accuracy[row]);
  }
  return rank_correlation(score, accuracy).kendall;
}

double top_accuracy(const Rows& rows) {
  const double highest = *std::max_element(rows.score.begin(), rows.score.end());
  double sum = 0;
  size_t tied = 0;
  for (size_t row = 0; row < rows.score.size(); ++row) {
    if (rows.score[row] != highest) continue;
    sum += rows.accuracy[row];
    ++tied;
  }
  return sum / static_cast<double>(tied);
}

double best_of_shortlist(const Rows& rows) {
  std::vector<size_t> order(rows.score.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t length = std::min(kShortlist, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<ptrdiff_t>(length), order.end(),
      [&](size_t a, size_t b) { return rows.score[a] != rows.score[b] ? rows.score[a] > rows.score[b] : a < b; });
  double best = rows.accuracy[order.front()];
  for (size_t i = 1; i < length; ++i) best = std::max(best, rows.accuracy[order[i]]);
  return best;
}

}  // namespace

ColumnQuality column_quality(const ScoreColumn& column, const Population& population,
                             const CorrelationOptions& options) {
  const Rows rows = counted_rows(column, population, options.failed);
  ColumnQuality quality;
  quality.column = column.name;
  quality.rows = rows.score.size();
  quality.functions = count_different(rows.function);
  quality.failed = rows.failed;
  if (rows.score.empty()) return quality;

  const PairedRanks ranks(rows.score, rows.accuracy);
  const RankCorrelation estimate = ranks.correlation();
  const int resamples = estimate.spearman ? options.resamples : 0;
  const CorrelationIntervals intervals = bootstrap_intervals(ranks, rows.function, resamples, options.seed);
  quality.spearman = {estimate.spearman, intervals.spearman};
  quality.kendall = {estimate.kendall, intervals.kendall};
  quality.spearman_resamples = intervals.spearman_resamples;
  quality.kendall_top_tenth = kendall_top_tenth(rows);
  const bool all_failed = options.failed == FailedPolicy::kBottom && rows.failed == rows.score.size();
  if (!all_failed) {
    quality.top_accuracy = top_accuracy(rows);
    quality.best_of_ten = best_of_shortlist(rows);
  }
  return quality;
}

std::vector<ColumnQuality> correlate(const Population& population, const CorrelationOptions& options) {
  std::vector<ColumnQuality> qualities;
  for (const ScoreColumn& column : population.columns) {
    qualities.push_back(column_quality(column, population, options));
  }
  if (options.failed == FailedPolicy::kBottom) add_lifts(qualities);
  std::stable_sort(qualities.begin(), qualities.end(), [](const ColumnQuality& a, const ColumnQuality& b) {
    if (!a.spearman.value || !b.spearman.value) return a.spearman.value.has_value() > b.spearman.value.has_value();
    return *a.spearman.value > *b.spearman.value;
  });
  return qualities;
}

}  // namespace zeroth::eval
