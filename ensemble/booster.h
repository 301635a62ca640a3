// Boosted trees that rank, by libxgboost: the one place that calls its C API. One thread and no sampling of rows or
// columns, so that equal input gives equal trees.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

namespace zeroth::ensemble {

// Rows to rank. Groups follow each other: rows are ranked within theirs.
struct RankedRows {
  Eigen::MatrixXf features;          // (rows, features); nan is a missing value
  std::vector<float> target;         // by row; larger is better
  std::vector<float> margin;         // by row, what the trees add to; empty for 0 throughout
  std::vector<unsigned> group_rows;  // of each group
  std::vector<float> group_weight;
};

struct BoosterSettings {
  int rounds, depth;
  double rate;
};

// The trees as xgboost's own JSON; objective rank:pairwise (Burges, From RankNet to LambdaRank to LambdaMART, Microsoft
// Research TR-2010-82). Throws core::Error with what xgboost says.
std::string boosted_trees(const RankedRows& rows, const BoosterSettings& settings);

// What the trees of that JSON give each row, larger is better. Throws core::Error where they are no such trees, or for
// another number of features.
Eigen::VectorXd tree_scores(const std::string& trees, const Eigen::MatrixXf& features);

}  // namespace zeroth::ensemble
