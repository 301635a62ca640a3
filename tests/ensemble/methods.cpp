// What holds for every learned method, and what the trees are to learn.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/error.h"
#include "ensemble/booster.h"
#include "ensemble/method.h"
#include "tests/ensemble/made_tasks.h"

using Eigen::VectorXd;
using zeroth::ensemble::boosted_trees;
using zeroth::ensemble::Columns;
using zeroth::ensemble::find_method;
using zeroth::ensemble::learned_methods;
using zeroth::ensemble::LearnedModel;
using zeroth::ensemble::Method;
using zeroth::ensemble::RankedRows;
using zeroth::ensemble::spearman;
using zeroth::ensemble::Task;
using zeroth::ensemble::tree_scores;
using zeroth::tests::made_task;

namespace {

const LearnedModel& made_model() {
  static const LearnedModel model = zeroth::ensemble::learn(
      {made_task("a", 150, 1), made_task("b", 100, 2), made_task("c", 200, 3)}, {"bayes", "gbt"});
  return model;
}

using Labels = std::vector<std::optional<double>>;

Labels first_labels(const Task& task, size_t count) {
  Labels labels(task.rows());
  for (size_t row = 0; row < count; ++row) labels[row] = task.accuracy[row];
  return labels;
}

VectorXd scores(const Method& method, const Task& task, const Labels& labels) {
  return method.predict(made_model(), task.columns, task.values, labels).mean;
}

// A curve of one feature that turns nowhere, beside a feature that says nothing.
RankedRows made_rows(size_t count) {
  RankedRows rows;
  rows.features.resize(static_cast<Eigen::Index>(count), 2);
  for (size_t i = 0; i < count; ++i) {
    const auto x = static_cast<float>(i * 7 % count);
    rows.features.row(static_cast<Eigen::Index>(i)) << x, static_cast<float>(i % 3);
    rows.target.push_back(std::atan(x / 10.0F));
  }
  rows.group_rows = {static_cast<unsigned>(count)};
  rows.group_weight = {1.0F};
  return rows;
}

}  // namespace

TEST_CASE("every learned method orders a pool by a few labels") {
  const Task test = made_task("d", 200, 4);
  for (const Method& method : learned_methods()) {
    INFO(method.name);
    CHECK(spearman(scores(method, test, first_labels(test, 50)), test.accuracy) > 0.85);
    CHECK(find_method(method.name).name == method.name);
    if (method.without_labels) CHECK(spearman(scores(method, test, {}), test.accuracy) > 0.85);
  }
  CHECK_THROWS_WITH(find_method("gbtt"), Catch::Contains("did you mean \"gbt\"?"));
}

TEST_CASE("no learned method heeds an increasing transform, the order of columns or a constant column") {
  const Task test = made_task("d", 60, 4);
  const Labels labels = first_labels(test, 20);
  Task changed = test;
  for (auto& cell : changed.values[0]) *cell = std::atan(*cell);
  std::reverse(changed.columns.begin(), changed.columns.end());
  std::reverse(changed.values.begin(), changed.values.end());
  Task without = test;  // the last column is flat
  without.columns.pop_back();
  without.values.pop_back();
  for (const Method& method : learned_methods()) {
    INFO(method.name);
    const VectorXd before = scores(method, test, labels);
    CHECK(scores(method, changed, labels) == before);
    CHECK(scores(method, without, labels) == before);
    CHECK(scores(method, test, labels) == before);
  }
}

TEST_CASE("rows that are equal have equal scores to the last bit, labelled or not") {
  const Task once = made_task("d", 45, 4);
  Task twice = once;
  for (auto& column : twice.values) column.insert(column.end(), column.begin(), column.end());
  twice.accuracy.insert(twice.accuracy.end(), once.accuracy.begin(), once.accuracy.end());
  for (const Method& method : learned_methods()) {
    INFO(method.name);
    const VectorXd both = scores(method, twice, first_labels(twice, 15));
    CHECK(both.head(45) == both.tail(45));
  }
}

TEST_CASE("one row and rows that have all failed are no trouble to a method") {
  for (const Method& method : learned_methods()) {
    INFO(method.name);
    if (method.without_labels) {
      CHECK(method.predict(made_model(), {"good", "noise"}, {{1.0}, {2.0}}, {}).mean.size() == 1);
    } else {
      CHECK_THROWS_AS(method.predict(made_model(), {"good"}, {{1.0}}, {}), zeroth::core::Error);
    }
    const auto failed =
        method.predict(made_model(), {"good"}, {{std::nullopt, std::nullopt, std::nullopt}}, {1.0, 2.0, std::nullopt});
    CHECK(failed.mean[0] == failed.mean[2]);
    CHECK(failed.mean[0] == failed.mean[1]);
    CHECK(failed.missing.size() == made_model().plan.columns.size());
  }
}

TEST_CASE("a Gaussian process without a bend to find orders as the weights do and knows how unsure it is") {
  const Task test = made_task("d", 200, 4);
  const auto process = find_method("gp").predict(made_model(), test.columns, test.values, first_labels(test, 60));
  const VectorXd bayes = scores(find_method("bayes"), test, first_labels(test, 60));
  CHECK(spearman(process.mean, {bayes.data(), bayes.data() + bayes.size()}) > 0.97);
  const VectorXd target = zeroth::ensemble::normal_scores(test.accuracy);
  const Eigen::ArrayXd error = (process.mean - target).array() / process.deviation.array();
  CHECK(std::sqrt(error.square().mean()) > 0.6);
  CHECK(std::sqrt(error.square().mean()) < 1.6);
}

TEST_CASE("boosted trees learn an increasing curve, the same bits each time") {
  const RankedRows rows = made_rows(100);
  const std::string trees = boosted_trees(rows, {40, 3, 0.3});
  const VectorXd score = tree_scores(trees, rows.features);
  CHECK(spearman(score, {rows.target.begin(), rows.target.end()}) > 0.98);
  CHECK(boosted_trees(rows, {40, 3, 0.3}) == trees);
  // Rows between those that it saw.
  Eigen::MatrixXf between(3, 2);
  between << 10.5F, 0.0F, 50.5F, 0.0F, 90.5F, 0.0F;
  const VectorXd apart = tree_scores(trees, between);
  CHECK(apart[0] < apart[1]);
  CHECK(apart[1] < apart[2]);
}

TEST_CASE("boosted trees rank within groups and add to a margin") {
  RankedRows rows = made_rows(40);
  // The second half has the same features but its targets lie far higher: within its group that says nothing.
  for (size_t i = 20; i < 40; ++i) rows.target[i] += 100.0F;
  rows.group_rows = {20, 20};
  rows.group_weight = {1.0F, 1.0F};
  const VectorXd grouped = tree_scores(boosted_trees(rows, {40, 3, 0.3}), rows.features);
  std::vector<double> low(rows.target.begin(), rows.target.begin() + 20);
  CHECK(spearman(grouped.head(20), low) > 0.9);
  // A margin that orders the rows already leaves little to learn.
  RankedRows ordered = made_rows(40);
  for (const float target : ordered.target) ordered.margin.push_back(20.0F * target);
  const VectorXd rest = tree_scores(boosted_trees(ordered, {10, 3, 0.3}), ordered.features);
  const VectorXd whole = tree_scores(boosted_trees(made_rows(40), {10, 3, 0.3}), ordered.features);
  CHECK(rest.maxCoeff() - rest.minCoeff() < 0.5 * (whole.maxCoeff() - whole.minCoeff()));
}

TEST_CASE("trees that are none, or of other features, are an error") {
  const RankedRows rows = made_rows(20);
  CHECK_THROWS_WITH(tree_scores("{}", rows.features), Catch::Contains("xgboost: "));
  CHECK_THROWS_AS(tree_scores(boosted_trees(rows, {2, 2, 0.3}), Eigen::MatrixXf::Zero(2, 5)), zeroth::core::Error);
}

TEST_CASE("without trees of past tasks gbt asks for labels") {
  LearnedModel without = made_model();
  without.kept.clear();
  const Task test = made_task("d", 60, 4);
  CHECK_THROWS_WITH(find_method("gbt").predict(without, test.columns, test.values, {}), Catch::Contains("no trees"));
  const auto labelled = find_method("gbt").predict(without, test.columns, test.values, first_labels(test, 30));
  CHECK(spearman(labelled.mean, test.accuracy) > 0.8);
  CHECK(labelled.deviation.size() == 0);
}
