#include "eval/correlation.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "eval/pearson.h"
#include "eval/picked.h"
#include "eval/rank_matrix.h"

namespace zeroth::eval {
namespace {

constexpr size_t kShortlist = 10;
constexpr const char* kMacs = "macs";

// The rows of the population that count, and what they have but for the score: worked out once for all columns that
// count the same rows.
struct Yardstick {
  std::vector<double> accuracy;
  std::vector<uint32_t> function;
  size_t functions = 0;  // different ones
  Levels levels;         // of the accuracy
  Strata parts;
};

Yardstick yardstick(const Population& population, const std::vector<uint32_t>& rows) {
  Yardstick result;
  result.accuracy = picked(population.accuracy, rows);
  result.function = picked(population.function, rows);
  result.functions = count_different(result.function);
  result.levels = levels_of(result.accuracy);
  std::vector<double> sizes;
  if (const ScoreColumn* macs = find_column(population, kMacs)) {
    for (const uint32_t row : rows) sizes.push_back(macs->values[row].value_or(std::nan("")));
  }
  result.parts = strata(result.levels, sizes);
  return result;
}

std::vector<uint32_t> all_rows(const Population& population) {
  std::vector<uint32_t> rows(population.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::vector<uint32_t> scored_rows(const ScoreColumn& column) {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < column.values.size(); ++row) {
    if (column.values[row]) rows.push_back(row);
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

std::optional<double> pearson_of_scored(const std::vector<double>& scores, const std::vector<double>& accuracies) {
  std::vector<double> score, accuracy;
  score.reserve(scores.size());
  accuracy.reserve(scores.size());
  for (size_t row = 0; row < scores.size(); ++row) {
    if (!std::isfinite(scores[row])) continue;
    score.push_back(scores[row]);
    accuracy.push_back(accuracies[row]);
  }
  return pearson(score, accuracy);
}

void measure_parts(const Levels& score, const Strata& parts, ColumnQuality& quality) {
  const RankCorrelation top = ranks_in(parts.top_tenth, score).correlation();
  quality.kendall_top_tenth = top.kendall;
  quality.spearman_top_tenth = top.spearman;
  quality.spearman_by_decile = spearman_by_decile(parts, score);
  quality.spearman_within_bands = spearman_within_bands(parts, score);
}

std::vector<std::optional<double>> standard_errors(const Population& population, const std::string& column) {
  for (const ScoreColumn& errors : population.standard_errors) {
    if (errors.name == column) return errors.values;
  }
  return {};
}

size_t failures(const ScoreColumn& column) {
  return static_cast<size_t>(std::count(column.values.begin(), column.values.end(), std::nullopt));
}

// `scores` are those of the rows that the yardstick counts.
ColumnQuality judged(const ScoreColumn& column, const std::vector<double>& scores, const Levels& score,
                     const Yardstick& yardstick, const Population& population, const CorrelationOptions& options) {
  ColumnQuality quality;
  quality.column = column.name;
  quality.rows = scores.size();
  quality.functions = yardstick.functions;
  quality.failed = failures(column);
  if (scores.empty()) return quality;

  const PairedRanks ranks(score, yardstick.levels);
  const RankCorrelation estimate = ranks.correlation();
  const int resamples = estimate.spearman ? options.resamples : 0;
  const CorrelationIntervals intervals = bootstrap_intervals(ranks, yardstick.function, resamples, options.seed);
  quality.spearman = {estimate.spearman, intervals.spearman};
  quality.kendall = {estimate.kendall, intervals.kendall};
  quality.spearman_resamples = intervals.spearman_resamples;
  quality.pairs = pair_agreement(ranks);
  quality.pearson = pearson_of_scored(scores, yardstick.accuracy);
  quality.stability = stability(score, column.values, standard_errors(population, column.name));
  measure_parts(score, yardstick.parts, quality);
  if (quality.failed < column.values.size()) {
    quality.top_accuracy = top_accuracy(score, yardstick.accuracy);
    quality.best_of_ten = best_of_top(score, yardstick.accuracy, kShortlist);
    quality.selection = selection(score, yardstick.levels, yardstick.accuracy, options.k);
  }
  return quality;
}

ColumnQuality judged_where_scored(const ScoreColumn& column, const Population& population,
                                  const CorrelationOptions& options) {
  const std::vector<uint32_t> rows = scored_rows(column);
  std::vector<double> scores;
  for (const uint32_t row : rows) scores.push_back(*column.values[row]);
  return judged(column, scores, levels_of(scores), yardstick(population, rows), population, options);
}

// The accuracy is the matrix's last column.
void add_conditionals(std::vector<Levels> levels, const Levels& accuracy, std::vector<ColumnQuality>& qualities) {
  levels.push_back(accuracy);
  std::vector<std::string> names;
  for (const ColumnQuality& quality : qualities) names.push_back(quality.column);
  names.emplace_back("accuracy");
  const std::vector<Conditional> given = conditionals(rank_matrix(std::move(names), levels));
  for (size_t i = 0; i < qualities.size(); ++i) {
    qualities[i].partial_spearman = given[i].partial;
    qualities[i].conditional_gain = given[i].gain;
  }
}

// With failed scores at the bottom, so that all columns count all rows.
std::vector<ColumnQuality> judged_on_all_rows(const Population& population, const CorrelationOptions& options) {
  const Yardstick all = yardstick(population, all_rows(population));
  const size_t columns = population.columns.size();
  std::vector<ColumnQuality> qualities(columns);
  std::vector<Levels> levels(columns);
  tbb::parallel_for(size_t{0}, columns, [&](size_t i) {
    const ScoreColumn& column = population.columns[i];
    const std::vector<double> scores = with_failures(column);
    levels[i] = levels_of(scores);
    qualities[i] = judged(column, scores, levels[i], all, population, options);
  });
  add_lifts(qualities);
  add_conditionals(std::move(levels), all.levels, qualities);
  return qualities;
}

}  // namespace

size_t count_different(std::vector<uint32_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return static_cast<size_t>(std::unique(numbers.begin(), numbers.end()) - numbers.begin());
}

ColumnQuality column_quality(const ScoreColumn& column, const Population& population,
                             const CorrelationOptions& options) {
  if (options.failed == FailedPolicy::kDropped) return judged_where_scored(column, population, options);
  const std::vector<double> scores = with_failures(column);
  return judged(column, scores, levels_of(scores), yardstick(population, all_rows(population)), population, options);
}

std::vector<ColumnQuality> correlate(const Population& population, const CorrelationOptions& options) {
  std::vector<ColumnQuality> qualities;
  if (options.failed == FailedPolicy::kBottom) {
    qualities = judged_on_all_rows(population, options);
  } else {
    qualities.resize(population.columns.size());
    tbb::parallel_for(size_t{0}, qualities.size(), [&](size_t i) {
      qualities[i] = judged_where_scored(population.columns[i], population, options);
    });
  }
  std::stable_sort(qualities.begin(), qualities.end(), [](const ColumnQuality& a, const ColumnQuality& b) {
    if (!a.spearman.value || !b.spearman.value) return a.spearman.value.has_value() > b.spearman.value.has_value();
    return *a.spearman.value > *b.spearman.value;
  });
  return qualities;
}

std::vector<ColumnQuality> qualities_without_labels(const Population& population) {
  std::vector<ColumnQuality> qualities;
  for (const ScoreColumn& column : population.columns) {
    ColumnQuality quality;
    quality.column = column.name;
    quality.rows = population.rows();
    quality.functions = population.functions;
    quality.failed = failures(column);
    quality.stability =
        stability(levels_of(with_failures(column)), column.values, standard_errors(population, column.name));
    qualities.push_back(std::move(quality));
  }
  return qualities;
}

}  // namespace zeroth::eval
