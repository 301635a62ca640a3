#include "ensemble/bayes_weights.h"

#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.h"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using zeroth::ensemble::fit_prior;
using zeroth::ensemble::PoolMoments;
using zeroth::ensemble::posterior;
using zeroth::ensemble::WeightPrior;

namespace {

struct Data {
  std::vector<MatrixXd> x;
  std::vector<VectorXd> y;
};

MatrixXd normals(uint64_t seed, uint32_t index, Index rows, Index columns) {
  MatrixXd values(rows, columns);
  zeroth::core::Stream(seed, "test", 0, index).fill_normal(values.data(), static_cast<size_t>(values.size()), 1.0);
  return values;
}

// Four coefficients: two that all tasks share, two that are noise. The second and third task are of one pool.
Data made_data() {
  Data data;
  const VectorXd mean = (VectorXd(4) << 1.0, -0.6, 0.0, 0.0).finished();
  for (uint32_t t = 0; t < 4; ++t) {
    const Index rows = t == 0 ? 12 : 15;
    data.x.push_back(t == 2 ? data.x[1] : MatrixXd(normals(7, t, rows, 4)));
    data.y.push_back(data.x[t] * (mean + 0.3 * normals(8, t, 4, 1)) + 0.4 * normals(9, t, rows, 1));
  }
  return data;
}

const std::vector<size_t> kGroup = {0, 0, 1, 1};

std::vector<PoolMoments> moments(const Data& data) {
  std::vector<PoolMoments> pools;
  for (size_t t = 0; t < data.x.size(); ++t) {
    const auto rows = static_cast<double>(data.y[t].size());
    const PoolMoments::Target target{data.x[t].transpose() * data.y[t] / rows, data.y[t].squaredNorm() / rows, 1.0};
    if (t == 2) {
      pools.back().targets.push_back(target);
    } else {
      pools.push_back({data.x[t].transpose() * data.x[t] / rows, rows, {target}});
    }
  }
  return pools;
}

// The joint normal distribution of all targets, written out over all rows.
struct Dense {
  MatrixXd x, covariance;
  VectorXd y, alpha;

  Dense(const Data& data, const std::vector<double>& scales, double tau, double noise) {
    alpha.resize(4);
    for (size_t j = 0; j < 4; ++j) alpha[static_cast<Index>(j)] = scales[kGroup[j]];
    Index rows = 0;
    for (const VectorXd& of_task : data.y) rows += of_task.size();
    x.resize(rows, 4);
    y.resize(rows);
    MatrixXd own = MatrixXd::Zero(rows, rows);
    for (size_t t = 0, first = 0; t < data.x.size(); ++t) {
      const Index n = data.y[t].size(), at = static_cast<Index>(first);
      x.middleRows(at, n) = data.x[t];
      y.segment(at, n) = data.y[t];
      own.block(at, at, n, n) = tau * data.x[t] * alpha.asDiagonal() * data.x[t].transpose();
      first += static_cast<size_t>(n);
    }
    covariance = x * alpha.asDiagonal() * x.transpose() + own + noise * MatrixXd::Identity(rows, rows);
  }

  double log_evidence() const {
    const Eigen::LLT<MatrixXd> factor(covariance);
    return -0.5 * y.dot(factor.solve(y)) - MatrixXd(factor.matrixL()).diagonal().array().log().sum();
  }
};

}  // namespace

TEST_CASE("the prior's mean and covariance are those of the joint normal distribution over all rows") {
  const Data data = made_data();
  const WeightPrior prior = fit_prior(moments(data), kGroup);
  const Dense dense(data, prior.scales, prior.tau, prior.noise);
  const MatrixXd gain = dense.alpha.asDiagonal() * dense.x.transpose() * dense.covariance.inverse();
  CHECK((prior.mean - gain * dense.y).cwiseAbs().maxCoeff() < 1e-9);
  const MatrixXd covariance = MatrixXd(dense.alpha.asDiagonal()) - gain * dense.x * dense.alpha.asDiagonal();
  CHECK((prior.covariance - covariance).cwiseAbs().maxCoeff() < 1e-9);
  CHECK((prior.deviation - prior.tau * dense.alpha).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("the scales, tau and the noise that are chosen have the highest evidence nearby") {
  const Data data = made_data();
  const WeightPrior prior = fit_prior(moments(data), kGroup);
  const double best = Dense(data, prior.scales, prior.tau, prior.noise).log_evidence();
  for (const double factor : {0.3, 3.0}) {
    for (size_t group = 0; group < 2; ++group) {
      std::vector<double> scales = prior.scales;
      scales[group] *= factor;
      CHECK(Dense(data, scales, prior.tau, prior.noise).log_evidence() < best);
    }
    CHECK(Dense(data, prior.scales, prior.tau * factor, prior.noise).log_evidence() < best);
    CHECK(Dense(data, prior.scales, prior.tau, prior.noise * factor).log_evidence() < best);
  }
  CHECK(prior.scales[0] > 2 * prior.scales[1]);
}

TEST_CASE("a task that counts twice is the same as two equal tasks") {
  const Data data = made_data();
  std::vector<PoolMoments> twice = moments(data), heavy = twice;
  twice.push_back(twice[0]);
  heavy[0].targets[0].weight = 2.0;
  const WeightPrior a = fit_prior(twice, kGroup), b = fit_prior(heavy, kGroup);
  CHECK((a.mean - b.mean).cwiseAbs().maxCoeff() < 1e-9);
  CHECK(a.tau == Approx(b.tau));
}

TEST_CASE("the posterior given labels equals Bayesian regression with an intercept, written by coefficients") {
  const WeightPrior prior = fit_prior(moments(made_data()), kGroup);
  const MatrixXd x = normals(3, 0, 6, 4);
  const VectorXd y = normals(3, 1, 6, 1);
  MatrixXd with_one(6, 5), precision = MatrixXd::Identity(5, 5);
  with_one << x, VectorXd::Ones(6);
  MatrixXd covariance = prior.covariance;
  covariance.diagonal() += prior.deviation;
  precision.topLeftCorner(4, 4) = covariance.inverse();
  VectorXd mean = VectorXd::Zero(5);
  mean.head(4) = prior.mean;
  const MatrixXd after = (precision + with_one.transpose() * with_one / prior.noise).inverse();
  const VectorXd expected = after * (precision * mean + with_one.transpose() * y / prior.noise);
  const auto weights = posterior(prior, x, y);
  CHECK((weights.mean - expected.head(4)).cwiseAbs().maxCoeff() < 1e-8);
  CHECK((weights.covariance - after.topLeftCorner(4, 4)).cwiseAbs().maxCoeff() < 1e-8);
}

TEST_CASE("many labels overrule the prior") {
  const WeightPrior prior = fit_prior(moments(made_data()), kGroup);
  const VectorXd truth = (VectorXd(4) << -1.0, 2.0, 0.0, 0.5).finished();
  const MatrixXd x = normals(4, 0, 2000, 4);
  const auto weights = posterior(prior, x, x * truth + VectorXd::Constant(2000, 0.3));
  CHECK((weights.mean - truth).cwiseAbs().maxCoeff() < 0.05);
}
