// Regression on a few labelled rows by a Gaussian process whose kernel has a linear part, given as a matrix, and a
// smooth part of distances: exact, by Cholesky factors of the labelled rows' covariance. Rasmussen and Williams,
// Gaussian Processes for Machine Learning, MIT Press, 2006, chapters 2 and 5.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace zeroth::ensemble {

// Covariance of two rows = linear * (their entry of the linear part) + smooth * exp(-distance / (2 length^2)) + 1, plus
// noise where both are the same observation. The 1 is a constant that is not known.
struct Kernel {
  double linear = 1.0, smooth = 0.1, length = 1.0, noise = 0.3;  // variances, and a length

  double between(double linear_part, double distance) const;  // without noise
};

class GaussianProcess {
 public:
  // Of n labelled rows: linear part and squared distances, shape (n, n); what the prior mean leaves of the labels, (n).
  GaussianProcess(const Eigen::MatrixXd& linear, const Eigen::MatrixXd& distance, const Eigen::VectorXd& residual,
                  const Kernel& kernel);

  double log_likelihood() const;  // marginal, of the residuals
  const Kernel& kernel() const { return kernel_; }

  struct Value {
    double mean, variance;  // of what is added to the prior mean; noise not included
  };
  // Of another row, by its linear parts and squared distances to the labelled rows, (n), and its own linear part.
  Value at(const Eigen::VectorXd& linear, const Eigen::VectorXd& distance, double own_linear) const;

 private:
  Kernel kernel_;
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::VectorXd solved_;  // covariance^-1 residual
  double squares_ = 0.0;    // residual' covariance^-1 residual
};

// A kernel whose marginal likelihood no doubling or halving of one of its numbers raises, found by such steps from
// `start`, first 4-fold ones; within linear 0.01 .. 100, smooth 1e-4 .. 10, length 0.1 .. 10, noise 1e-3 .. 1.
Kernel most_likely_kernel(const Eigen::MatrixXd& linear, const Eigen::MatrixXd& distance,
                          const Eigen::VectorXd& residual, const Kernel& start);

}  // namespace zeroth::ensemble
