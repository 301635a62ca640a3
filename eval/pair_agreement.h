// How often two columns put a pair of rows in one order, where the pairs that matter are those with a row near the top.
#pragma once

#include <optional>

#include "eval/rank_statistics.h"

namespace zeroth::eval {

struct PairAgreement {
  // Weighted tau (Vigna, A weighted correlation index for rankings with ties, WWW 2015): a pair weighs the sum of its
  // rows' 1 / position, position 1 = best. Mean of the two values where positions are those of x, equal values in the
  // order of y, and the other way round. In [-1, 1]; nullopt where a column has fewer than two different values.
  std::optional<double> weighted_kendall;
  // Share of the pairs with different y whose order x tells; half a pair where x is equal. nullopt without such pairs.
  std::optional<double> pairwise_accuracy;
};

// O(n log n).
PairAgreement pair_agreement(const PairedRanks& ranks);

}  // namespace zeroth::eval
