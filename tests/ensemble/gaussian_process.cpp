#include "ensemble/gaussian_process.h"

#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.h"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using zeroth::ensemble::GaussianProcess;
using zeroth::ensemble::Kernel;
using zeroth::ensemble::most_likely_kernel;

namespace {

// Points on a line with a bent curve over them, and the kernel's two parts.
struct Example {
  VectorXd x, y;
  MatrixXd linear, distance;
};

Example made_example(Index rows) {
  Example example;
  std::vector<double> draws(static_cast<size_t>(2 * rows));
  zeroth::core::Stream(1, "gp test").fill_normal(draws.data(), draws.size(), 1.0);
  example.x = Eigen::Map<VectorXd>(draws.data(), rows);
  example.y = example.x.array().square() + 0.1 * Eigen::Map<VectorXd>(draws.data() + rows, rows).array();
  example.linear = example.x * example.x.transpose();
  example.distance.resize(rows, rows);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < rows; ++j) example.distance(i, j) = std::pow(example.x[i] - example.x[j], 2);
  }
  return example;
}

MatrixXd covariance(const Example& example, const Kernel& kernel) {
  const MatrixXd bend = (-example.distance.array() / (2.0 * kernel.length * kernel.length)).exp();
  MatrixXd result = kernel.linear * example.linear + kernel.smooth * bend;
  result.array() += 1.0;
  result.diagonal().array() += kernel.noise;
  return result;
}

}  // namespace

TEST_CASE("a Gaussian process has the posterior and the likelihood of the textbook's formulas") {
  const Example example = made_example(12);
  const Kernel kernel{0.7, 0.4, 0.8, 0.2};
  const GaussianProcess process(example.linear, example.distance, example.y, kernel);
  const MatrixXd k = covariance(example, kernel);
  const double direct = -0.5 * example.y.dot(k.inverse() * example.y) - 0.5 * std::log(k.determinant()) -
                        6.0 * std::log(2.0 * std::acos(-1.0));
  CHECK(process.log_likelihood() == Approx(direct).epsilon(1e-9));
  for (const double at : {-0.3, 0.0, 5.0}) {
    const VectorXd linear = example.x * at, distance = (example.x.array() - at).square();
    VectorXd cross = kernel.linear * linear;
    cross.array() += kernel.smooth * (-distance.array() / (2.0 * kernel.length * kernel.length)).exp() + 1.0;
    const auto value = process.at(linear, distance, at * at);
    CHECK(value.mean == Approx(cross.dot(k.inverse() * example.y)).epsilon(1e-9));
    CHECK(value.variance == Approx(kernel.linear * at * at + kernel.smooth + 1.0 - cross.dot(k.inverse() * cross)));
  }
}

TEST_CASE("the most likely kernel is better than its neighbours and finds a bend") {
  const Example example = made_example(40);
  const auto likelihood = [&](const Kernel& kernel) {
    return GaussianProcess(example.linear, example.distance, example.y, kernel).log_likelihood();
  };
  const Kernel best = most_likely_kernel(example.linear, example.distance, example.y, Kernel{});
  for (double Kernel::*member : {&Kernel::linear, &Kernel::smooth, &Kernel::length, &Kernel::noise}) {
    for (const double factor : {0.5, 2.0}) {
      Kernel other = best;
      other.*member *= factor;
      const bool within = other.linear >= 0.01 && other.linear <= 100.0 && other.smooth >= 1e-4 &&
                          other.smooth <= 10.0 && other.length >= 0.1 && other.length <= 10.0 && other.noise >= 1e-3 &&
                          other.noise <= 1.0;
      if (within) CHECK(likelihood(other) <= likelihood(best) + 1e-3);
    }
  }
  CHECK(likelihood(best) > likelihood(Kernel{}) + 5.0);
  CHECK(best.smooth > best.noise);
}
