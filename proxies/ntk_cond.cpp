// ntk_cond: how evenly gradient descent learns different images.
//
// S = -ln(largest / smallest eigenvalue of Theta), Theta_nm = <g_n, g_m>, g_n the gradient of the sum of image n's
// logits to the weights of convolutions, linear layers and batch norms. Chen et al., TE-NAS, ICLR 2021,
// arXiv:2102.11535. Sign: minus the authors', who call small condition numbers better; the logarithm keeps the order.
// Cost: shared and paper: 1 forward + N backwards, as in the authors' code, because batch statistics couple the images.
// fast: 1 forward + 1 backward with the minibatch's statistics frozen: another kernel, so another value.
// Authors' code: shared and paper equal. A singular kernel fails with a reason (theirs: nan becomes 100000, inf stays).
// Paper setting: 72 images, Kaiming normal (fan out), mean over 3 initialisations.
#include <Eigen/Eigenvalues>
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_ntk_cond() {
  Proxy proxy;
  proxy.name = "ntk_cond";
  proxy.summary = "condition number of the neural tangent kernel, minus log";
  proxy.formula = "-ln(l_max / l_min) of Theta = G G^T";
  proxy.citation = "Chen et al., TE-NAS, ICLR 2021, arXiv:2102.11535";
  proxy.sign = "minus the authors' value";
  proxy.golden = "-ln(value) at shared and paper";
  proxy.request = [](Fidelity fidelity, const nn::Setting& base) {
    Request request{base, {fidelity == Fidelity::kFast ? Pass::kSampleKernel : Pass::kCoupledKernel}};
    if (fidelity == Fidelity::kPaper) {
      request.setting.init = nn::Init::kKaimingNormalFanOut;
      request.setting.batch = 72;
      request.setting.repeats = 3;
    }
    return request;
  };
  proxy.score = [](const Probe& probe) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(probe.kernel(), Eigen::EigenvaluesOnly);
    const double smallest = solver.eigenvalues().minCoeff(), largest = solver.eigenvalues().maxCoeff();
    if (!(largest > 0.0)) throw Degenerate("the gradient of every image is zero");
    if (!(smallest > 0.0)) throw Degenerate("the tangent kernel is singular");
    return finite(std::log(smallest / largest));
  };
  return proxy;
}

}  // namespace zeroth::proxies
