// ntk_cond: how evenly gradient descent learns different images.
//
// S = -ln(largest / smallest eigenvalue of Theta), Theta_nm = <g_n, g_m>, g_n the gradient of the sum of image n's
// logits to the weights of convolutions, linear layers and batch norms. Chen et al., TE-NAS, ICLR 2021,
// arXiv:2102.11535. Sign: minus the authors', who call small condition numbers better; the logarithm keeps the order.
// Cost: shared and paper: 1 forward + N backwards, as in the authors' code, because batch statistics couple the images.
// fast: 1 forward + 1 backward with the minibatch's statistics frozen: another kernel, so another value.
// ntk_cond:eval: batch norms use the running statistics, mean 0 and variance 1 here, so that no image depends on
// another and 1 forward + 1 backward give the exact kernel at every fidelity. It is what the authors' function does
// unless told otherwise, and not what their search uses.
// Authors' code: shared and paper equal. A singular kernel fails with a reason (theirs: nan becomes 100000, inf stays).
// Paper setting: 72 images, Kaiming normal (fan out), mean over 3 initialisations.
#include <Eigen/Eigenvalues>
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

double condition(const Eigen::MatrixXd& kernel) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(kernel, Eigen::EigenvaluesOnly);
  const double smallest = solver.eigenvalues().minCoeff(), largest = solver.eigenvalues().maxCoeff();
  if (!(largest > 0.0)) throw Degenerate("the gradient of every image is zero");
  if (!(smallest > 0.0)) throw Degenerate("the tangent kernel is singular");
  return finite(std::log(smallest / largest));
}

// In the authors' setting at paper fidelity.
Request request_for(Pass pass, Fidelity fidelity, const nn::Setting& base) {
  Request request{base, {pass}};
  if (fidelity == Fidelity::kPaper) {
    request.setting.init = nn::Init::kKaimingNormalFanOut;
    request.setting.batch = 72;
    request.setting.repeats = 3;
  }
  return request;
}

}  // namespace

Proxy proxy_ntk_cond() {
  Proxy proxy;
  proxy.name = "ntk_cond";
  proxy.summary = "condition number of the neural tangent kernel, minus log";
  proxy.formula = "-ln(l_max / l_min) of Theta = G G^T";
  proxy.citation = "Chen et al., TE-NAS, ICLR 2021, arXiv:2102.11535";
  proxy.sign = "minus the authors' value";
  proxy.golden = "-ln(value) at shared and paper";
  proxy.request = [](Fidelity fidelity, const nn::Setting& base) {
    return request_for(fidelity == Fidelity::kFast ? Pass::kSampleKernel : Pass::kCoupledKernel, fidelity, base);
  };
  proxy.score = [](const Probe& probe) { return condition(probe.kernel()); };

  Proxy eval = proxy;
  eval.name = "ntk_cond:eval";
  eval.summary = "condition number of the tangent kernel with running statistics, minus log";
  eval.golden = "-ln(value)";
  eval.request = [](Fidelity fidelity, const nn::Setting& base) {
    return request_for(Pass::kRunningKernel, fidelity, base);
  };
  eval.score = [](const Probe& probe) { return condition(probe.running_kernel()); };
  proxy.variants = {eval};
  return proxy;
}

}  // namespace zeroth::proxies
