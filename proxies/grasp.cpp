// grasp: how weights change the flow of the gradient.
//
// S = -sum w * (H g), g = dL/dw, H the Hessian of L, the mean cross-entropy of one minibatch, over the weights of
// convolutions and linear layers. Wang et al., GraSP, ICLR 2020, arXiv:2002.07376; for NAS:
// Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134.
// Sign: larger = better, that of the authors of the NAS variant, who turned the pruning paper's. Cost: 1 forward + 1
// backward that can be differentiated + 1 double backward.
// Authors' code: equal. It runs the same minibatch twice, at temperature 1; the gradient of the first run is that of
// the second, so one run gives both; and w' (H g) is summed without H g (Probe::run_hessian_form).
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_grasp() {
  Proxy proxy;
  proxy.name = "grasp";
  proxy.summary = "change of gradient flow when weights are removed";
  proxy.formula = "-sum w * (H dL/dw)";
  proxy.citation = "Wang et al., GraSP, ICLR 2020, arXiv:2002.07376";
  proxy.sign = "authors' of the NAS variant (the pruning paper's, turned)";
  proxy.golden = "equal";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kHessianForm});
  proxy.score = [](const Probe& probe) { return alive(-probe.hessian_form()); };
  return proxy;
}

}  // namespace zeroth::proxies
