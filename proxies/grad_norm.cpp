// grad_norm: size of the loss gradient at initialisation.
//
// S = sum over convolutions and linear layers of ||dL/dW||_2, L the mean cross-entropy of one minibatch: a sum of
// norms, not the norm of the whole. Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021,
// arXiv:2101.08134. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward. Authors' code: equal.
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
  return proxy;
}

}  // namespace zeroth::proxies
