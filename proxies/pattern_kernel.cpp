#include "proxies/pattern_kernel.h"

#include <Eigen/LU>

namespace zeroth::proxies {

Eigen::MatrixXd pattern_kernel(const PatternDistances& patterns) {
  return static_cast<double>(patterns.units) - patterns.differing.cast<double>().array();
}

double log_determinant(const Eigen::MatrixXd& kernel) {
  if (kernel.size() == 0) throw Degenerate("the network has no ReLU or its like");
  for (Eigen::Index i = 0; i < kernel.rows(); ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      if (kernel(i, j) == kernel(i, i)) throw Degenerate("two images have the same activation pattern");
    }
  }
  const Eigen::PartialPivLU<Eigen::MatrixXd> lu(kernel);
  return finite(lu.matrixLU().diagonal().cwiseAbs().array().log().sum());
}

std::function<Request(Fidelity, const nn::Setting&)> pattern_request() {
  return needs({Pass::kPatterns}, [](nn::Setting& paper) { paper.batch = 128; });
}

}  // namespace zeroth::proxies
