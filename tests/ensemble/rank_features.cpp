#include "ensemble/rank_features.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/ensemble/made_tasks.h"

using Eigen::VectorXd;
using zeroth::ensemble::Columns;
using zeroth::ensemble::FeaturePlan;
using zeroth::ensemble::features;
using zeroth::ensemble::learn_features;
using zeroth::ensemble::normal_scores;
using zeroth::tests::made_task;

namespace {

const FeaturePlan::Column& column(const FeaturePlan& plan, const std::string& name) {
  for (const auto& each : plan.columns) {
    if (each.name == name) return each;
  }
  throw std::runtime_error("no column " + name);
}

}  // namespace

TEST_CASE("columns that agree are one family, features without direction are turned, constants are left out") {
  const FeaturePlan plan = learn_features({made_task("a", 200, 1), made_task("b", 200, 2)}, 2);
  REQUIRE(plan.columns.size() == 4);
  CHECK(plan.families == 2);
  CHECK(column(plan, "good").family == column(plan, "twin").family);
  CHECK(column(plan, "good").family == column(plan, "upside").family);
  CHECK(column(plan, "good").family != column(plan, "noise").family);
  CHECK(column(plan, "upside").sign == -1.0);
  CHECK(column(plan, "good").sign == 1.0);
}

TEST_CASE("a directed column keeps its authors' sign though low values went with high accuracy") {
  auto task = made_task("a", 200, 1);
  task.directed.push_back(3);
  CHECK(column(learn_features({task}), "upside").sign == 1.0);
}

TEST_CASE("families stay apart below the least agreement and are merged above the most families") {
  const std::vector<zeroth::ensemble::Task> tasks = {made_task("a", 200, 1)};
  CHECK(learn_features(tasks, 8, 0.999).families == 4);
  CHECK(learn_features(tasks, 3, 0.999).families == 3);
  CHECK(learn_features(tasks, 1, 0.999).families == 1);
}

TEST_CASE("features of four rows, by hand") {
  FeaturePlan plan;
  plan.columns = {{"a", 1.0, 0}, {"b", -1.0, 0}};
  plan.families = 1;
  const Columns values = {{1.0, 2.0, 3.0, 4.0}, {4.0, 3.0, 2.0, std::nullopt}};
  const auto made = features(plan, {"a", "b"}, values);
  REQUIRE(made.values.cols() == 6);
  const double deviation = std::sqrt(1.25);
  CHECK((made.values.col(2) - Eigen::Vector4d(-1.5, -0.5, 0.5, 1.5) / deviation).cwiseAbs().maxCoeff() < 1e-12);
  // b turned is 4 3 2 upside down, and its failed cell is still the bottom: ranks 2 3 4 1.
  CHECK((made.values.col(3) - Eigen::Vector4d(-0.5, 0.5, 1.5, -1.5) / deviation).cwiseAbs().maxCoeff() < 1e-12);
  Eigen::Vector4d logs(std::log(0.125), std::log(0.375), std::log(0.625), std::log(0.875));
  logs.array() -= logs.mean();
  CHECK((made.values.col(4) - logs / std::sqrt(logs.squaredNorm() / 4)).cwiseAbs().maxCoeff() < 1e-12);
  // The family: sums of ranks 3 5 7 5.
  CHECK((made.values.col(0) - Eigen::Vector4d(-2, 0, 2, 0) / std::sqrt(2.0)).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(made.missing.empty());
}

TEST_CASE("missing and constant columns are named, have no feature, and leave their family to the others") {
  FeaturePlan plan;
  plan.columns = {{"a", 1.0, 0}, {"b", 1.0, 0}, {"c", 1.0, 0}};
  plan.families = 1;
  const auto made = features(plan, {"c", "a"}, {{5.0, 5.0, 5.0}, {1.0, 3.0, 2.0}});
  CHECK(made.missing == std::vector<std::string>{"b", "c"});
  CHECK(made.values.col(3).isZero());
  CHECK(made.values.col(4).isZero());
  CHECK((made.values.col(0) - made.values.col(2)).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("normal scores are quantiles of the normal distribution") {
  const VectorXd scores = normal_scores({10.0, 30.0, 20.0, 20.0, 0.0});
  // (rank - 1/2) / 5 = .3 .9 .6 .6 .1; quantiles from tables.
  CHECK(scores[0] == Approx(-0.5244005127));
  CHECK(scores[1] == Approx(1.2815515655));
  CHECK(scores[2] == Approx(0.2533471031));
  CHECK(scores[3] == scores[2]);
  CHECK(scores[4] == Approx(-1.2815515655));
  CHECK(std::abs(normal_scores({1.0})[0]) < 1e-12);
}
