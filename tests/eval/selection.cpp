#include "eval/selection.h"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

using zeroth::eval::levels_of;
using zeroth::eval::Selection;

namespace {

using Column = std::vector<double>;

constexpr double kExact = 1e-14;

Selection selection(const Column& score, const Column& accuracy, size_t k) {
  return zeroth::eval::selection(levels_of(score), levels_of(accuracy), accuracy, k);
}

// Mean over all orders of the rows, which break ties as they come.
Selection mean_over_orders(const Column& score, const Column& accuracy, size_t k) {
  const size_t rows = score.size();
  std::vector<size_t> order(rows);
  std::iota(order.begin(), order.end(), size_t{0});
  double orders = 0, precision = 0, gain = 0, ideal = 0;
  const auto gain_of = [&](size_t row) {
    double beaten = 0;
    for (size_t other = 0; other < rows; ++other) {
      if (other != row) beaten += accuracy[row] > accuracy[other] ? 1 : accuracy[row] == accuracy[other] ? 0.5 : 0;
    }
    return beaten / static_cast<double>(rows - 1);
  };
  do {
    // Ties in accuracy are broken apart from those in score: here by every pair of orders.
    std::vector<size_t> by_score = order;
    std::stable_sort(by_score.begin(), by_score.end(), [&](size_t a, size_t b) { return score[a] > score[b]; });
    for (size_t i = 0; i < k; ++i) gain += gain_of(by_score[i]) / std::log2(2.0 + static_cast<double>(i));
    std::vector<size_t> second(rows);
    std::iota(second.begin(), second.end(), size_t{0});
    do {
      std::vector<size_t> by_accuracy = second;
      std::stable_sort(by_accuracy.begin(), by_accuracy.end(),
                       [&](size_t a, size_t b) { return accuracy[a] > accuracy[b]; });
      for (size_t i = 0; i < k; ++i) {
        const auto end = by_accuracy.begin() + static_cast<ptrdiff_t>(k);
        precision += std::find(by_accuracy.begin(), end, by_score[i]) != end ? 1 : 0;
        ideal += gain_of(by_accuracy[i]) / std::log2(2.0 + static_cast<double>(i));
      }
      ++orders;
    } while (std::next_permutation(second.begin(), second.end()));
  } while (std::next_permutation(order.begin(), order.end()));
  Selection result;
  result.precision = precision / orders / static_cast<double>(k);
  result.discounted_gain = gain / (ideal / std::sqrt(orders));
  return result;
}

}  // namespace

TEST_CASE("What the first k are worth equals values computed by hand") {
  // By score the rows come 4 3 2 1 0; their accuracies 70 90 50 80 60.
  const Selection found = selection({1, 2, 3, 4, 5}, {60, 80, 50, 90, 70}, 2);
  CHECK(found.k == 2);
  CHECK(found.best == 90);
  CHECK(found.regret == 0);
  CHECK(found.precision == 0.5);  // 90 and not 80
  // Gains 1/2 and 1, of at best 1 and 3/4.
  const double second = 1 / std::log2(3.0);
  CHECK(*found.discounted_gain == Approx((0.5 + second) / (1 + 0.75 * second)).margin(kExact));
  CHECK(selection({1, 2, 3, 4, 5}, {60, 80, 50, 90, 70}, 1).regret == 20);
}

TEST_CASE("A shared place counts by the chance to be chosen") {
  // Three rows share the second place of the scores, one of them is the second best.
  const Selection found = selection({9, 5, 5, 5, 1}, {90, 80, 50, 60, 70}, 2);
  CHECK(found.precision == Approx((1 + 1.0 / 3) / 2).margin(kExact));
  CHECK(selection({3, 3, 3, 3}, {1, 2, 3, 4}, 2).precision == Approx(0.5).margin(kExact));
  CHECK(selection({3, 3}, {7, 7}, 1).precision == Approx(0.5).margin(kExact));
}

TEST_CASE("More places than rows are all rows") {
  const Selection found = selection({2, 1}, {10, 20}, 10);
  CHECK(found.k == 2);
  CHECK(found.precision == 1);
  CHECK(found.regret == 0);
  CHECK_FALSE(selection({1}, {10}, 10).discounted_gain);
  CHECK_FALSE(selection({1, 2}, {10, 10}, 1).discounted_gain);
}

TEST_CASE("Failed scores, minus infinity, come last and tie") {
  constexpr double kFailed = -std::numeric_limits<double>::infinity();
  const Selection found = selection({kFailed, 1, kFailed}, {30, 20, 10}, 2);
  CHECK(found.best == 30);  // of equal rows the earlier
  CHECK(found.precision == Approx((1 + 0.5) / 2).margin(kExact));
  CHECK(zeroth::eval::top_accuracy(levels_of({kFailed, 1, 1}), {30, 20, 10}) == 15);
  CHECK(zeroth::eval::best_of_top(levels_of({kFailed, 1, 1}), {30, 20, 10}, 2) == 20);
}

TEST_CASE("Precision and gain are means over the ways to break ties") {
  const bool holds = rc::check("", [] {
    const auto size = *rc::gen::inRange<size_t>(2, 5);
    const auto score = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, 3));
    const auto accuracy = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, 4));
    const auto k = *rc::gen::inRange<size_t>(1, size + 1);
    const Column x(score.begin(), score.end()), y(accuracy.begin(), accuracy.end());
    const Selection fast = selection(x, y, k), slow = mean_over_orders(x, y, k);
    RC_ASSERT(std::abs(fast.precision - slow.precision) < 1e-12);
    const bool differ = std::any_of(y.begin(), y.end(), [&](double value) { return value != y.front(); });
    RC_ASSERT(fast.discounted_gain.has_value() == differ);
    if (differ) RC_ASSERT(std::abs(*fast.discounted_gain - *slow.discounted_gain) < 1e-12);
  });
  CHECK(holds);
}
