#include "ensemble/learned.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/error.h"
#include "tests/ensemble/made_tasks.h"

using zeroth::ensemble::Columns;
using zeroth::ensemble::Fold;
using zeroth::ensemble::learn;
using zeroth::ensemble::learn_folds;
using zeroth::ensemble::LearnedModel;
using zeroth::ensemble::predict;
using zeroth::ensemble::spearman;
using zeroth::ensemble::Task;
using zeroth::tests::made_task;

namespace {

const std::vector<Task>& made_tasks() {
  static const std::vector<Task> tasks = {made_task("a", 150, 1), made_task("b", 100, 2), made_task("c", 200, 3)};
  return tasks;
}

const LearnedModel& made_model() {
  static const LearnedModel model = learn(made_tasks());
  return model;
}

}  // namespace

TEST_CASE("learned weights predict a task of another space better than its columns") {
  const Task test = made_task("d", 300, 4);
  const auto prediction = predict(made_model(), test.columns, test.values);
  const double learned = spearman(prediction.mean, test.accuracy);
  for (const size_t column : {size_t{0}, size_t{3}}) {
    Eigen::VectorXd alone(300);
    for (Eigen::Index row = 0; row < 300; ++row) alone[row] = *test.values[column][static_cast<size_t>(row)];
    CHECK(learned > std::abs(spearman(alone, test.accuracy)) + 0.01);
  }
  CHECK(prediction.missing.empty());
  CHECK(made_model().best_column.substr(0, 1) != "n");
}

TEST_CASE("learned scores depend on ranks alone, and neither on the order of columns nor of rows") {
  Task test = made_task("d", 40, 4);
  test.values[0][7] = std::nullopt;
  const Eigen::VectorXd before = predict(made_model(), test.columns, test.values).mean;
  Task changed = test;
  for (auto& cell : changed.values[0]) {
    if (cell) cell = std::atan(*cell);
  }
  std::reverse(changed.columns.begin(), changed.columns.end());
  std::reverse(changed.values.begin(), changed.values.end());
  CHECK(predict(made_model(), changed.columns, changed.values).mean == before);
  for (auto& column : test.values) std::reverse(column.begin(), column.end());
  const Eigen::VectorXd turned = predict(made_model(), test.columns, test.values).mean.reverse();
  CHECK((turned - before).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("twins share their learned score to the last bit, and a pool of twins has the scores of the pool") {
  const Task test = made_task("d", 21, 4);
  Columns twice = test.values;
  for (auto& column : twice) column.insert(column.end(), column.begin(), column.end());
  const auto once = predict(made_model(), test.columns, test.values);
  const auto doubled = predict(made_model(), test.columns, twice);
  CHECK(doubled.mean.head(21) == doubled.mean.tail(21));
  CHECK((doubled.mean.head(21) - once.mean).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("one row, and rows that have all failed, have learned score 0") {
  CHECK(predict(made_model(), {"good", "noise"}, {{1.0}, {2.0}}).mean == Eigen::VectorXd::Zero(1));
  const auto failed = predict(made_model(), {"good"}, {{std::nullopt, std::nullopt}});
  CHECK(failed.mean == Eigen::VectorXd::Zero(2));
  CHECK(failed.missing.size() == 4);
  CHECK(failed.deviation.minCoeff() > 0.0);
}

TEST_CASE("without its best column a learned ensemble leans on the others and says what is missing") {
  const Task test = made_task("d", 300, 4);
  const auto without =
      predict(made_model(), {"twin", "noise", "upside"}, {test.values[1], test.values[2], test.values[3]});
  CHECK(without.missing == std::vector<std::string>{"good"});
  CHECK(spearman(without.mean, test.accuracy) > 0.85);
}

TEST_CASE("labels move the scores towards themselves and narrow the predictions") {
  // In this task the column that was good is noise, and what was noise decides.
  Task test = made_task("d", 300, 4);
  std::swap(test.values[0], test.values[2]);
  test.values[1] = test.values[0];
  test.values[3] = test.values[0];
  const auto before = predict(made_model(), test.columns, test.values);
  std::vector<std::optional<double>> labels(300);
  for (size_t row = 0; row < 60; ++row) labels[row] = test.accuracy[row];
  const auto after = predict(made_model(), test.columns, test.values, labels);
  CHECK(spearman(after.mean, test.accuracy) > spearman(before.mean, test.accuracy) + 0.2);
  CHECK(after.deviation.mean() < before.deviation.mean());
}

TEST_CASE("predictive deviations are about as large as the errors") {
  const Task test = made_task("d", 400, 4);
  const auto prediction = predict(made_model(), test.columns, test.values);
  const Eigen::VectorXd target = zeroth::ensemble::normal_scores(test.accuracy);
  const Eigen::ArrayXd error = (prediction.mean - target).array() / prediction.deviation.array();
  CHECK(std::sqrt(error.square().mean()) > 0.6);
  CHECK(std::sqrt(error.square().mean()) < 1.5);
}

TEST_CASE("labels that do not differ are refused") {
  const Task test = made_task("d", 5, 4);
  CHECK_THROWS_WITH(predict(made_model(), test.columns, test.values, {1.0, 1.0, {}, {}, {}}),
                    Catch::Contains("two different labels"));
  CHECK_THROWS_AS(predict(made_model(), test.columns, test.values, {{}, {}, {}, {}, {}}), zeroth::core::Error);
}

TEST_CASE("a fold is what is learned without its group, related spaces included") {
  std::vector<Task> tasks = {made_task("nasbench201", 60, 1), made_task("transnas101-micro", 60, 2),
                             made_task("darts", 60, 3)};
  const std::vector<Fold> folds = learn_folds(tasks);
  REQUIRE(folds.size() == 2);
  CHECK(folds[0].group == "darts");
  CHECK(folds[1].group == "nasbench201+transnas101-micro");
  CHECK(folds[1].model.prior.mean == learn({tasks[2]}).prior.mean);
  CHECK(learn_folds({tasks[0], tasks[1]}).empty());
}

TEST_CASE("nothing to learn from is an error") {
  CHECK_THROWS_AS(learn({}), zeroth::core::Error);
  Task flat = made_task("a", 30, 1);
  flat.columns = {"flat"};
  flat.values = {flat.values[4]};
  flat.directed = {0};
  CHECK_THROWS_WITH(learn({flat}), Catch::Contains("no task has a column"));
}

TEST_CASE("spaces weigh equally, whatever the number of their tasks") {
  const std::vector<Task> tasks = {made_task("a", 10, 1), made_task("b", 10, 2), made_task("a", 10, 3)};
  CHECK(zeroth::ensemble::task_weights(tasks) == std::vector<double>{0.5, 1.0, 0.5});
}
