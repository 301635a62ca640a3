#include "eval/bootstrap.h"

#include <tbb/global_control.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "core/random.h"

using zeroth::core::Stream;
using zeroth::eval::bootstrap_intervals;
using zeroth::eval::CorrelationIntervals;
using zeroth::eval::PairedRanks;

namespace {

constexpr double kCorrelation = 0.6;

struct Sample {
  std::vector<double> x, y;
  std::vector<uint32_t> own_cluster;
};

// Normal pairs with Pearson correlation kCorrelation.
Sample normal_pairs(size_t size, uint32_t number) {
  Sample sample{std::vector<double>(size), std::vector<double>(size), std::vector<uint32_t>(size)};
  Stream(1, "x", 0, number).fill_normal(sample.x.data(), size, 1);
  Stream(1, "y", 0, number).fill_normal(sample.y.data(), size, std::sqrt(1 - kCorrelation * kCorrelation));
  for (size_t i = 0; i < size; ++i) sample.y[i] += kCorrelation * sample.x[i];
  std::iota(sample.own_cluster.begin(), sample.own_cluster.end(), 0U);
  return sample;
}

bool equal(const CorrelationIntervals& a, const CorrelationIntervals& b) {
  return a.spearman->low == b.spearman->low && a.spearman->high == b.spearman->high &&
         a.kendall->low == b.kendall->low && a.kendall->high == b.kendall->high;
}

}  // namespace

TEST_CASE("A bootstrap depends on its seed and not on the number of threads") {
  const Sample sample = normal_pairs(200, 0);
  const PairedRanks ranks(sample.x, sample.y);
  const auto run = [&](size_t threads, uint64_t seed) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    return bootstrap_intervals(ranks, sample.own_cluster, 100, seed);
  };
  CHECK(equal(run(1, 5), run(4, 5)));
  CHECK_FALSE(equal(run(1, 5), run(1, 6)));
}

TEST_CASE("A bootstrap interval covers the true correlation about as often as it says") {
  const double pi = std::acos(-1.0);
  const double kendall = 2 / pi * std::asin(kCorrelation), spearman = 6 / pi * std::asin(kCorrelation / 2);
  constexpr int kSamples = 200;
  int covered_kendall = 0, covered_spearman = 0;
  for (uint32_t number = 0; number < kSamples; ++number) {
    const Sample sample = normal_pairs(100, number);
    const auto intervals = bootstrap_intervals(PairedRanks(sample.x, sample.y), sample.own_cluster, 200, number);
    covered_kendall += intervals.kendall->low <= kendall && kendall <= intervals.kendall->high;
    covered_spearman += intervals.spearman->low <= spearman && spearman <= intervals.spearman->high;
  }
  // 95 % nominal; 200 trials have a standard error of 1.5 %, and percentile intervals fall a little short.
  CHECK(covered_kendall >= 0.89 * kSamples);
  CHECK(covered_kendall < kSamples);
  CHECK(covered_spearman >= 0.89 * kSamples);
  CHECK(covered_spearman < kSamples);
}

TEST_CASE("Copies of an architecture do not make a bootstrap interval narrower") {
  constexpr size_t kCopies = 5;
  const Sample sample = normal_pairs(80, 3);
  Sample copied;
  for (size_t i = 0; i < sample.x.size(); ++i) {
    copied.x.insert(copied.x.end(), kCopies, sample.x[i]);
    copied.y.insert(copied.y.end(), kCopies, sample.y[i]);
    copied.own_cluster.insert(copied.own_cluster.end(), kCopies, 7 * sample.own_cluster[i]);
  }
  const PairedRanks ranks(copied.x, copied.y);
  const auto once = bootstrap_intervals(PairedRanks(sample.x, sample.y), sample.own_cluster, 200, 0);
  const auto together = bootstrap_intervals(ranks, copied.own_cluster, 200, 0);
  CHECK(together.spearman->low == Approx(once.spearman->low).margin(1e-12));
  CHECK(together.spearman->high == Approx(once.spearman->high).margin(1e-12));
  CHECK(together.kendall->low == Approx(once.kendall->low).margin(1e-12));
  CHECK(together.kendall->high == Approx(once.kendall->high).margin(1e-12));

  std::iota(copied.own_cluster.begin(), copied.own_cluster.end(), 0U);
  const auto apart = bootstrap_intervals(ranks, copied.own_cluster, 200, 0);
  CHECK(apart.kendall->high - apart.kendall->low < 0.6 * (once.kendall->high - once.kendall->low));
}

TEST_CASE("Without resamples, clusters or an order there is no interval") {
  const Sample sample = normal_pairs(10, 0);
  const PairedRanks ranks(sample.x, sample.y);
  CHECK_FALSE(bootstrap_intervals(ranks, sample.own_cluster, 0, 0).kendall);
  CHECK_FALSE(bootstrap_intervals(ranks, std::vector<uint32_t>(10, 3), 100, 0).kendall);
  const PairedRanks constant(std::vector<double>(10, 1.0), sample.y);
  CHECK_FALSE(bootstrap_intervals(constant, sample.own_cluster, 100, 0).spearman);
}
