#include "ensemble/gaussian_process.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd covariance(const MatrixXd& linear, const MatrixXd& distance, const Kernel& kernel) {
  MatrixXd result(linear.rows(), linear.cols());
  for (Index a = 0; a < linear.rows(); ++a) {
    for (Index b = 0; b <= a; ++b) result(a, b) = result(b, a) = kernel.between(linear(a, b), distance(a, b));
  }
  result.diagonal().array() += kernel.noise;
  return result;
}

// What the likelihood is maximised over, with bounds far from what a pool of normal scores can want.
struct Dimension {
  double Kernel::*member;
  double least, most;
};
constexpr Dimension kDimensions[] = {{&Kernel::linear, 0.01, 100.0},
                                     {&Kernel::smooth, 1e-4, 10.0},
                                     {&Kernel::length, 0.1, 10.0},
                                     {&Kernel::noise, 1e-3, 1.0}};

}  // namespace

double Kernel::between(double linear_part, double distance) const {
  return linear * linear_part + smooth * std::exp(-distance / (2.0 * length * length)) + 1.0;
}

GaussianProcess::GaussianProcess(const MatrixXd& linear, const MatrixXd& distance, const VectorXd& residual,
                                 const Kernel& kernel)
    : kernel_(kernel), factor_(covariance(linear, distance, kernel)) {
  ZEROTH_CHECK(linear.rows() == residual.size() && distance.rows() == residual.size());
  solved_ = factor_.solve(residual);
  squares_ = residual.dot(solved_);
}

double GaussianProcess::log_likelihood() const {
  const double half_log_determinant = factor_.matrixLLT().diagonal().array().log().sum();
  return -0.5 * squares_ - half_log_determinant - 0.5 * static_cast<double>(solved_.size()) * std::log(2.0 * M_PI);
}

GaussianProcess::Value GaussianProcess::at(const VectorXd& linear, const VectorXd& distance, double own_linear) const {
  VectorXd cross(solved_.size());
  for (Index i = 0; i < cross.size(); ++i) cross[i] = kernel_.between(linear[i], distance[i]);
  const double mean = cross.dot(solved_);
  factor_.matrixL().solveInPlace(cross);
  return {mean, std::max(0.0, kernel_.between(own_linear, 0.0) - cross.squaredNorm())};
}

Kernel most_likely_kernel(const MatrixXd& linear, const MatrixXd& distance, const VectorXd& residual,
                          const Kernel& start) {
  Kernel best = start;
  double reached = GaussianProcess(linear, distance, residual, best).log_likelihood();
  for (const double step : {4.0, 2.0}) {
    for (bool moved = true; moved;) {
      moved = false;
      for (const Dimension& dimension : kDimensions) {
        for (const double factor : {step, 1.0 / step}) {
          Kernel next = best;
          next.*dimension.member *= factor;
          if (next.*dimension.member < dimension.least || next.*dimension.member > dimension.most) continue;
          const double likelihood = GaussianProcess(linear, distance, residual, next).log_likelihood();
          // A step must be worth its while: flat directions would be walked to their end.
          if (likelihood > reached + 1e-3) reached = likelihood, best = next, moved = true;
        }
      }
    }
  }
  return best;
}

}  // namespace zeroth::ensemble
