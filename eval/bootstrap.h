// Percentile bootstrap of rank correlations that resamples clusters of rows: architectures that are the same function
// are one observation, and come or stay away together.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "eval/rank_statistics.h"

namespace zeroth::eval {

struct Interval {
  double low = 0, high = 0;
};

// 95 %; nullopt where there are fewer than two clusters, no resamples were asked for, or the correlation is undefined
// in more than half of them.
struct CorrelationIntervals {
  std::optional<Interval> spearman;
  std::optional<Interval> kendall;
  // By resample; equal numbers draw equal clusters.
  std::vector<std::optional<double>> spearman_resamples, kendall_resamples;
};

// Of estimates by resample, nullopt where more than half are undefined.
std::optional<Interval> percentile_interval(const std::vector<std::optional<double>>& estimates);

// `cluster` holds a number for each row of `ranks`, equal for rows that belong together; which numbers are used does
// not matter, their order does (it decides which random draw takes which cluster). Resample b is a function of
// (seed, b) alone, so the result depends neither on the number of threads nor on the other columns.
CorrelationIntervals bootstrap_intervals(const PairedRanks& ranks, const std::vector<uint32_t>& cluster, int resamples,
                                         uint64_t seed);

}  // namespace zeroth::eval
