#include "ensemble/explanation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <utility>

#include "tests/ensemble/made_tasks.h"

using zeroth::ensemble::Columns;
using zeroth::ensemble::combine;
using zeroth::ensemble::contributions;
using zeroth::ensemble::find_label_free;
using zeroth::ensemble::label_free_ensembles;
using zeroth::ensemble::learn;
using zeroth::ensemble::predict;
using zeroth::ensemble::Task;
using zeroth::tests::made_task;

TEST_CASE("contributions add up to the learned score, also where columns are missing") {
  const auto model = learn({made_task("a", 120, 1), made_task("b", 100, 2)});
  const Task test = made_task("d", 50, 4);
  const auto check = [&](const std::vector<std::string>& columns, const zeroth::ensemble::Columns& values) {
    const Eigen::VectorXd mean = predict(model, columns, values).mean;
    const std::vector<size_t> rows = {0, 7, 49};
    const auto all = contributions(model, columns, values, rows);
    REQUIRE(all.size() == rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      double sum = 0.0;
      for (const auto& each : all[i]) sum += each.amount;
      CHECK(sum == Approx(mean[static_cast<Eigen::Index>(rows[i])]).margin(1e-9));
    }
  };
  check(test.columns, test.values);
  check({"twin", "upside"}, {test.values[1], test.values[3]});
}

TEST_CASE("a contribution names its column's place in the pool and its learned direction") {
  const auto model = learn({made_task("a", 200, 1), made_task("b", 200, 2)});
  Task test = made_task("d", 40, 4);
  test.values[0][3] = std::nullopt;
  const auto all = contributions(model, test.columns, test.values, {3}).front();
  std::vector<std::string> names;
  for (const auto& each : all) names.push_back(each.column);
  CHECK(names == std::vector<std::string>{"good", "noise", "twin", "upside"});  // flat tells nothing
  CHECK(all[0].percentile == Approx(100.0 * 0.5 / 40));                         // failed cells are at the bottom
  CHECK_FALSE(all[0].value);
  CHECK(all[0].amount < 0.0);
  CHECK(all[3].sign == -1.0);
  CHECK(all[3].value == test.values[3][3]);
}

TEST_CASE("a pool that the ensemble knows no column of has no contributions") {
  const auto model = learn({made_task("a", 60, 1)});
  CHECK(contributions(model, {"else"}, {{1.0, 2.0}}, {0}).front().empty());
}

TEST_CASE("a learned contribution by hand: two rows, whose standardised ranks and log ranks are -1 and 1") {
  zeroth::ensemble::LearnedModel model;
  // x and y are a family, and low z is good. Ranks and log ranks: of the families, then of the columns.
  model.plan = {{{"x", 1.0, 0}, {"y", 1.0, 0}, {"z", -1.0, 1}}, 2};
  model.prior.mean.resize(10);
  model.prior.mean << 0.1, 0.2, 0.3, 0.4, 1, 2, 3, 4, 5, 6;
  model.prior.covariance.setZero(10, 10);
  model.prior.deviation.setZero(10);
  const std::vector<std::string> columns = {"z", "y", "x"};
  const Columns values = {{5.0, 7.0}, {std::nullopt, 2.0}, {1.0, 2.0}};
  const auto rows = contributions(model, columns, values, {1, 0});
  REQUIRE(rows.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    const double place = i == 0 ? 1.0 : -1.0;
    REQUIRE(rows[i].size() == 3);
    // In the family x and y count alike: half of its weights 0.1 and 0.3 each.
    CHECK(rows[i][0].amount == Approx(place * (1 + 4 + (0.1 + 0.3) / 2)));
    CHECK(rows[i][1].amount == Approx(place * (2 + 5 + (0.1 + 0.3) / 2)));
    CHECK(rows[i][2].amount == Approx(-place * (3 + 6 + 0.2 + 0.4)));
    CHECK(rows[i][0].amount + rows[i][1].amount + rows[i][2].amount ==
          Approx(predict(model, columns, values).mean[i == 0 ? 1 : 0]));
  }
  CHECK_FALSE(rows[1][1].value);
}

TEST_CASE(
    "contributions to a mean over columns by hand: ranks 3 1 2 and 1 3 2 of three rows, a third column all ties") {
  const std::vector<std::string> columns = {"x", "flat", "y"};
  const Columns values = {{3.0, std::nullopt, 2.0}, {4.0, 4.0, 4.0}, {10.0, 30.0, 20.0}};
  const auto amounts = [&](const char* name, size_t row) {
    const auto all = contributions(find_label_free(name), columns, values, {row}).front();
    REQUIRE(all.size() == 2);
    CHECK(all[0].column == "x");
    CHECK(all[1].column == "y");
    return std::pair(all[0].amount, all[1].amount);
  };
  const auto check = [&](const char* name, size_t row, double x, double y) {
    INFO(name);
    CHECK(amounts(name, row).first == Approx(x).margin(1e-12));
    CHECK(amounts(name, row).second == Approx(y).margin(1e-12));
  };
  check("log_rank", 0, 0.0, std::log(1.0 / 3) / 2);
  check("log_rank", 2, std::log(2.0 / 3) / 2, std::log(2.0 / 3) / 2);
  check("rank_mean", 0, 0.5, 1.0 / 6);
  check("borda", 1, 0.0, 1.0);
  check("geometric", 1, -std::log(3.0) / 2, 0.0);
  check("robust_rank", 0, 0.5 / 61, 0.5 / 63);
  const auto last = contributions(find_label_free("borda"), columns, values, {1}).front();
  CHECK_FALSE(last[0].value);
  CHECK(last[0].percentile == Approx(100.0 * 0.5 / 3));
}

TEST_CASE("contributions to every mean over columns add up to the score; a median has none") {
  const Task test = made_task("d", 40, 4);
  size_t means = 0;
  for (const auto& ensemble : label_free_ensembles()) {
    if (ensemble.term == nullptr) {
      CHECK(ensemble.name == "vote");
      continue;
    }
    INFO(ensemble.name);
    ++means;
    const Eigen::VectorXd score = combine(ensemble, test.values);
    const auto all = contributions(ensemble, test.columns, test.values, {0, 39});
    for (size_t i = 0; i < 2; ++i) {
      double sum = 0.0;
      for (const auto& each : all[i]) sum += each.amount;
      CHECK(sum == Approx(score[i == 0 ? 0 : 39]).margin(1e-12));
    }
  }
  CHECK(means == 5);
}

TEST_CASE("the largest contribution stands first, whatever its sign, and equal ones keep their order") {
  std::vector<zeroth::ensemble::Contribution> all = {
      {"a", 0, 1.0, 1.0, 50.0, 0.5}, {"b", 0, 1.0, 1.0, 50.0, -2.0}, {"c", 0, 1.0, 1.0, 50.0, -0.5}};
  sort_by_size(all);
  CHECK(all[0].column == "b");
  CHECK(all[1].column == "a");
  CHECK(all[2].column == "c");
}
