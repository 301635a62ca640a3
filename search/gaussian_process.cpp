#include "search/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/error.h"

namespace zeroth::search {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kPi = 3.14159265358979323846;

// Of the rows of a, down, from those of b, across.
MatrixXd distances(const MatrixXd& a, const MatrixXd& b) {
  MatrixXd squares = -2.0 * a * b.transpose();
  squares.colwise() += a.rowwise().squaredNorm();
  squares.rowwise() += b.rowwise().squaredNorm().transpose();
  return squares.cwiseMax(0.0).cwiseSqrt();
}

MatrixXd kernel(const MatrixXd& distances, double length) { return (distances / length).unaryExpr(&matern52); }

}  // namespace

double matern52(double distance) {
  const double scaled = std::sqrt(5.0) * distance;
  return (1.0 + scaled + scaled * scaled / 3.0) * std::exp(-scaled);
}

double expected_improvement(double mean, double deviation, double best) {
  const double excess = mean - best;
  if (!(deviation > 0.0)) return std::max(excess, 0.0);
  const double z = excess / deviation;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * kPi);
  const double cumulative = 0.5 * std::erfc(-z / std::sqrt(2.0));
  return excess * cumulative + deviation * density;
}

GaussianProcess::GaussianProcess(const MatrixXd& x, const VectorXd& y, double length, double noise)
    : GaussianProcess(x, kernel(distances(x, x), length), y, length, noise) {}

GaussianProcess::GaussianProcess(MatrixXd x, MatrixXd covariance, const VectorXd& y, double length, double noise)
    : x_(std::move(x)), length_(length), noise_(noise) {
  ZEROTH_CHECK(x_.rows() == y.size() && y.size() > 0 && length > 0.0 && noise > 0.0);
  covariance.diagonal().array() += noise_;
  factor_.compute(covariance);
  ZEROTH_CHECK(factor_.info() == Eigen::Success);
  weights_ = factor_.solve(y);
  double log_determinant = 0.0;
  for (Index i = 0; i < x_.rows(); ++i) log_determinant += 2.0 * std::log(factor_.matrixLLT()(i, i));
  log_likelihood_ = -0.5 * (y.dot(weights_) + log_determinant + static_cast<double>(y.size()) * std::log(2.0 * kPi));
}

GaussianProcess GaussianProcess::fitted(const MatrixXd& x, const VectorXd& y) {
  const double scale = std::sqrt(static_cast<double>(x.cols()));
  const MatrixXd between = distances(x, x);
  std::optional<GaussianProcess> best;
  for (const double length : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    const MatrixXd covariance = kernel(between, length * scale);
    for (const double noise : {1e-3, 1e-2, 1e-1}) {
      GaussianProcess process(x, covariance, y, length * scale, noise);
      if (!best || process.log_likelihood_ > best->log_likelihood_) best = std::move(process);
    }
  }
  return *std::move(best);
}

GaussianProcess::Posterior::Posterior(const GaussianProcess& process, const MatrixXd& at) : process_(process), at_(at) {
  const MatrixXd covariance = kernel(distances(process.x_, at), process.length_);
  mean_ = covariance.transpose() * process.weights_;
  whitened_ = process.factor_.matrixL().solve(covariance);
  variance_ = (1.0 - whitened_.colwise().squaredNorm().transpose().array()).max(0.0);
}

void GaussianProcess::Posterior::believe(Index row) {
  // One more row of the Cholesky factor.
  const VectorXd chosen = whitened_.col(row);
  const double pivot = std::sqrt(std::max(1.0 - chosen.squaredNorm(), 0.0) + process_.noise_);
  const Eigen::RowVectorXd prior = kernel(distances(at_.row(row), at_), process_.length_);
  const Eigen::RowVectorXd added = (prior - chosen.transpose() * whitened_) / pivot;
  whitened_.conservativeResize(whitened_.rows() + 1, Eigen::NoChange);
  whitened_.bottomRows(1) = added;
  variance_ = (variance_.array() - added.transpose().array().square()).max(0.0);
}

}  // namespace zeroth::search
