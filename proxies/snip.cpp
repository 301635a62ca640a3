// snip: connection sensitivity.
//
// S = sum |w * dL/dw| over the weights of convolutions and linear layers, L the mean cross-entropy of one minibatch.
// Lee et al., SNIP, ICLR 2019, arXiv:1810.02340; for NAS: Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS,
// ICLR 2021, arXiv:2101.08134. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward. Authors' code: equal;
// it differentiates to a mask of ones, which is the same number.
#include <cmath>

#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_snip() {
  Proxy proxy;
  proxy.name = "snip";
  proxy.summary = "connection sensitivity";
  proxy.formula = "sum |w * dL/dw|";
  proxy.citation = "Lee et al., SNIP, ICLR 2019, arXiv:1810.02340";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kLossGradient});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (size_t l = 0; l < probe.loss_gradient().size(); ++l) {
      score += sum_over(probe.network().weights()[l], probe.loss_gradient()[l],
                        [](double w, double g) { return std::abs(w * g); });
    }
    return alive(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
