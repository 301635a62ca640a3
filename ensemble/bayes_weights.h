// A hierarchical Bayesian linear model in closed form. Task t: y_t = X_t w_t + noise; w_t ~ N(mu, tau A);
// mu ~ N(0, A), where A is diagonal with one scale for each group of coefficients and tau is shared by all. The scales,
// tau and the noise climb the evidence by expectation-maximisation (empirical Bayes: Lindley and Smith, Bayes estimates
// for the linear model, JRSS B 34, 1972; Dempster, Laird and Rubin, JRSS B 39, 1977).
#pragma once

#include <Eigen/Core>
#include <vector>

namespace zeroth::ensemble {

// What the model reads of a pool of n rows and of the tasks that it has accuracies for.
struct PoolMoments {
  struct Target {
    Eigen::VectorXd cross;  // X'y / n
    double square = 0.0;    // y'y / n
    double weight = 0.0;    // draws of w_t that the task counts for
  };

  Eigen::MatrixXd gram;  // X'X / n
  double rows = 0.0;     // independent observations that a task of this pool is worth
  std::vector<Target> targets;
};

struct WeightPrior {
  Eigen::VectorXd mean;           // of mu, given the tasks
  Eigen::MatrixXd covariance;     // of mu, given the tasks
  Eigen::VectorXd deviation;      // variances of a new task's weights around mu
  std::vector<double> scales;     // of each group: A
  double tau = 0.0, noise = 0.0;  // noise: variance
};

// `group` numbers the group of each coefficient from 0.
WeightPrior fit_prior(const std::vector<PoolMoments>& pools, const std::vector<size_t>& group);

struct WeightPosterior {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

// The weights of a new task given labelled rows, x (rows, coefficients) and y. Exact. y may be off by a constant, with
// prior variance 1, because labelled rows need not be typical of their pool.
WeightPosterior posterior(const WeightPrior& prior, const Eigen::MatrixXd& x, const Eigen::VectorXd& y);

}  // namespace zeroth::ensemble
