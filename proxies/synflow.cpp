// synflow: synaptic flow without data.
//
// S = ln sum |w| * dR/d|w|, R the sum of logits for one all-ones image through the network with |w| in place of w and
// without batch norm. Tanaka et al., SynFlow, NeurIPS 2020, arXiv:2006.05467; for NAS:
// Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134.
// Sign: larger = better, the authors'. Cost: 1 forward + 1 backward of one image, in float64.
// Authors' code: the natural logarithm of its value, which reaches 1e61; the order is the same. zero-cost-nas on its
// own NAS-Bench-201 network leaves the batch norm of the reduction blocks in place; this is the definition without any.
#include <cmath>

#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_synflow() {
  Proxy proxy;
  proxy.name = "synflow";
  proxy.summary = "product of absolute weights along all paths, log";
  proxy.formula = "ln sum |w| dR/d|w|, R = sum of logits of |w|-network for ones, no batch norm";
  proxy.citation = "Tanaka et al., SynFlow, NeurIPS 2020, arXiv:2006.05467";
  proxy.sign = "authors'";
  proxy.golden = "ln(value)";
  proxy.request = needs({Pass::kAbsoluteWeights});
  proxy.score = [](const Probe& probe) {
    double flow = 0.0;
    for (size_t l = 0; l < probe.absolute_weights().size(); ++l) {
      flow += sum_over(probe.absolute_weights()[l], probe.absolute_gradient()[l],
                       [](double w, double g) { return std::abs(w * g); });
    }
    return std::log(alive(flow));
  };
  return proxy;
}

}  // namespace zeroth::proxies
