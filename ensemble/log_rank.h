// Mean log rank: combines proxies without labels or weights, and punishes a low rank in any of them.
#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

namespace zeroth::ensemble {

// By row, mean over columns of ln(rank / rows): rank 1 is the worst of the rows, `rows` the best, ties share the
// average rank, cells without a value tie at the bottom. At most 0, larger is better. A column in which all rows tie
// says nothing and is left out; without any other the result is 0 throughout. Depends on the other rows. Lee and Ham,
// AZ-NAS, CVPR 2024, arXiv:2403.19232, who take the sum.
Eigen::VectorXd mean_log_rank(const std::vector<std::vector<std::optional<double>>>& columns);

}  // namespace zeroth::ensemble
