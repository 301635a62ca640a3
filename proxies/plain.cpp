// plain: signed connection sensitivity, a control.
//
// S = sum w * dL/dw over the weights of convolutions and linear layers, L the mean cross-entropy of one minibatch.
// Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134.
// Sign: as the authors' code returns it; it predicts nothing by design. Cost: 1 forward + 1 backward.
// Authors' code: equal. A convolution followed by batch norm is scale invariant and contributes only rounding, so what
// remains is the classifier and the convolutions without a norm.
#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_plain() {
  Proxy proxy;
  proxy.name = "plain";
  proxy.summary = "signed connection sensitivity, a control";
  proxy.formula = "sum w * dL/dw";
  proxy.citation = "Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kLossGradient});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (size_t l = 0; l < probe.loss_gradient().size(); ++l) {
      score +=
          sum_over(probe.network().weights()[l], probe.loss_gradient()[l], [](double w, double g) { return w * g; });
    }
    return alive(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
