#include "eval/correlation.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eval/pearson.h"
#include "eval/rank_matrix.h"

namespace zeroth::eval {
namespace {

constexpr size_t kShortlist = 10;
constexpr const char* kMacs = "macs";

// The rows of one column that count, with numbers only.
struct Rows {
  std::vector<double> score, accuracy;
  std::vector<uint32_t> function;
  std::vector<size_t> number;  // in the population
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
    rows.number.push_back(row);
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

std::vector<double> sizes_of(const Population& population, const Rows& rows) {
  const ScoreColumn* macs = find_column(population, kMacs);
  std::vector<double> sizes;
  if (macs == nullptr) return sizes;
  for (const size_t row : rows.number) sizes.push_back(macs->values[row].value_or(std::nan("")));
  return sizes;
}

std::optional<double> pearson_of_scored(const Rows& rows) {
  std::vector<double> score, accuracy;
  for (size_t row = 0; row < rows.score.size(); ++row) {
    if (!std::isfinite(rows.score[row])) continue;
    score.push_back(rows.score[row]);
    accuracy.push_back(rows.accuracy[row]);
  }
  return pearson(score, accuracy);
}

void measure_parts(const Levels& score, const Levels& accuracy, const std::vector<double>& sizes,
                   ColumnQuality& quality) {
  const RankCorrelation top = top_tenth(score, accuracy);
  quality.kendall_top_tenth = top.kendall;
  quality.spearman_top_tenth = top.spearman;
  quality.spearman_by_decile = spearman_by_decile(score, accuracy);
  if (!sizes.empty()) quality.spearman_within_bands = spearman_within_bands(score, accuracy, sizes);
}

std::vector<std::optional<double>> standard_errors(const Population& population, const std::string& column) {
  for (const ScoreColumn& errors : population.standard_errors) {
    if (errors.name == column) return errors.values;
  }
  return {};
}

// The accuracy is the matrix's last column.
void add_conditionals(const Population& population, std::vector<ColumnQuality>& qualities) {
  std::vector<ScoreColumn> columns = population.columns;
  columns.push_back({"accuracy", {population.accuracy.begin(), population.accuracy.end()}});
  const std::vector<Conditional> given = conditionals(rank_matrix(columns, FailedPolicy::kBottom));
  for (size_t i = 0; i < qualities.size(); ++i) {
    qualities[i].partial_spearman = given[i].partial;
    qualities[i].conditional_gain = given[i].gain;
  }
}

}  // namespace

size_t count_different(std::vector<uint32_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return static_cast<size_t>(std::unique(numbers.begin(), numbers.end()) - numbers.begin());
}

ColumnQuality column_quality(const ScoreColumn& column, const Population& population,
                             const CorrelationOptions& options) {
  const Rows rows = counted_rows(column, population, options.failed);
  ColumnQuality quality;
  quality.column = column.name;
  quality.rows = rows.score.size();
  quality.functions = count_different(rows.function);
  quality.failed = rows.failed;
  if (rows.score.empty()) return quality;

  const Levels score = levels_of(rows.score), accuracy = levels_of(rows.accuracy);
  const PairedRanks ranks(score, accuracy);
  const RankCorrelation estimate = ranks.correlation();
  const int resamples = estimate.spearman ? options.resamples : 0;
  const CorrelationIntervals intervals = bootstrap_intervals(ranks, rows.function, resamples, options.seed);
  quality.spearman = {estimate.spearman, intervals.spearman};
  quality.kendall = {estimate.kendall, intervals.kendall};
  quality.spearman_resamples = intervals.spearman_resamples;
  quality.pairs = pair_agreement(ranks);
  quality.pearson = pearson_of_scored(rows);
  quality.stability = stability(column.values, standard_errors(population, column.name));
  measure_parts(score, accuracy, sizes_of(population, rows), quality);
  const bool all_failed = options.failed == FailedPolicy::kBottom && rows.failed == rows.score.size();
  if (!all_failed) {
    quality.top_accuracy = top_accuracy(rows.score, rows.accuracy);
    quality.best_of_ten = best_of_top(rows.score, rows.accuracy, kShortlist);
    quality.selection = selection(rows.score, rows.accuracy, options.k);
  }
  return quality;
}

std::vector<ColumnQuality> correlate(const Population& population, const CorrelationOptions& options) {
  std::vector<ColumnQuality> qualities(population.columns.size());
  tbb::parallel_for(size_t{0}, qualities.size(),
                    [&](size_t i) { qualities[i] = column_quality(population.columns[i], population, options); });
  if (options.failed == FailedPolicy::kBottom) {
    add_lifts(qualities);
    add_conditionals(population, qualities);
  }
  std::stable_sort(qualities.begin(), qualities.end(), [](const ColumnQuality& a, const ColumnQuality& b) {
    if (!a.spearman.value || !b.spearman.value) return a.spearman.value.has_value() > b.spearman.value.has_value();
    return *a.spearman.value > *b.spearman.value;
  });
  return qualities;
}

}  // namespace zeroth::eval
