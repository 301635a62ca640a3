#include "eval/pearson.h"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>

using zeroth::eval::deviation;
using zeroth::eval::pearson;

TEST_CASE("Pearson equals a value computed by hand, and keeps its sign") {
  // Distances from the means: -1.5 -.5 .5 1.5 and -2 0 -1 3: 7 / sqrt(5 * 14).
  CHECK(*pearson({1, 2, 3, 4}, {0, 2, 1, 5}) == Approx(7 / std::sqrt(70.0)).epsilon(1e-14));
  CHECK(*pearson({1, 2, 3}, {-2, -4, -6}) == Approx(-1).epsilon(1e-14));
  CHECK(deviation({2, 4, 4, 4, 5, 5, 7, 9}) == Approx(2).epsilon(1e-14));
}

TEST_CASE("Scores of any size correlate: squares do not overflow") {
  CHECK(*pearson({1e300, 2e300, 4e300}, {1e-300, 2e-300, 4e-300}) == Approx(1).epsilon(1e-12));
  CHECK(deviation({-1e300, 1e300}) == Approx(1e300).epsilon(1e-12));
}

TEST_CASE("One value has no correlation and no deviation, whatever its rounding") {
  CHECK_FALSE(pearson({}, {}));
  CHECK_FALSE(pearson({1}, {2}));
  CHECK_FALSE(pearson({0.1, 0.1, 0.1}, {1, 2, 3}));
  CHECK(deviation({0.1, 0.1, 0.1}) == 0);
  CHECK(deviation({}) == 0);
}

TEST_CASE("Pearson does not change under scale and shift") {
  const bool holds = rc::check("", [] {
    const auto size = *rc::gen::inRange<size_t>(3, 30);
    const auto x = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(-50, 50));
    const auto y = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(-50, 50));
    std::vector<double> a(x.begin(), x.end()), moved, b(y.begin(), y.end());
    for (const double value : a) moved.push_back(-3 * value + 7);
    const auto first = pearson(a, b), second = pearson(moved, b);
    RC_ASSERT(first.has_value() == second.has_value());
    if (first) RC_ASSERT(std::abs(*first + *second) < 1e-12);
  });
  CHECK(holds);
}
