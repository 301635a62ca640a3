#include "eval/strata.h"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using zeroth::eval::Levels;
using zeroth::eval::levels_of;
using zeroth::eval::parts_by_value;
using zeroth::eval::rank_correlation;
using zeroth::eval::ranks_in;
using zeroth::eval::strata;

namespace {

using Column = std::vector<double>;

constexpr double kExact = 1e-14;

std::optional<double> within_bands(const Column& score, const Column& accuracy, const Column& size) {
  return zeroth::eval::spearman_within_bands(strata(levels_of(accuracy), size), levels_of(score));
}

auto by_decile(const Column& score, const Column& accuracy) {
  return zeroth::eval::spearman_by_decile(strata(levels_of(accuracy), {}), levels_of(score));
}

}  // namespace

TEST_CASE("Parts hold equally many rows, and equal values fall in one") {
  CHECK(parts_by_value(levels_of({50, 10, 40, 20, 30, 60}), 3) == std::vector<uint32_t>{2, 0, 1, 0, 1, 2});
  CHECK(parts_by_value(levels_of({7, 7, 7}), 5) == std::vector<uint32_t>{2, 2, 2});
  // Four of six share the average rank 2.5: (2.5 - .5) / 6 * 2.
  CHECK(parts_by_value(levels_of({1, 1, 1, 1, 2, 3}), 2) == std::vector<uint32_t>{0, 0, 0, 0, 1, 1});
  CHECK(parts_by_value(levels_of({}), 5).empty());
}

TEST_CASE("Levels are the places of the different values, of either sign and any size") {
  Column values = {0.0, -0.0, -HUGE_VAL, HUGE_VAL, -HUGE_VAL, 1e-310, -1e-310, 1e308, -1e308};
  for (int row = 0; row < 5000; ++row) {
    values.push_back(std::sin(row) * std::pow(10.0, row % 61 - 30));
    values.push_back(row % 7 - 3);
  }
  Column different = values;
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  const Levels levels = levels_of(values);
  REQUIRE(levels.count() == different.size());
  std::vector<uint32_t> sizes(different.size(), 0);
  for (size_t row = 0; row < values.size(); ++row) {
    REQUIRE(different[levels.level[row]] == values[row]);
    ++sizes[levels.level[row]];
  }
  CHECK(levels.sizes == sizes);
}

TEST_CASE("Some rows have the levels that they would have alone") {
  const Column values = {5, 1, 5, 3, 9};
  const Levels some = zeroth::eval::restricted(levels_of(values), {4, 0, 2});
  CHECK(some.level == levels_of({9, 5, 5}).level);
  CHECK(some.sizes == std::vector<uint32_t>{2, 1});
  CHECK(zeroth::eval::restricted(levels_of(values), {}).count() == 0);
}

TEST_CASE("Within deciles of accuracy a score may say another thing than over all") {
  Column score, accuracy;
  for (int row = 0; row < 40; ++row) {
    accuracy.push_back(row);
    score.push_back(10 * (row / 4) - row % 4);  // deciles rise, the four rows of each fall
  }
  CHECK(*rank_correlation(score, accuracy).spearman > 0.9);
  for (const auto& spearman : by_decile(score, accuracy)) CHECK(*spearman == -1);
  CHECK(*ranks_in(zeroth::eval::top_tenth(levels_of(accuracy)), levels_of(score)).spearman() == -1);
  // Fewer rows than deciles: none has two rows.
  for (const auto& spearman : by_decile({1, 2, 3}, {1, 2, 3})) CHECK_FALSE(spearman);
}

TEST_CASE("A score that only counts size says nothing within bands of size") {
  Column size, accuracy, noise;
  for (int row = 0; row < 50; ++row) {
    size.push_back(row / 10);
    accuracy.push_back(100 * (row / 10) + (7 * row) % 10);
    noise.push_back((7 * row) % 10);
  }
  CHECK(*rank_correlation(size, accuracy).spearman > 0.9);
  CHECK_FALSE(within_bands(size, accuracy, size));
  CHECK(*within_bands(noise, accuracy, size) == 1);
}

TEST_CASE("Bands weigh as many as their rows, and rows without a size are left out") {
  // Sizes 1 (twelve rows: ranks 6.5, band 2 of 15 rows' 5) and 2 (three rows: rank 14, band 4).
  Column score, accuracy, size;
  for (int row = 0; row < 12; ++row) {
    score.push_back(row);
    accuracy.push_back(row);
    size.push_back(1);
  }
  for (int row = 0; row < 3; ++row) {
    score.push_back(-row);
    accuracy.push_back(row);
    size.push_back(2);
  }
  CHECK(*within_bands(score, accuracy, size) == Approx((12.0 - 3.0) / 15).margin(kExact));
  score.push_back(99);
  accuracy.push_back(0);
  size.push_back(std::nan(""));
  CHECK(*within_bands(score, accuracy, size) == Approx((12.0 - 3.0) / 15).margin(kExact));
  CHECK_FALSE(within_bands({1, 2}, {1, 2}, {std::nan(""), std::nan("")}));
}

TEST_CASE("One band of equal sizes is the whole table") {
  const bool holds = rc::check("", [] {
    const auto rows = *rc::gen::inRange<size_t>(2, 40);
    const auto x = *rc::gen::container<std::vector<int>>(rows, rc::gen::inRange(0, 8));
    const auto y = *rc::gen::container<std::vector<int>>(rows, rc::gen::inRange(0, 8));
    const Column score(x.begin(), x.end()), accuracy(y.begin(), y.end());
    const auto whole = rank_correlation(score, accuracy).spearman;
    const auto bands = within_bands(score, accuracy, Column(rows, 3));
    RC_ASSERT(whole.has_value() == bands.has_value());
    if (whole) RC_ASSERT(std::abs(*whole - *bands) < 1e-12);
  });
  CHECK(holds);
}
