// A past task: a pool whose accuracies are known, from which ensembles learn and on which they are judged.
#pragma once

#include <string>
#include <vector>

#include "ensemble/label_free.h"

namespace zeroth::ensemble {

struct Task {
  std::string name;                  // as its files are named
  std::string space, group;          // search space, and the group of related spaces that it is held out with
  std::vector<std::string> columns;  // of the scores
  Columns values;
  std::vector<size_t> directed;  // columns of which more is better by their authors: what label-free ensembles combine
  std::vector<double> accuracy;  // by row; larger is better

  size_t rows() const { return accuracy.size(); }
};

// Spearman correlation of a score with what it predicts; 0 where either has one value only.
double spearman(const Eigen::VectorXd& score, const std::vector<double>& accuracy);

// Of the task's directed columns; 0 throughout where it has none.
Eigen::VectorXd label_free_score(const LabelFree& ensemble, const Task& task);

// The fold of a search space: spaces that share cells or blocks are left out together. A space that is not known is a
// fold of its own.
std::string space_group(const std::string& space);

// How much each task counts: spaces weigh equally, and the tasks of one space share its weight. Sums to the number of
// spaces.
std::vector<double> task_weights(const std::vector<Task>& tasks);

}  // namespace zeroth::ensemble
