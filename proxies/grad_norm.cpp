// grad_norm: size of the loss gradient at initialisation.
//
// S = sum over convolutions and linear layers of ||dL/dW||_2, L the mean cross-entropy of one minibatch: a sum of
// norms, not the norm of the whole. Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021,
// arXiv:2101.08134. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward. Authors' code: equal.
// grad_norm:all is AZ-NAS's gradnorm: one norm, over all parameters with batch norms and biases. A dead network keeps
// the gradient to the classifier's bias and so has a small score.
#include <cmath>

#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_grad_norm() {
  Proxy proxy;
  proxy.name = "grad_norm";
  proxy.summary = "norm of the loss gradient, layer by layer";
  proxy.formula = "sum_l ||dL/dW_l||_2";
  proxy.citation = "Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kLossGradient});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (const torch::Tensor& gradient : probe.loss_gradient()) score += l2_norm(gradient);
    return alive(score);
  };
  Proxy all = proxy;
  all.name = "grad_norm:all";
  all.summary = "norm of the loss gradient to all parameters at once";
  all.formula = "||dL/d(all parameters)||_2";
  all.citation = "Lee and Ham, AZ-NAS, CVPR 2024, arXiv:2403.19232";
  all.golden = "equal (AZ-NAS)";
  all.request = needs({Pass::kFullGradient});
  all.score = [](const Probe& probe) {
    double squares = 0.0;
    for (const torch::Tensor& gradient : probe.full_gradient()) {
      squares += sum_over(gradient, [](double x) { return x * x; });
    }
    return alive(std::sqrt(squares));
  };
  proxy.variants = {all};
  return proxy;
}

}  // namespace zeroth::proxies
