#include "ensemble/explanation.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/ensemble/made_tasks.h"

using zeroth::ensemble::contributions;
using zeroth::ensemble::learn;
using zeroth::ensemble::predict;
using zeroth::ensemble::Task;
using zeroth::tests::made_task;

TEST_CASE("contributions add up to the learned score, also where columns are missing") {
  const auto model = learn({made_task("a", 120, 1), made_task("b", 100, 2)});
  const Task test = made_task("d", 50, 4);
  const auto check = [&](const std::vector<std::string>& columns, const zeroth::ensemble::Columns& values) {
    const Eigen::VectorXd mean = predict(model, columns, values).mean;
    for (const size_t row : {size_t{0}, size_t{7}, size_t{49}}) {
      double sum = 0.0;
      for (const auto& each : contributions(model, columns, values, row)) sum += each.amount;
      CHECK(sum == Approx(mean[static_cast<Eigen::Index>(row)]).margin(1e-9));
    }
  };
  check(test.columns, test.values);
  check({"twin", "upside"}, {test.values[1], test.values[3]});
}

TEST_CASE("a contribution names its column's place in the pool and its learned direction") {
  const auto model = learn({made_task("a", 200, 1), made_task("b", 200, 2)});
  Task test = made_task("d", 40, 4);
  test.values[0][3] = std::nullopt;
  const auto all = contributions(model, test.columns, test.values, 3);
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
  CHECK(contributions(model, {"else"}, {{1.0, 2.0}}, 0).empty());
}
