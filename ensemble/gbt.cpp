// Gradient-boosted trees on the ranks of columns and families. Learned from past tasks, they are kept in the ensemble's
// file; with labels of the pool, further trees are grown on what past tasks say of it: the kept trees where the file
// has them, else the learned weights.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "ensemble/booster.h"
#include "ensemble/method.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;

constexpr const char* kName = "gbt";
constexpr size_t kMostRows = 300;  // of a past task
constexpr BoosterSettings kPast{100, 3, 0.1}, kLabels{60, 3, 0.1};

// Ranks of families and columns; those that the pool lacks are missing values. Logarithms of ranks tell a tree nothing.
MatrixXf tree_features(const FeaturePlan& plan, const MatrixXd& all) {
  const auto families = static_cast<Index>(plan.families), count = static_cast<Index>(plan.columns.size());
  MatrixXf ranks(all.rows(), families + count);
  for (Index f = 0; f < ranks.cols(); ++f) {
    const Index feature = f < families ? f : families + f;
    const bool differs = all.rows() > 0 && all.col(feature).cwiseAbs().maxCoeff() > 0.0;
    if (differs) {
      ranks.col(f) = all.col(feature).cast<float>();
    } else {
      ranks.col(f).setConstant(std::numeric_limits<float>::quiet_NaN());
    }
  }
  return ranks;
}

// At most kMostRows, evenly spaced in the order of accuracy, so that the order of rows does not matter.
std::vector<Index> spaced_rows(const std::vector<double>& accuracy) {
  std::vector<Index> order(accuracy.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return accuracy[static_cast<size_t>(a)] < accuracy[static_cast<size_t>(b)];
  });
  const size_t count = std::min(order.size(), kMostRows);
  std::vector<Index> chosen;
  for (size_t i = 0; i < count; ++i) chosen.push_back(order[i * order.size() / count]);
  return chosen;
}

std::string learn_trees(const FeaturePlan& plan, const std::vector<Task>& tasks) {
  RankedRows rows;
  std::vector<MatrixXf> parts;
  const std::vector<double> weights = task_weights(tasks);
  Index total = 0;
  for (size_t t = 0; t < tasks.size(); ++t) {
    if (tasks[t].rows() == 0) continue;
    const MatrixXf all = tree_features(plan, features(plan, tasks[t].columns, tasks[t].values).values);
    const VectorXd target = normal_scores(tasks[t].accuracy);
    const std::vector<Index> chosen = spaced_rows(tasks[t].accuracy);
    MatrixXf part(static_cast<Index>(chosen.size()), all.cols());
    for (size_t i = 0; i < chosen.size(); ++i) {
      part.row(static_cast<Index>(i)) = all.row(chosen[i]);
      rows.target.push_back(static_cast<float>(target[chosen[i]]));
    }
    total += part.rows();
    rows.group_rows.push_back(static_cast<unsigned>(chosen.size()));
    rows.group_weight.push_back(static_cast<float>(weights[t]));
    parts.push_back(std::move(part));
  }
  rows.features.resize(total, parts.empty() ? 0 : parts.front().cols());
  Index next = 0;
  for (const MatrixXf& part : parts) {
    rows.features.middleRows(next, part.rows()) = part;
    next += part.rows();
  }
  return boosted_trees(rows, kPast);
}

// The factor of a score under which the order of labelled pairs is most likely, P(i above j) = 1 / (1 + exp(-f (s_i -
// s_j))), between 0 and kMostFactor: by bisection of the log likelihood's slope, which falls.
double likely_factor(const VectorXd& score, const VectorXd& target) {
  constexpr double kMostFactor = 20.0;
  const auto slope = [&](double factor) {
    double sum = 0.0;
    for (Index i = 0; i < score.size(); ++i) {
      for (Index j = 0; j < score.size(); ++j) {
        if (target[i] <= target[j]) continue;
        const double difference = score[i] - score[j];
        sum += difference / (1.0 + std::exp(factor * difference));
      }
    }
    return sum;
  };
  double low = 0.0, high = kMostFactor;
  if (slope(low) <= 0.0) return low;
  for (int step = 0; step < 30; ++step) {
    const double middle = (low + high) / 2.0;
    (slope(middle) > 0.0 ? low : high) = middle;
  }
  return low;
}

Prediction predict_by_trees(const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values,
                            const std::vector<std::optional<double>>& labels) {
  const auto kept = model.kept.find(kName);
  if (kept == model.kept.end() && labels.empty()) {
    throw core::Error(
        "the ensemble holds no trees of past tasks (zeroth ensemble fit --method gbt), and no labels are there");
  }
  Features all = features(model.plan, columns, values);
  const MatrixXf ranks = tree_features(model.plan, all.values);
  Prediction prediction = predict(model, std::move(all));
  prediction.deviation.resize(0);
  if (kept != model.kept.end()) prediction.mean = tree_scores(kept->second, ranks);
  if (labels.empty()) return prediction;
  const LabelledRows labelled = labelled_rows(labels);
  RankedRows rows;
  rows.features.resize(static_cast<Index>(labelled.rows.size()), ranks.cols());
  VectorXd past(rows.features.rows());
  for (Index i = 0; i < past.size(); ++i) {
    const Index row = labelled.rows[static_cast<size_t>(i)];
    rows.features.row(i) = ranks.row(row);
    rows.target.push_back(static_cast<float>(labelled.target[i]));
    past[i] = prediction.mean[row];
  }
  const double factor = likely_factor(past, labelled.target);
  for (const double score : past) rows.margin.push_back(static_cast<float>(factor * score));
  rows.group_rows = {static_cast<unsigned>(labelled.rows.size())};
  rows.group_weight = {1.0F};
  prediction.mean = factor * prediction.mean + tree_scores(boosted_trees(rows, kLabels), ranks);
  return prediction;
}

}  // namespace

Method method_gbt() {
  return {kName,
          "boosted trees on ranks, rank:pairwise",
          "Chen and Guestrin, XGBoost, KDD 2016, arXiv:1603.02754",
          true,
          false,
          learn_trees,
          predict_by_trees};
}

}  // namespace zeroth::ensemble
