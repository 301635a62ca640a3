#include "search/gaussian_process.h"

#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.h"

namespace zeroth::search {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd random_matrix(Index rows, Index columns, uint64_t seed) {
  MatrixXd matrix(rows, columns);
  core::Stream(seed, "matrix").fill_normal(matrix.data(), static_cast<size_t>(matrix.size()), 1.0);
  return matrix;
}

// k(a, b) by its formula, entry by entry.
MatrixXd kernel(const MatrixXd& a, const MatrixXd& b, double length) {
  MatrixXd values(a.rows(), b.rows());
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < b.rows(); ++j) {
      const double d = std::sqrt(5.0) * (a.row(i) - b.row(j)).norm() / length;
      values(i, j) = (1.0 + d + d * d / 3.0) * std::exp(-d);
    }
  }
  return values;
}

constexpr double kLength = 1.7, kNoise = 0.05;

}  // namespace

TEST_CASE("the posterior of a Gaussian process is the closed form") {
  const MatrixXd x = random_matrix(12, 3, 1), at = random_matrix(5, 3, 2);
  const VectorXd y = random_matrix(12, 1, 3);
  const GaussianProcess process(x, y, kLength, kNoise);
  const MatrixXd inverse = (kernel(x, x, kLength) + kNoise * MatrixXd::Identity(12, 12)).inverse();
  const MatrixXd cross = kernel(x, at, kLength);
  const VectorXd mean = cross.transpose() * inverse * y;
  const VectorXd variance = (kernel(at, at, kLength) - cross.transpose() * inverse * cross).diagonal();
  const GaussianProcess::Posterior posterior(process, at);
  for (Index i = 0; i < 5; ++i) {
    CHECK(posterior.mean()[i] == Approx(mean[i]).epsilon(1e-9));
    CHECK(posterior.variance()[i] == Approx(variance[i]).epsilon(1e-9));
  }
  const double log_determinant = -std::log(inverse.determinant());
  CHECK(process.log_marginal_likelihood() ==
        Approx(-0.5 * (y.dot(inverse * y) + log_determinant + 12 * std::log(2 * std::acos(-1.0)))).epsilon(1e-9));
}

TEST_CASE("a believed observation leaves the means and gives the variances of a process that has it") {
  const MatrixXd x = random_matrix(8, 2, 4), at = random_matrix(6, 2, 5);
  const VectorXd y = random_matrix(8, 1, 6);
  const GaussianProcess process(x, y, kLength, kNoise);
  GaussianProcess::Posterior posterior(process, at);
  const VectorXd before = posterior.mean();
  posterior.believe(2);
  posterior.believe(4);
  MatrixXd more(10, 2);
  more << x, at.row(2), at.row(4);
  VectorXd labels(10);
  labels << y, before[2], before[4];
  const GaussianProcess with_both(more, labels, kLength, kNoise);
  const GaussianProcess::Posterior exact(with_both, at);
  for (Index i = 0; i < 6; ++i) {
    CHECK(posterior.mean()[i] == Approx(exact.mean()[i]).epsilon(1e-9));
    CHECK(posterior.variance()[i] == Approx(exact.variance()[i]).epsilon(1e-9).margin(1e-12));
  }
}

TEST_CASE("the fitted kernel has the highest likelihood of its grid") {
  const MatrixXd x = random_matrix(30, 2, 7);
  VectorXd y = x.col(0).array().sin();
  y.array() -= y.mean();
  const GaussianProcess fitted = GaussianProcess::fitted(x, y);
  for (const double length : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    const GaussianProcess other(x, y, length * std::sqrt(2.0), fitted.noise());
    CHECK(fitted.log_marginal_likelihood() >= other.log_marginal_likelihood());
  }
  CHECK(fitted.noise() == 1e-3);  // there is none
}

TEST_CASE("expected improvement is the integral of what exceeds the best") {
  for (const double mean : {-1.0, 0.0, 2.0}) {
    for (const double deviation : {0.3, 1.5}) {
      double integral = 0.0;
      constexpr double kStep = 1e-3;
      for (double z = -9.0; z < 9.0; z += kStep) {
        const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::acos(-1.0));
        integral += std::max(mean + deviation * z - 0.5, 0.0) * density * kStep;
      }
      CHECK(expected_improvement(mean, deviation, 0.5) == Approx(integral).margin(1e-6));
    }
  }
  CHECK(expected_improvement(2.0, 0.0, 0.5) == 1.5);
  CHECK(expected_improvement(0.0, 0.0, 0.5) == 0.0);
}

}  // namespace zeroth::search
