#include "ensemble/forward_selection.h"

#include <Eigen/Core>
#include <algorithm>

#include "core/error.h"
#include "core/ranks.h"

namespace zeroth::ensemble {
namespace {

using Eigen::VectorXd;

VectorXd to_vector(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

// Ranks with mean 0 and norm 1; all 0 where the values tie: their products are Spearman correlations.
VectorXd normalised_ranks(const std::vector<double>& values) {
  VectorXd ranks = to_vector(core::ranks(values));
  ranks.array() -= ranks.mean();
  const double norm = ranks.norm();
  return norm > 0.0 ? VectorXd(ranks / norm) : ranks;
}

double quality(const VectorXd& score, const std::vector<VectorXd>& targets) {
  const VectorXd ranks = normalised_ranks({score.data(), score.data() + score.size()});
  double sum = 0.0;
  for (const VectorXd& target : targets) sum += ranks.dot(target);
  return sum / static_cast<double>(targets.size());
}

}  // namespace

std::vector<SelectionStep> forward_selection(const std::vector<std::vector<std::optional<double>>>& columns,
                                             const std::vector<std::vector<double>>& targets, double least_gain,
                                             size_t most) {
  ZEROTH_CHECK(!columns.empty() && !targets.empty());
  std::vector<VectorXd> target_ranks, log_ranks;
  for (const auto& target : targets) target_ranks.push_back(normalised_ranks(target));
  std::vector<size_t> open;
  for (size_t c = 0; c < columns.size(); ++c) {
    const VectorXd ranks = to_vector(core::ranks_with_failures(columns[c]));
    log_ranks.emplace_back(ranks.array().log());
    if (ranks.maxCoeff() > ranks.minCoeff()) open.push_back(c);
  }
  std::vector<SelectionStep> steps;
  VectorXd sum = VectorXd::Zero(static_cast<Eigen::Index>(columns[0].size()));
  while (steps.size() < most && !open.empty()) {
    SelectionStep best{0, -2.0};
    for (const size_t c : open) {
      const double reached = quality(sum + log_ranks[c], target_ranks);
      if (reached > best.quality) best = {c, reached};
    }
    if (!steps.empty() && best.quality < steps.back().quality + least_gain) break;
    steps.push_back(best);
    sum += log_ranks[best.column];
    open.erase(std::find(open.begin(), open.end(), best.column));
  }
  return steps;
}

}  // namespace zeroth::ensemble
