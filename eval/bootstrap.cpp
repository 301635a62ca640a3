#include "eval/bootstrap.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/random.h"

namespace zeroth::eval {
namespace {

constexpr double kCoverage = 0.95;

// Renumbers clusters to 0, 1, ... in the order of their numbers; returns how many there are.
uint32_t make_dense(std::vector<uint32_t>& cluster) {
  std::vector<uint32_t> numbers = cluster;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (uint32_t& number : cluster) {
    number = static_cast<uint32_t>(std::lower_bound(numbers.begin(), numbers.end(), number) - numbers.begin());
  }
  return static_cast<uint32_t>(numbers.size());
}

// How often each row stands in one resample: as many clusters are drawn, with replacement, as there are.
std::vector<uint32_t> resample(const std::vector<uint32_t>& cluster, uint32_t clusters, const core::Stream& stream) {
  std::vector<uint32_t> drawn(clusters, 0);
  for (uint32_t i = 0; i < clusters; ++i) ++drawn[stream.below(clusters, i)];
  std::vector<uint32_t> counts(cluster.size());
  for (size_t row = 0; row < cluster.size(); ++row) counts[row] = drawn[cluster[row]];
  return counts;
}

// Between neighbouring order statistics by linear interpolation.
double quantile(const std::vector<double>& sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(position));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::optional<Interval> percentile_interval(const std::vector<std::optional<double>>& estimates) {
  std::vector<double> sorted;
  for (const auto& estimate : estimates) {
    if (estimate) sorted.push_back(*estimate);
  }
  if (sorted.empty() || 2 * sorted.size() < estimates.size()) return std::nullopt;
  std::sort(sorted.begin(), sorted.end());
  return Interval{quantile(sorted, (1 - kCoverage) / 2), quantile(sorted, (1 + kCoverage) / 2)};
}

CorrelationIntervals bootstrap_intervals(const PairedRanks& ranks, const std::vector<uint32_t>& cluster, int resamples,
                                         uint64_t seed) {
  ZEROTH_CHECK(cluster.size() == ranks.rows());
  ZEROTH_CHECK(resamples >= 0);
  if (resamples == 0) return {};
  std::vector<uint32_t> dense = cluster;
  const uint32_t clusters = make_dense(dense);
  if (clusters < 2) return {};

  std::vector<std::optional<double>> spearman(resamples), kendall(resamples);
  tbb::parallel_for(0, resamples, [&](int b) {
    const core::Stream stream(seed, "bootstrap", 0, static_cast<uint32_t>(b));
    const RankCorrelation estimate = ranks.correlation(resample(dense, clusters, stream));
    spearman[b] = estimate.spearman;
    kendall[b] = estimate.kendall;
  });
  return {percentile_interval(spearman), percentile_interval(kendall), std::move(spearman), std::move(kendall)};
}

}  // namespace zeroth::eval
