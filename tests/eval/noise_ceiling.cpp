#include "eval/noise_ceiling.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.h"
#include "eval/rank_statistics.h"

using zeroth::core::Stream;
using zeroth::eval::noise_ceiling;
using zeroth::eval::NoiseCeiling;
using zeroth::eval::rank_correlation;
using zeroth::eval::ScoreColumn;

TEST_CASE("The reliability of a mean follows from the runs by Spearman and Brown") {
  // Spearman .8 of the four rows that have both.
  const NoiseCeiling ceiling = noise_ceiling({{"run1", {1, 2, 3, 4, std::nullopt}}, {"run2", {10, 30, 20, 40, 99}}});
  CHECK(ceiling.runs == std::vector<std::string>{"run1", "run2"});
  CHECK(ceiling.rows == 4);
  CHECK(*ceiling.spearman == Approx(.8).epsilon(1e-14));
  CHECK(*ceiling.reliability == Approx(1.6 / 1.8).epsilon(1e-14));
  CHECK(*ceiling.ceiling == Approx(std::sqrt(1.6 / 1.8)).epsilon(1e-14));

  // Of three runs the pairs have 1, .8 and .8.
  const NoiseCeiling three = noise_ceiling({{"a", {1, 2, 3, 4}}, {"b", {1, 2, 3, 4}}, {"c", {10, 30, 20, 40}}});
  const double r = 2.6 / 3;
  CHECK(*three.spearman == Approx(r).epsilon(1e-14));
  CHECK(*three.reliability == Approx(3 * r / (1 + 2 * r)).epsilon(1e-14));
}

TEST_CASE("Runs that agree are no limit, and runs that say nothing in common give none") {
  CHECK(*noise_ceiling({{"a", {1, 2, 3}}, {"b", {4, 5, 6}}}).ceiling == 1);
  const NoiseCeiling opposite = noise_ceiling({{"a", {1, 2, 3}}, {"b", {3, 2, 1}}});
  CHECK(*opposite.spearman == -1);
  CHECK_FALSE(opposite.ceiling);
  CHECK_FALSE(noise_ceiling({{"a", {1, std::nullopt}}, {"b", {std::nullopt, 1}}}).spearman);
  CHECK_FALSE(noise_ceiling({{"a", {1, 2}}, {"b", {7, 7}}}).ceiling);
}

TEST_CASE("The ceiling is what the expected accuracy reaches against a mean of noisy runs") {
  constexpr size_t kRows = 4000;
  std::vector<double> truth(kRows), noise(kRows), mean(kRows, 0);
  Stream(1, "truth").fill_normal(truth.data(), kRows, 1);
  std::vector<ScoreColumn> runs;
  for (uint32_t run = 0; run < 3; ++run) {
    Stream(1, "noise", 0, run).fill_normal(noise.data(), kRows, 0.7);
    runs.push_back({std::to_string(run), {}});
    for (size_t row = 0; row < kRows; ++row) {
      runs.back().values.emplace_back(truth[row] + noise[row]);
      mean[row] += truth[row] + noise[row];
    }
  }
  CHECK(*noise_ceiling(runs).ceiling == Approx(*rank_correlation(truth, mean).spearman).margin(.01));
}
