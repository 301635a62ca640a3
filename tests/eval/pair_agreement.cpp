#include "eval/pair_agreement.h"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using zeroth::eval::pair_agreement;
using zeroth::eval::PairAgreement;
using zeroth::eval::PairedRanks;

namespace {

using Column = std::vector<double>;

// Weighted tau by its definition over all pairs, with places by falling x, then falling y.
double weighted_by_pairs(const Column& x, const Column& y) {
  std::vector<size_t> order(x.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return x[a] != x[b] ? x[a] > x[b] : y[a] > y[b]; });
  Column weight(x.size());
  for (size_t place = 0; place < order.size(); ++place) weight[order[place]] = 1.0 / (1.0 + static_cast<double>(place));
  double sum = 0, untied_x = 0, untied_y = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const int sign_x = (x[i] > x[j]) - (x[i] < x[j]), sign_y = (y[i] > y[j]) - (y[i] < y[j]);
      const double pair = weight[i] + weight[j];
      sum += pair * sign_x * sign_y;
      untied_x += sign_x != 0 ? pair : 0;
      untied_y += sign_y != 0 ? pair : 0;
    }
  }
  return sum / std::sqrt(untied_x * untied_y);
}

std::optional<double> accuracy_by_pairs(const Column& x, const Column& y) {
  double right = 0, pairs = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t j = 0; j < x.size(); ++j) {
      if (!(y[i] > y[j])) continue;
      ++pairs;
      right += x[i] > x[j] ? 1 : x[i] == x[j] ? 0.5 : 0;
    }
  }
  return pairs > 0 ? std::optional(right / pairs) : std::nullopt;
}

Column tied_column(size_t size, int levels) {
  const auto column = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, levels));
  return Column(column.begin(), column.end());
}

}  // namespace

TEST_CASE("Weighted tau and pairwise accuracy equal values computed by hand") {
  // Places by x: 3, 2, 1 (weights 1, 1/2, 1/3), by y: 3, 1, 2. Pairs by x: (1, 2) 5/6 disagree... x 1 2 3, y 2 1 3:
  // by x: -(1/3 + 1/2) + (1/3 + 1) + (1/2 + 1) = 2 of 11/3; by y: -(1/2 + 1/3) + (1/2 + 1) + (1/3 + 1) = 2 of 11/3.
  const PairAgreement small = pair_agreement(PairedRanks({1, 2, 3}, {2, 1, 3}));
  CHECK(*small.weighted_kendall == Approx(6.0 / 11).epsilon(1e-14));
  CHECK(*small.pairwise_accuracy == Approx(2.0 / 3).epsilon(1e-14));

  // The example of scipy.stats.weightedtau, and its values for either column's places.
  const Column x = {12, 2, 1, 12, 2}, y = {1, 4, 7, 1, 0};
  CHECK(*pair_agreement(PairedRanks(x, y)).weighted_kendall == Approx(-0.56694968153682723).epsilon(1e-13));
  CHECK(weighted_by_pairs(x, y) == Approx(-0.4157652301037516).epsilon(1e-13));
  CHECK(weighted_by_pairs(y, x) == Approx(-0.7181341329699028).epsilon(1e-13));
}

TEST_CASE("Weighted tau looks at the top: an exchange there costs more than one at the bottom") {
  const Column y = {1, 2, 3, 4, 5, 6};
  const double top = *pair_agreement(PairedRanks({1, 2, 3, 4, 6, 5}, y)).weighted_kendall;
  const double bottom = *pair_agreement(PairedRanks({2, 1, 3, 4, 5, 6}, y)).weighted_kendall;
  CHECK(top < bottom);
  CHECK(*pair_agreement(PairedRanks(y, y)).weighted_kendall == 1);
  CHECK(*pair_agreement(PairedRanks({6, 5, 4, 3, 2, 1}, y)).weighted_kendall == -1);
}

TEST_CASE("Pairs that cannot be told apart leave nothing to agree on") {
  CHECK_FALSE(pair_agreement(PairedRanks(Column{}, Column{})).pairwise_accuracy);
  CHECK_FALSE(pair_agreement(PairedRanks({1}, {1})).weighted_kendall);
  CHECK_FALSE(pair_agreement(PairedRanks({1, 2}, {5, 5})).pairwise_accuracy);
  const PairAgreement constant = pair_agreement(PairedRanks({7, 7, 7}, {1, 2, 3}));
  CHECK_FALSE(constant.weighted_kendall);
  CHECK(*constant.pairwise_accuracy == 0.5);
}

TEST_CASE("Fast agreement of pairs equals its definition on random ties, in any order of the rows") {
  const bool holds = rc::check("", [] {
    const auto size = *rc::gen::inRange<size_t>(0, 50);
    const auto levels = *rc::gen::inRange(2, 60);
    Column x = tied_column(size, levels), y = tied_column(size, levels);
    const PairAgreement fast = pair_agreement(PairedRanks(x, y));
    const std::optional<double> accuracy = accuracy_by_pairs(x, y);
    RC_ASSERT(fast.pairwise_accuracy.has_value() == accuracy.has_value());
    if (accuracy) RC_ASSERT(std::abs(*fast.pairwise_accuracy - *accuracy) < 1e-12);
    const double slow = (weighted_by_pairs(x, y) + weighted_by_pairs(y, x)) / 2;
    RC_ASSERT(fast.weighted_kendall.has_value() == std::isfinite(slow));
    if (fast.weighted_kendall) RC_ASSERT(std::abs(*fast.weighted_kendall - slow) < 1e-12);
    std::reverse(x.begin(), x.end());
    std::reverse(y.begin(), y.end());
    RC_ASSERT(pair_agreement(PairedRanks(x, y)).weighted_kendall == fast.weighted_kendall);
  });
  CHECK(holds);
}
