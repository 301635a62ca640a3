#include "core/ranks.h"

#include <catch2/catch.hpp>
#include <limits>

#include "core/error.h"
#include "core/random.h"

namespace zeroth::core {
namespace {

using Values = std::vector<double>;

// The definition, term by term: those below, and half of the others that are equal.
Values ranks_by_counting(const Values& values) {
  Values result;
  for (const double value : values) {
    double rank = 0.5;
    for (const double other : values) rank += other < value ? 1 : other == value ? 0.5 : 0;
    result.push_back(rank);
  }
  return result;
}

}  // namespace

TEST_CASE("ranks count from the smallest, and ties share their average") {
  CHECK(ranks({}).empty());
  CHECK(ranks({7}) == Values{1});
  CHECK(ranks({30, 10, 20}) == Values{3, 1, 2});
  CHECK(ranks({5, 1, 5, 5}) == Values{3, 1, 3, 3});
  CHECK(ranks({2, 2}) == Values{1.5, 1.5});
  CHECK(ranks({-0.0, 0.0, std::numeric_limits<double>::infinity()}) == Values{1.5, 1.5, 3});
}

TEST_CASE("ranks agree with counting on random values with many ties") {
  for (uint32_t trial = 0; trial < 100; ++trial) {
    const Stream stream(11, "ranks", trial);
    Values values(1 + stream.below(60, 0));
    for (uint32_t i = 0; i < values.size(); ++i) values[i] = stream.below(12, i + 1);
    CHECK(ranks(values) == ranks_by_counting(values));
  }
}

TEST_CASE("failed cells tie below every value, and the best value has rank n") {
  const auto none = std::nullopt;
  CHECK(ranks_with_failures({7.0, none, 9.0, none}) == Values{3, 1.5, 4, 1.5});
  CHECK(ranks_with_failures({none, -1e300}) == Values{1, 2});
  CHECK(ranks_with_failures({none, none, none}) == Values{2, 2, 2});
  CHECK(ranks_with_failures({1.0, 1.0, none}) == Values{2.5, 2.5, 1});
}

TEST_CASE("a NaN has no rank: it is a bug to ask for one") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(ranks({1, nan}), Bug);
  CHECK_THROWS_AS(ranks_with_failures({1.0, nan}), Bug);
}

TEST_CASE("a million ranks with long ties take no quadratic time") {
  Values values(1'000'000);
  for (uint32_t i = 0; i < values.size(); ++i) values[i] = i % 3;
  const Values result = ranks(values);
  CHECK(result[0] == (333'334 + 1) / 2.0);
  CHECK(result[2] == 666'667 + (333'333 + 1) / 2.0);
}

}  // namespace zeroth::core
