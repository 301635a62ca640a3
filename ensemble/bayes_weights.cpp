#include "ensemble/bayes_weights.h"

#include <Eigen/Cholesky>
#include <algorithm>

#include "core/error.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kSteps = 30;
constexpr double kLeastScale = 1e-8, kLeastNoise = 1e-4;

MatrixXd inverse(const MatrixXd& positive) {
  return Eigen::LLT<MatrixXd>(positive).solve(MatrixXd::Identity(positive.rows(), positive.cols()));
}

struct Hyperparameters {
  std::vector<double> scales;
  double tau, noise;
};

// Sums over tasks, each by its weight.
struct Moments {
  VectorXd deviations;                               // expected squares of w_t - mu
  double residuals = 0.0, rows = 0.0, weight = 0.0;  // expected squared residuals and how many
};

// mu and the weights of each task, given the tasks and the hyperparameters.
class Expectation {
 public:
  Expectation(const std::vector<PoolMoments>& pools, const VectorXd& alpha, const Hyperparameters& hyper)
      : pools_(pools), noise_(hyper.noise), precision_((hyper.tau * alpha).cwiseInverse()) {
    MatrixXd of_mu = alpha.cwiseInverse().asDiagonal();
    VectorXd linear = VectorXd::Zero(alpha.size());
    for (const PoolMoments& pool : pools) {
      MatrixXd of_weights = pool.rows / noise_ * pool.gram;
      of_weights.diagonal() += precision_;
      given_mu_.push_back(inverse(of_weights));
      // With B = (G + D)^-1 the marginal precision of mu is G - G B G = D - D B D, and its linear term D B c.
      const MatrixXd scaled = precision_.asDiagonal() * given_mu_.back();
      double weight = 0.0;
      for (const PoolMoments::Target& target : pool.targets) {
        weight += target.weight;
        linear += target.weight * pool.rows / noise_ * (scaled * target.cross);
      }
      of_mu.diagonal() += weight * precision_;
      of_mu -= weight * (scaled * precision_.asDiagonal());
    }
    covariance = inverse((of_mu + of_mu.transpose()) / 2);
    mean = covariance * linear;
  }

  void add_moments(size_t p, Moments& sums) const {
    const PoolMoments& pool = pools_[p];
    const MatrixXd& given_mu = given_mu_[p];
    // mu's own uncertainty V reaches w_t through B D and w_t - mu through B D - 1.
    const MatrixXd turn = given_mu * precision_.asDiagonal();
    const MatrixXd turned = turn * covariance;
    const VectorXd spread = given_mu.diagonal() + covariance.diagonal() - 2.0 * turned.diagonal() +
                            turned.cwiseProduct(turn).rowwise().sum();
    // trace(G (B + B D V D B)) with G B = 1 - D B, so that no further product of matrices is needed.
    const MatrixXd kept = MatrixXd(precision_.asDiagonal()) - precision_.asDiagonal() * turn;
    const double trace =
        noise_ / pool.rows *
        (static_cast<double>(spread.size()) - turn.trace() + kept.cwiseProduct(turned.transpose()).sum());
    for (const PoolMoments::Target& target : pool.targets) {
      const VectorXd deviation = pool.rows / noise_ * (given_mu * (target.cross - pool.gram * mean));
      const VectorXd weights = mean + deviation;
      const double residual = target.square - 2.0 * weights.dot(target.cross) + weights.dot(pool.gram * weights);
      sums.deviations += target.weight * (deviation.cwiseAbs2() + spread);
      sums.residuals += target.weight * pool.rows * (residual + trace);
      sums.rows += target.weight * pool.rows;
      sums.weight += target.weight;
    }
  }

  VectorXd mean;
  MatrixXd covariance;

 private:
  const std::vector<PoolMoments>& pools_;
  double noise_;
  VectorXd precision_;              // D: of w_t around mu
  std::vector<MatrixXd> given_mu_;  // B: covariance of w_t where mu is known
};

VectorXd spread_out(const std::vector<double>& scales, const std::vector<size_t>& group) {
  VectorXd alpha(static_cast<Index>(group.size()));
  for (size_t j = 0; j < group.size(); ++j) alpha[static_cast<Index>(j)] = scales[group[j]];
  return alpha;
}

Hyperparameters maximised(const std::vector<PoolMoments>& pools, const std::vector<size_t>& group,
                          const Hyperparameters& now) {
  const VectorXd alpha = spread_out(now.scales, group);
  const Expectation expected(pools, alpha, now);
  Moments sums{VectorXd::Zero(alpha.size())};
  for (size_t p = 0; p < pools.size(); ++p) expected.add_moments(p, sums);
  const VectorXd squares = expected.mean.cwiseAbs2() + expected.covariance.diagonal() + sums.deviations / now.tau;
  std::vector<double> of_group(now.scales.size(), 0.0), draws(now.scales.size(), 0.0);
  for (size_t j = 0; j < group.size(); ++j) {
    of_group[group[j]] += squares[static_cast<Index>(j)];
    draws[group[j]] += 1.0 + sums.weight;
  }
  Hyperparameters next = now;
  for (size_t g = 0; g < of_group.size(); ++g) next.scales[g] = std::max(kLeastScale, of_group[g] / draws[g]);
  next.tau = sums.deviations.cwiseQuotient(alpha).sum() / (sums.weight * static_cast<double>(alpha.size()));
  next.noise = std::max(kLeastNoise, sums.residuals / sums.rows);
  return next;
}

}  // namespace

WeightPrior fit_prior(const std::vector<PoolMoments>& pools, const std::vector<size_t>& group) {
  ZEROTH_CHECK(!pools.empty() && !group.empty());
  const size_t groups = 1 + *std::max_element(group.begin(), group.end());
  Hyperparameters hyper{std::vector<double>(groups, 0.1 / static_cast<double>(groups)), 1.0, 0.3};
  for (int step = 0; step < kSteps; ++step) hyper = maximised(pools, group, hyper);
  const VectorXd alpha = spread_out(hyper.scales, group);
  const Expectation expected(pools, alpha, hyper);
  return {expected.mean, expected.covariance, hyper.tau * alpha, hyper.scales, hyper.tau, hyper.noise};
}

WeightPosterior posterior(const WeightPrior& prior, const MatrixXd& x, const VectorXd& y) {
  ZEROTH_CHECK(x.rows() == y.size() && x.cols() == prior.mean.size());
  MatrixXd covariance = prior.covariance;
  covariance.diagonal() += prior.deviation;
  // By rows and not by coefficients: labels are few.
  const MatrixXd projected = covariance * x.transpose();
  MatrixXd of_rows = x * projected;
  of_rows.array() += 1.0;
  of_rows.diagonal().array() += prior.noise;
  const Eigen::LLT<MatrixXd> factor(of_rows);
  return {prior.mean + projected * factor.solve(y - x * prior.mean),
          covariance - projected * factor.solve(projected.transpose())};
}

}  // namespace zeroth::ensemble
