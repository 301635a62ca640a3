// Sum of ranks: combines proxies without labels or weights.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

namespace zeroth::ensemble {

// By row, the sum over columns of its rank: 1 is the worst of the rows, their number the best, ties share the average
// rank, cells without a value tie at the bottom. Larger is better. Depends on the other rows. Chen et al., TE-NAS,
// ICLR 2021, arXiv:2102.11535.
Eigen::VectorXd rank_sum(const std::vector<std::vector<std::optional<double>>>& columns);

}  // namespace zeroth::ensemble
