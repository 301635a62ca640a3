#include "ensemble/rank_sum.h"

#include <catch2/catch.hpp>

using zeroth::ensemble::rank_sum;
using Column = std::vector<std::optional<double>>;

TEST_CASE("the rank sum adds ranks from 1 for the worst, ties shared") {
  const Eigen::VectorXd sum = rank_sum({Column{3.0, 1.0, 2.0}, Column{10.0, 30.0, 10.0}});
  CHECK(sum == Eigen::Vector3d(3.0 + 1.5, 1.0 + 3.0, 2.0 + 1.5));
}

TEST_CASE("the rank sum puts failed cells at the bottom") {
  CHECK(rank_sum({Column{std::nullopt, -5.0, std::nullopt}}) == Eigen::Vector3d(1.5, 3.0, 1.5));
}
