// jacobian_trace: how strongly the logits respond to the images.
//
// S = 1/(2 N) sum over classes c of |J_c|^2, J_c the gradient of the sum over the N images of logit c to all images:
// the trace of J J^T. Hoffman et al., Robust Learning with Jacobian Regularization, arXiv:1908.02729, as a proxy in
// Dong et al., EMQ, ICCV 2023, arXiv:2307.10554. Sign: their value as it is; their search decides what it is good for.
// Cost: shared and paper: 1 forward + one backward to the images for each class, as in the authors' code. fast: 1
// forward + 1 backward, which jacob_cov shares: |sum_c J_c|^2 in place of sum_c |J_c|^2, whose mean over draws of a
// classifier with symmetric weights is the same.
// Authors' code: shared and paper equal. Batch statistics couple the images, so that an image's gradient is that of all
// images' logits.
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_jacobian_trace() {
  Proxy proxy;
  proxy.name = "jacobian_trace";
  proxy.summary = "squared gradients of the logits to the images";
  proxy.formula = "1/(2 N) sum_c |J_c|^2, J_c = d(sum_n logit_nc) / d images";
  proxy.citation = "Dong et al., EMQ, ICCV 2023, arXiv:2307.10554, after Hoffman et al., arXiv:1908.02729";
  proxy.sign = "authors' value";
  proxy.golden = "none: brute force";
  proxy.request = [](Fidelity fidelity, const nn::Setting& base) {
    return Request{base, {fidelity == Fidelity::kFast ? Pass::kInputJacobian : Pass::kClassJacobian}};
  };
  proxy.score = [](const Probe& probe) {
    if (probe.ran(Pass::kClassJacobian)) return alive(0.5 * probe.class_jacobian_square());
    const Eigen::MatrixXd& jacobian = probe.input_jacobian();
    return alive(0.5 * jacobian.squaredNorm() / static_cast<double>(jacobian.rows()));
  };
  return proxy;
}

}  // namespace zeroth::proxies
