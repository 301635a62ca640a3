#include "ensemble/explanation.h"

#include <algorithm>
#include <cmath>

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

// (rank - 1/2) / n in per cent.
double percentile(const std::vector<double>& ranks, size_t row) {
  return 100.0 * (ranks[row] - 0.5) / static_cast<double>(ranks.size());
}

// By feature: of the families' ranks, then of their log ranks.
std::vector<double> family_scales(const FeaturePlan& plan, const MatrixXd& x) {
  const auto families = static_cast<Index>(plan.families), count = static_cast<Index>(plan.columns.size());
  std::vector<double> scales;
  for (Index feature = 0; feature < 2 * families; ++feature) {
    std::vector<Index> members;
    for (Index c = 0; c < count; ++c) {
      const auto family = static_cast<Index>(plan.columns[static_cast<size_t>(c)].family);
      if (family == feature % families) members.push_back(2 * families + c + (feature < families ? 0 : count));
    }
    scales.push_back(scale_in_family(x, feature, members));
  }
  return scales;
}

}  // namespace

std::vector<std::vector<Contribution>> contributions(const LearnedModel& model, const std::vector<std::string>& columns,
                                                     const Columns& values, const std::vector<size_t>& rows) {
  const FeaturePlan& plan = model.plan;
  const MatrixXd x = features(plan, columns, values).values;
  const std::vector<double> scales = family_scales(plan, x);
  const auto families = static_cast<Index>(plan.families), count = static_cast<Index>(plan.columns.size());
  std::vector<std::vector<Contribution>> result(rows.size());
  for (Index c = 0; c < count; ++c) {
    const FeaturePlan::Column& column = plan.columns[static_cast<size_t>(c)];
    const Index rank = 2 * families + c, log_rank = rank + count;
    if (x.col(rank).cwiseAbs().maxCoeff() == 0.0) continue;
    const auto found = std::find(columns.begin(), columns.end(), column.name);
    const auto& cells = values[static_cast<size_t>(found - columns.begin())];
    const std::vector<double> ranks = core::ranks_with_failures(cells);
    const auto family = static_cast<Index>(column.family);
    const double of_rank = model.prior.mean[rank] + model.prior.mean[family] * scales[column.family];
    const double of_log =
        model.prior.mean[log_rank] + model.prior.mean[families + family] * scales[plan.families + column.family];
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto row = static_cast<Index>(rows[i]);
      ZEROTH_CHECK(row < x.rows());
      result[i].push_back({column.name, column.family, column.sign, cells[rows[i]], percentile(ranks, rows[i]),
                           of_rank * x(row, rank) + of_log * x(row, log_rank)});
    }
  }
  return result;
}

std::vector<std::vector<Contribution>> contributions(const LabelFree& ensemble, const std::vector<std::string>& columns,
                                                     const Columns& values, const std::vector<size_t>& rows) {
  ZEROTH_CHECK(ensemble.term != nullptr && columns.size() == values.size());
  std::vector<std::vector<double>> ranks;
  std::vector<size_t> informative;
  for (size_t c = 0; c < columns.size(); ++c) {
    ranks.push_back(core::ranks_with_failures(values[c]));
    const auto [low, high] = std::minmax_element(ranks[c].begin(), ranks[c].end());
    if (low != ranks[c].end() && *low < *high) informative.push_back(c);
  }
  std::vector<std::vector<Contribution>> result(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t row = rows[i];
    for (const size_t c : informative) {
      ZEROTH_CHECK(row < ranks[c].size());
      const double term = ensemble.term(ranks[c][row], static_cast<double>(ranks[c].size()));
      result[i].push_back({columns[c], c, 1.0, values[c][row], percentile(ranks[c], row),
                           term / static_cast<double>(informative.size())});
    }
  }
  return result;
}

void sort_by_size(std::vector<Contribution>& contributions) {
  std::stable_sort(contributions.begin(), contributions.end(), [](const Contribution& a, const Contribution& b) {
    return std::abs(a.amount) > std::abs(b.amount);
  });
}

}  // namespace zeroth::ensemble
