// How well any score can do against an accuracy that another training run would have given otherwise.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "eval/population.h"

namespace zeroth::eval {

// By classical test theory, which is exact for Pearson's correlation and independent errors of one size, and taken here
// for Spearman's.
struct NoiseCeiling {
  std::vector<std::string> runs;   // columns of the benchmark, each of its own training runs
  size_t rows = 0;                 // with an accuracy in every run
  std::optional<double> spearman;  // between two runs, mean over pairs of runs: the reliability of one run
  // Of the mean of the runs: m r / (1 + (m - 1) r) for m runs that correlate by r (Spearman 1910; Brown 1910).
  std::optional<double> reliability;
  // What a score that knew the expected accuracy would reach against the mean of the runs: the root of the reliability
  // (Spearman, The American Journal of Psychology 15, 1904). nullopt where that is negative.
  std::optional<double> ceiling;
};

// Two runs at least, a column each; rows where a run has no accuracy do not count.
NoiseCeiling noise_ceiling(const std::vector<ScoreColumn>& runs);

}  // namespace zeroth::eval
