// What every node of a network computes of the first image of a minibatch, and how nearly dependent its channels are.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Of an executed node.
struct FirstMap {
  int node;
  int modules;          // of the authors' network that return this tensor, over all nodes that it is executed for
  Eigen::MatrixXd map;  // (channels, pixels)
};

struct ChannelCorrelation {
  int node;
  int modules;
  bool distinct;    // see distinct_maps
  double smallest;  // eigenvalue of the correlation of the map's channels
};

// By executed node: how many modules return its tensor.
std::vector<int> returning_modules(const nn::Network& network);

// By node: whether its map is one of those that no spelling of the function adds or hides. Of nodes that compute the
// same (parametric ones never do, sums are equal if their terms are) the first counts; a sum counts where something
// else than a sum reads it.
std::vector<bool> distinct_maps(const spaces::OpGraph& graph);

// The first image of (N, C, ...), as (C, pixels).
Eigen::MatrixXd first_map(const torch::Tensor& value);

// Pearson's correlation of each row with each. Entries that are no number, those of constant rows, are 0, also on the
// diagonal.
Eigen::MatrixXd row_correlation_or_zero(const Eigen::MatrixXd& rows);

// The smallest eigenvalue of that correlation; exactly 0, and at no cost, where the rows must be dependent.
double smallest_correlation_eigenvalue(const Eigen::MatrixXd& rows);

// As many as the matrix has rows or columns, whichever are fewer; squares of the least ones are below 0 by rounding.
Eigen::VectorXd squared_singular_values(const Eigen::MatrixXd& matrix);

}  // namespace zeroth::proxies
