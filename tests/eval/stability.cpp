#include "eval/stability.h"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using zeroth::eval::Stability;

namespace {

using Cells = std::vector<std::optional<double>>;

constexpr double kExact = 1e-14;

// The same whether the levels are of all rows, the failed ones at the bottom, or of the scored rows alone.
Stability stability(const Cells& scores, const Cells& errors) {
  std::vector<double> all, scored;
  for (const auto& score : scores) {
    all.push_back(score.value_or(-std::numeric_limits<double>::infinity()));
    if (score) scored.push_back(*score);
  }
  const Stability of_all = zeroth::eval::stability(zeroth::eval::levels_of(all), scores, errors);
  const Stability of_scored = zeroth::eval::stability(zeroth::eval::levels_of(scored), scores, errors);
  CHECK(of_all.tied_pairs == of_scored.tied_pairs);
  CHECK(of_all.tied_top == of_scored.tied_top);
  CHECK(of_all.seed_spread == of_scored.seed_spread);
  CHECK(of_all.rank_spread == of_scored.rank_spread);
  return of_scored;
}

}  // namespace

TEST_CASE("Ties are counted over pairs and at the top, without failed scores") {
  // Six pairs of four scores: 3 3 is one, and half of the rows are at the top.
  const Stability tied = stability({3, 1, 3, 2, std::nullopt}, {});
  CHECK(*tied.tied_pairs == Approx(1.0 / 6).margin(kExact));
  CHECK(*tied.tied_top == 0.5);
  CHECK_FALSE(tied.seed_spread);
  CHECK(*stability({1, 2, 3}, {}).tied_top == 0);
  CHECK(*stability({5, 5, 5}, {}).tied_pairs == 1);
  CHECK_FALSE(stability({5, std::nullopt}, {}).tied_pairs);
}

TEST_CASE("The spread over seeds is measured by the spread over architectures") {
  // Deviation 2, mean standard error 0.5; rows within an error: none, 1, 1 of the three others.
  const Stability spread = stability({1, 1, 5, 5}, {0.25, 0.75, 0.5, 0.5});
  CHECK(*spread.seed_spread == Approx(0.25).margin(kExact));
  CHECK(*spread.rank_spread == 0);  // equal scores are ties, not noise
  const Stability near = stability({1, 2, 3, 9}, {1, 1, 2, 1});
  CHECK(*near.rank_spread == Approx((1 + 2 + 2 + 0) / 4.0 / 3.0).margin(kExact));
}

TEST_CASE("Failed cells and missing or broken errors are passed over") {
  const Stability some = stability({1, std::nullopt, 2, 3}, {1, 1, std::nullopt, -1});
  CHECK(*some.rank_spread == Approx(0.5).margin(kExact));
  CHECK(*some.seed_spread == Approx(1 / std::sqrt(2.0 / 3)).margin(kExact));
  CHECK_FALSE(stability({1, 2}, {std::nullopt, std::nullopt}).rank_spread);
  CHECK_FALSE(stability({4, 4}, {1, 1}).seed_spread);
}

TEST_CASE("The spread of ranks equals counting over all pairs") {
  const bool holds = rc::check("", [] {
    const auto rows = *rc::gen::inRange<size_t>(2, 40);
    const auto x = *rc::gen::container<std::vector<int>>(rows, rc::gen::inRange(0, 20));
    const auto e = *rc::gen::container<std::vector<int>>(rows, rc::gen::inRange(0, 8));
    double count = 0;
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < rows; ++j) count += x[i] != x[j] && std::abs(x[i] - x[j]) <= e[i];
    }
    const Stability fast = stability(Cells(x.begin(), x.end()), Cells(e.begin(), e.end()));
    const auto n = static_cast<double>(rows);
    RC_ASSERT(std::abs(*fast.rank_spread - count / n / (n - 1)) < 1e-12);
  });
  CHECK(holds);
}
