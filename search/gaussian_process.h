// Gaussian process regression, and the improvement that it expects. Rasmussen and Williams, MIT Press 2006, chapter 2.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace zeroth::search {

// Matern 5/2 of a distance in lengths of the kernel, with variance 1.
double matern52(double distance);

// The expected excess of N(mean, deviation^2) over `best`; 0 where the deviation is 0 and the mean no better.
// Jones, Schonlau and Welch, Journal of Global Optimization 13, 1998, equation 15.
double expected_improvement(double mean, double deviation, double best);

class GaussianProcess {
 public:
  // Inputs are the rows of x. y should have mean 0 and variance about 1. The kernel is Matern 5/2 of the Euclidean
  // distance over `length`, `noise` the variance of an observation about the function.
  GaussianProcess(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, double length, double noise);

  // The length and noise of a small grid with the highest marginal likelihood, on distances of the order sqrt(columns).
  static GaussianProcess fitted(const Eigen::MatrixXd& x, const Eigen::VectorXd& y);

  double log_marginal_likelihood() const { return log_likelihood_; }
  double length() const { return length_; }
  double noise() const { return noise_; }

  // Posterior of the function, without noise, at the rows of a matrix. Each observation that is added afterwards is
  // believed to equal the posterior mean: means stay, variances fall. The process must outlive it.
  class Posterior {
   public:
    Posterior(const GaussianProcess& process, const Eigen::MatrixXd& at);
    const Eigen::VectorXd& mean() const { return mean_; }
    const Eigen::VectorXd& variance() const { return variance_; }
    void believe(Eigen::Index row);

   private:
    const GaussianProcess& process_;
    const Eigen::MatrixXd at_;
    Eigen::MatrixXd whitened_;  // rows: observations; L^-1 k(observation, at)
    Eigen::VectorXd mean_, variance_;
  };

 private:
  // `covariance` of the rows of x, without noise.
  GaussianProcess(Eigen::MatrixXd x, Eigen::MatrixXd covariance, const Eigen::VectorXd& y, double length, double noise);

  Eigen::MatrixXd x_;
  double length_, noise_;
  Eigen::LLT<Eigen::MatrixXd> factor_;  // of the kernel matrix plus noise
  Eigen::VectorXd weights_;             // its inverse times y
  double log_likelihood_;
};

}  // namespace zeroth::search
