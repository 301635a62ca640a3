#include "ensemble/learned.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/csv.h"
#include "core/error.h"
#include "core/ranks.h"
#include "ensemble/method.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kMostRows = 200.0;

// The coefficients of a family's rank and log rank share a scale of their own, those of all single columns one.
std::vector<size_t> scale_groups(const FeaturePlan& plan) {
  std::vector<size_t> groups;
  for (size_t i = 0; i < 2 * plan.families; ++i) groups.push_back(i % plan.families);
  groups.resize(plan.features(), plan.families);
  return groups;
}

bool same_pool(const Task& a, const Task& b) { return a.columns == b.columns && a.values == b.values; }

std::vector<PoolMoments> moments(const FeaturePlan& plan, const std::vector<Task>& tasks) {
  const std::vector<double> weights = task_weights(tasks);
  std::vector<PoolMoments> pools;
  std::vector<bool> taken(tasks.size(), false);
  for (size_t first = 0; first < tasks.size(); ++first) {
    if (taken[first]) continue;
    const MatrixXd x = features(plan, tasks[first].columns, tasks[first].values).values;
    const auto rows = static_cast<double>(x.rows());
    PoolMoments pool{MatrixXd::Zero(x.cols(), x.cols()), std::min(rows, kMostRows), {}};
    pool.gram.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose(), 1.0 / rows);
    pool.gram.triangularView<Eigen::StrictlyUpper>() = pool.gram.transpose();
    for (size_t t = first; t < tasks.size(); ++t) {
      if (taken[t] || !same_pool(tasks[first], tasks[t])) continue;
      taken[t] = true;
      const VectorXd y = normal_scores(tasks[t].accuracy);
      pool.targets.push_back({x.transpose() * y / rows, y.squaredNorm() / rows, weights[t]});
    }
    pools.push_back(std::move(pool));
  }
  return pools;
}

std::string best_column(const FeaturePlan& plan, const std::vector<Task>& tasks) {
  const std::vector<double> weights = task_weights(tasks);
  std::string best;
  double best_sum = -1.0;
  for (const FeaturePlan::Column& column : plan.columns) {
    double sum = 0.0;
    for (size_t t = 0; t < tasks.size(); ++t) {
      const Task& task = tasks[t];
      const auto found = std::find(task.columns.begin(), task.columns.end(), column.name);
      if (found == task.columns.end()) continue;
      const std::vector<double> ranks =
          core::ranks_with_failures(task.values[static_cast<size_t>(found - task.columns.begin())]);
      const Eigen::Map<const VectorXd> score(ranks.data(), static_cast<Index>(ranks.size()));
      sum += weights[t] * column.sign * spearman(score, task.accuracy);
    }
    if (sum > best_sum) best_sum = sum, best = column.name;
  }
  return best;
}

// The covariance fills most of an ensemble's file: seven digits are kept, in memory as well, so that both agree.
void round_covariance(MatrixXd& covariance) {
  for (double& value : covariance.reshaped()) value = *core::parse_number(fmt::format("{:.6e}", value));
}

Prediction prediction(Features features, const VectorXd& mean, const MatrixXd& covariance, double noise) {
  const MatrixXd& x = features.values;
  const VectorXd variance = (x * covariance).cwiseProduct(x).rowwise().sum();
  Prediction result{VectorXd(x.rows()), (variance.array().max(0.0) + noise).sqrt(), std::move(features.missing)};
  // A product of matrices may differ in the last bit between equal rows, and would break ties.
  for (Index row = 0; row < x.rows(); ++row) {
    double sum = 0.0;
    for (Index feature = 0; feature < x.cols(); ++feature) sum += x(row, feature) * mean[feature];
    result.mean[row] = sum;
  }
  return result;
}

}  // namespace

LearnedModel learn(const std::vector<Task>& tasks, const std::vector<std::string>& methods) {
  LearnedModel model;
  model.plan = learn_features(tasks);
  if (model.plan.columns.empty()) throw core::Error("no task has a column of scores that tells its rows apart");
  model.prior = fit_prior(moments(model.plan, tasks), scale_groups(model.plan));
  round_covariance(model.prior.covariance);
  model.best_column = best_column(model.plan, tasks);
  for (const std::string& name : methods) {
    const Method& method = find_method(name);
    if (method.learn != nullptr) model.kept[name] = method.learn(model.plan, tasks);
  }
  return model;
}

Prediction predict(const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values) {
  return predict(model, features(model.plan, columns, values));
}

Prediction predict(const LearnedModel& model, Features features) {
  MatrixXd covariance = model.prior.covariance;
  covariance.diagonal() += model.prior.deviation;
  return prediction(std::move(features), model.prior.mean, covariance, model.prior.noise);
}

Prediction predict(const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values,
                   const std::vector<std::optional<double>>& labels) {
  Features all = features(model.plan, columns, values);
  ZEROTH_CHECK(static_cast<Index>(labels.size()) == all.values.rows());
  const LabelledRows labelled = labelled_rows(labels);
  const WeightPosterior weights = posterior(model.prior, rows_of(all.values, labelled.rows), labelled.target);
  return prediction(std::move(all), weights.mean, weights.covariance, model.prior.noise);
}

LabelledRows labelled_rows(const std::vector<std::optional<double>>& labels) {
  std::vector<double> known;
  LabelledRows labelled;
  for (size_t row = 0; row < labels.size(); ++row) {
    if (!labels[row]) continue;
    known.push_back(*labels[row]);
    labelled.rows.push_back(static_cast<Index>(row));
  }
  if (std::set<double>(known.begin(), known.end()).size() < 2) {
    throw core::Error(fmt::format("{} rows with labels; it takes two different labels to learn from", known.size()));
  }
  labelled.target = normal_scores(known);
  return labelled;
}

MatrixXd rows_of(const MatrixXd& matrix, const std::vector<Index>& rows) {
  MatrixXd chosen(static_cast<Index>(rows.size()), matrix.cols());
  for (size_t i = 0; i < rows.size(); ++i) chosen.row(static_cast<Index>(i)) = matrix.row(rows[i]);
  return chosen;
}

std::vector<Fold> learn_folds(const std::vector<Task>& tasks, const std::vector<std::string>& methods) {
  std::set<std::string> groups;
  for (const Task& task : tasks) groups.insert(task.group);
  std::vector<Fold> folds;
  if (groups.size() < 2) return folds;
  for (const std::string& group : groups) {
    std::vector<Task> others;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(others),
                 [&](const Task& t) { return t.group != group; });
    folds.push_back({group, learn(others, methods)});
  }
  return folds;
}

}  // namespace zeroth::ensemble
