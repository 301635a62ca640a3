#include <cmath>

#include "core/ranks.h"
#include "ensemble/rank_features.h"

namespace zeroth::ensemble {
namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// By bisection on a bracket that holds every quantile of fewer than 10^15 ranks: no table of coefficients to trust.
double normal_quantile(double p) {
  double low = -9.0, high = 9.0;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Eigen::VectorXd normal_scores(const std::vector<double>& values) {
  const std::vector<double> ranks = core::ranks(values);
  Eigen::VectorXd scores(static_cast<Eigen::Index>(ranks.size()));
  for (size_t row = 0; row < ranks.size(); ++row) {
    scores[static_cast<Eigen::Index>(row)] = normal_quantile((ranks[row] - 0.5) / static_cast<double>(ranks.size()));
  }
  return scores;
}

}  // namespace zeroth::ensemble
