#include "eval/rank_statistics.h"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"

using zeroth::eval::PairedRanks;
using zeroth::eval::rank_correlation;
using zeroth::eval::RankCorrelation;

namespace {

using Column = std::vector<double>;

constexpr double kExact = 1e-14;

// Tau-b by its definition, over all pairs.
std::optional<double> kendall_by_pairs(const Column& x, const Column& y) {
  int64_t difference = 0, untied_x = 0, untied_y = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const int sign_x = (x[i] > x[j]) - (x[i] < x[j]), sign_y = (y[i] > y[j]) - (y[i] < y[j]);
      difference += sign_x * sign_y;
      untied_x += sign_x != 0;
      untied_y += sign_y != 0;
    }
  }
  if (untied_x == 0 || untied_y == 0) return std::nullopt;
  return static_cast<double>(difference) / std::sqrt(static_cast<double>(untied_x) * static_cast<double>(untied_y));
}

// Pearson's correlation of ranks found by counting.
std::optional<double> spearman_by_counting(const Column& x, const Column& y) {
  const auto centred_rank = [](const Column& values, size_t i) {
    double rank = 0;
    for (const double other : values) rank += (values[i] > other) - (values[i] < other);
    return rank / 2;
  };
  double product = 0, square_x = 0, square_y = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double a = centred_rank(x, i), b = centred_rank(y, i);
    product += a * b;
    square_x += a * a;
    square_y += b * b;
  }
  if (square_x == 0 || square_y == 0) return std::nullopt;
  return product / std::sqrt(square_x * square_y);
}

bool same(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return std::abs(*a - *b) < 1e-12;
}

bool same(const RankCorrelation& a, const RankCorrelation& b) {
  return same(a.spearman, b.spearman) && same(a.kendall, b.kendall);
}

// Small integers tie often; minus infinity is a failed score.
Column tied_column(size_t size) {
  auto column = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, 6));
  Column values(column.begin(), column.end());
  for (double& value : values) {
    if (value == 0) value = -std::numeric_limits<double>::infinity();
  }
  return values;
}

}  // namespace

TEST_CASE("Rank correlations with ties equal values computed by hand") {
  // Pairs: 3 agree, 1 disagrees, 1 is tied in x, 1 in y: tau-b = (3 - 1) / sqrt(5 * 5).
  // Centred ranks: x -1.5 0 0 1.5, y -1.5 1.5 0 0: rho = 2.25 / 4.5.
  const RankCorrelation tied = rank_correlation({1, 2, 2, 3}, {1, 3, 2, 2});
  CHECK(*tied.kendall == Approx(0.4).margin(kExact));
  CHECK(*tied.spearman == Approx(0.5).margin(kExact));

  // No ties: 8 pairs agree, 2 disagree; squared rank differences 1 + 1 + 0 + 1 + 1: rho = 1 - 6 * 4 / (5 * 24).
  const RankCorrelation untied = rank_correlation({10, 20, 30, 40, 50}, {2, 1, 3, 5, 4});
  CHECK(*untied.kendall == Approx(0.6).margin(kExact));
  CHECK(*untied.spearman == Approx(0.8).margin(kExact));
}

TEST_CASE("A correlation keeps its sign and reaches its bounds exactly") {
  const Column x = {3, 1, 4, 1, 5, 9, 2, 6};
  Column opposite;
  for (const double value : x) opposite.push_back(-value);
  CHECK(*rank_correlation(x, x).kendall == 1);
  CHECK(*rank_correlation(x, x).spearman == 1);
  CHECK(*rank_correlation(x, opposite).kendall == -1);
  CHECK(*rank_correlation(x, opposite).spearman == -1);
  // More rows than sums of products of ranks fit into a double for.
  Column large, turned;
  for (int row = 0; row < 500000; ++row) {
    large.push_back(row / 3 + (row % 7 == 0 ? 1 : 0));
    turned.push_back(-large.back());
  }
  CHECK(*rank_correlation(large, large).spearman == 1);
  CHECK(*rank_correlation(large, turned).spearman == -1);
}

TEST_CASE("A correlation with nothing to rank is undefined") {
  const std::vector<std::pair<Column, Column>> cases = {{{}, {}}, {{1}, {2}}, {{7, 7, 7}, {1, 2, 3}}, {{1, 2}, {0, 0}}};
  for (const auto& [x, y] : cases) {
    CHECK_FALSE(rank_correlation(x, y).spearman);
    CHECK_FALSE(rank_correlation(x, y).kendall);
  }
}

TEST_CASE("Columns that do not fit together are a bug") {
  CHECK_THROWS_AS(PairedRanks({1, 2}, {1}), zeroth::core::Bug);
  CHECK_THROWS_AS(PairedRanks({1, std::nan("")}, {1, 2}), zeroth::core::Bug);
}

TEST_CASE("Fast rank correlations equal their definitions on random ties") {
  const bool holds = rc::check("", [] {
    const auto size = *rc::gen::inRange<size_t>(0, 60);
    const Column x = tied_column(size), y = tied_column(size);
    const RankCorrelation fast = rank_correlation(x, y);
    RC_ASSERT(same(fast.kendall, kendall_by_pairs(x, y)));
    RC_ASSERT(same(fast.spearman, spearman_by_counting(x, y)));
  });
  CHECK(holds);
}

TEST_CASE("Rank correlations do not change under increasing maps, and turn their sign under decreasing ones") {
  const bool holds = rc::check("", [] {
    const auto size = *rc::gen::inRange<size_t>(2, 40);
    const Column x = tied_column(size), y = tied_column(size);
    Column increased, decreased;
    for (const double value : x) {
      increased.push_back(std::exp(value) + 3);
      decreased.push_back(std::exp(-value));
    }
    const RankCorrelation original = rank_correlation(x, y), down = rank_correlation(decreased, y);
    RC_ASSERT(same(original, rank_correlation(increased, y)));
    RC_ASSERT(same(original, rank_correlation(y, x)));
    const auto negated = [](const std::optional<double>& value) { return value ? std::optional(-*value) : value; };
    RC_ASSERT(same(original, {negated(down.spearman), negated(down.kendall)}));
  });
  CHECK(holds);
}

TEST_CASE("Counting a row several times equals repeating it") {
  const bool holds = rc::check("", [] {
    const auto size = *rc::gen::inRange<size_t>(0, 40);
    const Column x = tied_column(size), y = tied_column(size);
    const auto counts = *rc::gen::container<std::vector<uint32_t>>(size, rc::gen::inRange<uint32_t>(0, 4));
    Column repeated_x, repeated_y;
    for (size_t i = 0; i < size; ++i) {
      repeated_x.insert(repeated_x.end(), counts[i], x[i]);
      repeated_y.insert(repeated_y.end(), counts[i], y[i]);
    }
    RC_ASSERT(same(PairedRanks(x, y).correlation(counts), rank_correlation(repeated_x, repeated_y)));
  });
  CHECK(holds);
}
