// What the learned ensemble reads of a pool: ranks and log ranks of score columns and of families of columns that
// agree.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "ensemble/task.h"

namespace zeroth::ensemble {

// Learned from past tasks alone.
struct FeaturePlan {
  struct Column {
    std::string name;
    double sign;    // 1, or -1 for a feature without direction of which low values went with high accuracy
    size_t family;  // 0 .. families - 1
  };

  std::vector<Column> columns;
  size_t families = 0;

  // Ranks of the families, their log ranks, then ranks and log ranks of the columns.
  size_t features() const { return 2 * (families + columns.size()); }
};

// All columns that tell rows apart in some task. Columns that some task knows to be directed keep their authors' sign;
// another is turned where its mean Spearman correlation with accuracy over the tasks that have it is negative. Families
// are grown by average linkage on the mean correlation of the columns' ranks until no two agree by `least_agreement`
// and there are `most_families` or fewer.
FeaturePlan learn_features(const std::vector<Task>& tasks, size_t most_families = 8, double least_agreement = 0.5);

struct Features {
  Eigen::MatrixXd values;            // (rows, features): each with mean 0 and variance 1, or 0 throughout
  std::vector<std::string> missing;  // columns of the plan that the pool lacks or that do not tell its rows apart
};

// A family's feature is the mean over those of its members that the pool has, so that they share the weight of the
// missing ones.
Features features(const FeaturePlan& plan, const std::vector<std::string>& columns, const Columns& values);

// Normal scores of ranks, inverse normal distribution at (rank - 1/2) / n (Hazen's plotting positions): mean 0.
Eigen::VectorXd normal_scores(const std::vector<double>& values);

}  // namespace zeroth::ensemble
