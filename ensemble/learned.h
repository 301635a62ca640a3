// An ensemble whose weights are learned from past tasks and carried over to pools without labels; where labels of the
// pool itself come, they move the weights exactly as far as their number warrants.
#pragma once

#include <Eigen/Core>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ensemble/bayes_weights.h"
#include "ensemble/rank_features.h"
#include "ensemble/task.h"

namespace zeroth::ensemble {

struct LearnedModel {
  FeaturePlan plan;
  WeightPrior prior;
  std::string best_column;  // highest Spearman correlation over the tasks, spaces weighing equally; by plan's sign
  std::map<std::string, std::string> kept;  // by method (method.h): what else it keeps of the tasks, as JSON
};

// Everything is chosen on these tasks alone: columns, signs, families, shrinkage. The target is the normal score of
// accuracy within the task; a task counts as at most 200 independent rows, because rows of one space share the model's
// misfit. `methods` names those whose knowledge of the tasks is kept beside the weights. Throws core::Error where there
// is no task, or none with a column that tells its rows apart.
LearnedModel learn(const std::vector<Task>& tasks, const std::vector<std::string>& methods = {});

// In normal scores of the pool; larger is better.
struct Prediction {
  // By row. Deviation is the standard deviation of the row's own score, noise included; empty where a method has none.
  Eigen::VectorXd mean, deviation;
  std::vector<std::string> missing;  // columns of the model that the pool lacks or that do not tell its rows apart
};

// With the prior mean of the weights.
Prediction predict(const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values);
// The same of features that are there already.
Prediction predict(const LearnedModel& model, Features features);
// With the posterior, given the labels that some rows have, at least two different ones; larger is better.
Prediction predict(const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values,
                   const std::vector<std::optional<double>>& labels);

// The rows that have a label, and the normal scores of their labels. Throws core::Error where no two labels differ.
struct LabelledRows {
  std::vector<Eigen::Index> rows;
  Eigen::VectorXd target;
};
LabelledRows labelled_rows(const std::vector<std::optional<double>>& labels);
// Those rows of a matrix.
Eigen::MatrixXd rows_of(const Eigen::MatrixXd& matrix, const std::vector<Eigen::Index>& rows);

// What is learned without a group of spaces, for use on and judgement in that group.
struct Fold {
  std::string group;
  LearnedModel model;
};

// One for each group of the tasks, in the order of their names; none where there is one group only.
std::vector<Fold> learn_folds(const std::vector<Task>& tasks, const std::vector<std::string>& methods = {});

}  // namespace zeroth::ensemble
