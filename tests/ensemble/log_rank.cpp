#include "ensemble/log_rank.h"

#include <catch2/catch.hpp>
#include <cmath>

using zeroth::ensemble::mean_log_rank;
using Column = std::vector<std::optional<double>>;

TEST_CASE("mean log rank averages ln(rank / rows), best row 0") {
  const Eigen::VectorXd score = mean_log_rank({Column{3.0, 1.0, 2.0}, Column{10.0, 30.0, 20.0}});
  CHECK(score[0] == Approx((std::log(3.0 / 3) + std::log(1.0 / 3)) / 2));
  CHECK(score[1] == Approx((std::log(1.0 / 3) + std::log(3.0 / 3)) / 2));
  CHECK(score[2] == Approx(std::log(2.0 / 3)));
  CHECK(score[2] > score[0]);
}

TEST_CASE("mean log rank puts failed cells at the bottom, tied") {
  const Eigen::VectorXd score = mean_log_rank({Column{std::nullopt, -5.0, std::nullopt, 1.0}});
  CHECK(score[0] == Approx(std::log(1.5 / 4)));
  CHECK(score[0] == score[2]);
  CHECK(score[1] == Approx(std::log(3.0 / 4)));
  CHECK(score[3] == 0.0);
}

TEST_CASE("mean log rank ignores a constant column and a monotone change of another") {
  const Column values{0.1, 0.7, 0.3};
  Column cubes;
  for (const auto& value : values) cubes.push_back(*value * *value * *value);
  const Eigen::VectorXd plain = mean_log_rank({values});
  CHECK(mean_log_rank({values, Column{2.0, 2.0, 2.0}}) == plain);
  CHECK(mean_log_rank({cubes}) == plain);
}

TEST_CASE("mean log rank of rows that nothing tells apart is 0") {
  CHECK(mean_log_rank({Column{4.0, 4.0}}) == Eigen::VectorXd::Zero(2));
  CHECK(mean_log_rank({Column{std::nullopt}}) == Eigen::VectorXd::Zero(1));
}
