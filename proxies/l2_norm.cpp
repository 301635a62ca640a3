// l2_norm: size of the weights at initialisation.
//
// S = sum over convolutions and linear layers of ||W||_2. Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS,
// ICLR 2021, arXiv:2101.08134.
// Sign: larger = better, the authors'. Cost: no pass; a function of the layers' shapes, up to the draw of the weights.
// Authors' code: equal, called directly; through its own list of measures it cannot be reached (an argument is
// missing).
#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_l2_norm() {
  Proxy proxy;
  proxy.name = "l2_norm";
  proxy.summary = "norm of the weights at initialisation, layer by layer";
  proxy.formula = "sum_l ||W_l||_2";
  proxy.citation = "Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.request = needs({});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (const torch::Tensor& weight : probe.network().weights()) score += l2_norm(weight);
    return score;
  };
  return proxy;
}

}  // namespace zeroth::proxies
