// EPE-NAS's score of Jacobians that can be written down.
#include "proxies/epe_nas.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

// Rows of correlation 1, -1 and 0: the first two lie on a line, the third is orthogonal to both.
Eigen::MatrixXd three_rows() {
  Eigen::MatrixXd jacobian(3, 4);
  jacobian << 1, -1, 1, -1,  //
      -2, 2, -2, 2,          //
      3, 3, 1, 1;
  return jacobian;
}

constexpr double kShift = 1e-5;
const double kAlike = std::log(1.0 + kShift), kUnlike = std::log(kShift);

Approx exactly(double value) { return Approx(value).epsilon(1e-9).margin(1e-14); }

}  // namespace

TEST_CASE("epe_nas adds up the absolute scores of up to 100 classes") {
  CHECK(epe_nas(three_rows(), {4, 4, 4}, 10) == exactly(std::abs(5.0 * kAlike + 4.0 * kUnlike)));
  CHECK(epe_nas(three_rows(), {0, 0, 1}, 100) == exactly(4.0 * kAlike + kAlike));
  CHECK(epe_nas(three_rows(), {0, 1, 0}, 100) == exactly(std::abs(2.0 * kAlike + 2.0 * kUnlike) + kAlike));
}

TEST_CASE("epe_nas of more than 100 classes is how far apart their mean scores lie, classes of one image left out") {
  Eigen::MatrixXd jacobian(6, 4);
  jacobian << three_rows(), three_rows();
  // Class 7: images 0, 1, 3, 4, on one line. Class 100: images 2 and 5, equal.
  CHECK(epe_nas(jacobian, {7, 7, 100, 7, 7, 100}, 101) ==
        exactly(2.0 * std::abs(16.0 * kAlike / 4.0 - 4.0 * kAlike / 2.0) / 2.0));
  // Class 1: images 0 and 2; class 2: images 3 and 4; images 1 and 5 stand alone.
  const double mixed = (2.0 * kAlike + 2.0 * kUnlike) / 2.0, line = 4.0 * kAlike / 2.0;
  CHECK(epe_nas(jacobian, {1, 50, 1, 2, 2, 51}, 120) == exactly(std::abs(mixed - line)));
  CHECK_THROWS_WITH(epe_nas(three_rows(), {0, 1, 2}, 101), "no class has two images in the minibatch");
}

TEST_CASE("epe_nas refuses an image that the logits do not depend on") {
  Eigen::MatrixXd jacobian = three_rows();
  jacobian.row(1).setZero();
  CHECK_THROWS_AS(epe_nas(jacobian, {0, 1, 2}, 10), Degenerate);
}

}  // namespace zeroth::proxies
