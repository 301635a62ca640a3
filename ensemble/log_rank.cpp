#include "ensemble/log_rank.h"

#include "core/error.h"
#include "core/ranks.h"

namespace zeroth::ensemble {

Eigen::VectorXd mean_log_rank(const std::vector<std::vector<std::optional<double>>>& columns) {
  ZEROTH_CHECK(!columns.empty());
  const auto rows = static_cast<Eigen::Index>(columns[0].size());
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(rows);
  int informative = 0;
  for (const auto& column : columns) {
    const std::vector<double> ranks = core::ranks_with_failures(column);
    const Eigen::Map<const Eigen::ArrayXd> rank(ranks.data(), rows);
    if (rows == 0 || rank.maxCoeff() == rank.minCoeff()) continue;
    sum.array() += (rank / static_cast<double>(rows)).log();
    ++informative;
  }
  return informative > 0 ? Eigen::VectorXd(sum / informative) : sum;
}

}  // namespace zeroth::ensemble
