// EPE-NAS's score as a function of what it reads.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace zeroth::proxies {

// `jacobian` holds the input gradient of an image in each row, `labels` the class of each, below `classes`. Throws
// Degenerate.
double epe_nas(const Eigen::MatrixXd& jacobian, const std::vector<int64_t>& labels, int64_t classes);

}  // namespace zeroth::proxies
