#include "eval/paired_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace zeroth::eval {
namespace {

using Resamples = std::vector<std::optional<double>>;

const ScoreColumn& find(const Population& population, const std::string& name) {
  if (const ScoreColumn* found = find_column(population, name)) return *found;
  std::vector<std::string> known;
  for (const ScoreColumn& column : population.columns) known.push_back(column.name);
  throw core::UsageError(core::unknown_name("score column", name, known));
}

Resamples differences(const Resamples& first, const Resamples& second) {
  Resamples result(std::min(first.size(), second.size()));
  for (size_t b = 0; b < result.size(); ++b) {
    if (first[b] && second[b]) result[b] = *first[b] - *second[b];
  }
  return result;
}

Estimate difference(const std::optional<double>& first, const std::optional<double>& second,
                    const Resamples& resamples) {
  if (!first || !second) return {};
  return {*first - *second, percentile_interval(resamples)};
}

std::optional<double> share_above_zero(const Resamples& resamples) {
  double above = 0, defined = 0;
  for (const auto& value : resamples) {
    if (!value) continue;
    ++defined;
    above += *value > 0 ? 1 : 0;
  }
  return defined > 0 ? std::optional(above / defined) : std::nullopt;
}

}  // namespace

PairedDifference paired_difference(const Population& population, const std::string& first, const std::string& second,
                                   const CorrelationOptions& options) {
  const ScoreColumn &a = find(population, first), &b = find(population, second);
  if (&a == &b) throw core::UsageError(fmt::format("\"{}\" is compared with itself: name two columns", first));
  constexpr double kWorst = -std::numeric_limits<double>::infinity();
  std::vector<double> a_score, b_score, accuracy;
  std::vector<uint32_t> function;
  for (size_t row = 0; row < population.rows(); ++row) {
    if (options.failed == FailedPolicy::kDropped && !(a.values[row] && b.values[row])) continue;
    a_score.push_back(a.values[row].value_or(kWorst));
    b_score.push_back(b.values[row].value_or(kWorst));
    accuracy.push_back(population.accuracy[row]);
    function.push_back(population.function[row]);
  }
  const PairedRanks a_ranks(a_score, accuracy), b_ranks(b_score, accuracy);
  const CorrelationIntervals a_resamples = bootstrap_intervals(a_ranks, function, options.resamples, options.seed);
  const CorrelationIntervals b_resamples = bootstrap_intervals(b_ranks, function, options.resamples, options.seed);
  const RankCorrelation a_value = a_ranks.correlation(), b_value = b_ranks.correlation();

  const Resamples spearman = differences(a_resamples.spearman_resamples, b_resamples.spearman_resamples);
  const Resamples kendall = differences(a_resamples.kendall_resamples, b_resamples.kendall_resamples);
  PairedDifference result{first, second, accuracy.size(), count_different(function), {}, {}, {}};
  result.spearman = difference(a_value.spearman, b_value.spearman, spearman);
  result.kendall = difference(a_value.kendall, b_value.kendall, kendall);
  result.first_better = share_above_zero(spearman);
  return result;
}

}  // namespace zeroth::eval
