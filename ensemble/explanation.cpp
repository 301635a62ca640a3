#include "ensemble/explanation.h"

#include <algorithm>

#include "core/error.h"
#include "core/ranks.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// A family's feature is a standardised sum of its members', each of mean 0: what a member is multiplied by in it.
double scale_in_family(const MatrixXd& values, Index family_feature, const std::vector<Index>& members) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(values.rows());
  for (const Index member : members) sum += values.col(member);
  // In the row where the sum is largest the quotient is best told.
  Index row = 0;
  const double largest = sum.cwiseAbs().maxCoeff(&row);
  return largest > 0.0 ? values(row, family_feature) / sum[row] : 0.0;
}

}  // namespace

std::vector<Contribution> contributions(const LearnedModel& model, const std::vector<std::string>& columns,
                                        const Columns& values, size_t row) {
  const FeaturePlan& plan = model.plan;
  const MatrixXd x = features(plan, columns, values).values;
  const auto at = static_cast<Index>(row);
  ZEROTH_CHECK(at < x.rows());
  const auto families = static_cast<Index>(plan.families), count = static_cast<Index>(plan.columns.size());
  std::vector<double> scales;  // of the families' ranks, then of their log ranks
  for (Index feature = 0; feature < 2 * families; ++feature) {
    std::vector<Index> members;
    for (Index c = 0; c < count; ++c) {
      const auto family = static_cast<Index>(plan.columns[static_cast<size_t>(c)].family);
      if (family == feature % families) members.push_back(2 * families + c + (feature < families ? 0 : count));
    }
    scales.push_back(scale_in_family(x, feature, members));
  }
  std::vector<Contribution> result;
  for (Index c = 0; c < count; ++c) {
    const FeaturePlan::Column& column = plan.columns[static_cast<size_t>(c)];
    const Index rank = 2 * families + c, log_rank = rank + count;
    if (x.col(rank).cwiseAbs().maxCoeff() == 0.0) continue;
    const auto found = std::find(columns.begin(), columns.end(), column.name);
    const auto& cells = values[static_cast<size_t>(found - columns.begin())];
    const auto family = static_cast<Index>(column.family);
    const double of_rank = model.prior.mean[rank] + model.prior.mean[family] * scales[column.family];
    const double of_log =
        model.prior.mean[log_rank] + model.prior.mean[families + family] * scales[plan.families + column.family];
    const double percentile = 100.0 * (core::ranks_with_failures(cells)[row] - 0.5) / static_cast<double>(x.rows());
    result.push_back({column.name, column.family, column.sign, cells[row], percentile,
                      of_rank * x(at, rank) + of_log * x(at, log_rank)});
  }
  return result;
}

}  // namespace zeroth::ensemble
