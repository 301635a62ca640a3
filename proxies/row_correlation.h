// How alike the input gradients of different images are.
#pragma once

#include <Eigen/Core>

namespace zeroth::proxies {

// Pearson's correlation of each row with each. Throws Degenerate where a row is constant: such a row has none.
Eigen::MatrixXd row_correlation(const Eigen::MatrixXd& rows);

}  // namespace zeroth::proxies
