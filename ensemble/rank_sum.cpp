#include "ensemble/rank_sum.h"

#include "core/error.h"
#include "core/ranks.h"

namespace zeroth::ensemble {

Eigen::VectorXd rank_sum(const std::vector<std::vector<std::optional<double>>>& columns) {
  ZEROTH_CHECK(!columns.empty());
  const auto rows = static_cast<Eigen::Index>(columns[0].size());
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(rows);
  for (const auto& column : columns) {
    const std::vector<double> ranks = core::ranks_with_failures(column);
    sum += Eigen::Map<const Eigen::VectorXd>(ranks.data(), rows);
  }
  return sum;
}

}  // namespace zeroth::ensemble
