// synflow_bn: synflow with batch norm left in place.
//
// S = ln sum |w * dR/d|w||, R the sum of logits for one all-ones image through the network with |w| in place of w,
// batch norm over that one image. Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021,
// arXiv:2101.08134. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward of one image, in float64.
// Authors' code: the natural logarithm of its value; the order is the same. Batch norm undoes the scale of the weights
// in front of it, so that no product over layers remains: it is synflow by name only. Where the last map has a single
// pixel, batch norm turns it to zero and the network has no score.
#include <cmath>

#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_synflow_bn() {
  Proxy proxy;
  proxy.name = "synflow_bn";
  proxy.summary = "synflow with batch norm over its one image";
  proxy.formula = "ln sum |w dR/d|w||, R = sum of logits of |w|-network for ones, batch norm kept";
  proxy.citation = "Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134";
  proxy.sign = "authors'";
  proxy.golden = "ln(value)";
  proxy.request = needs({Pass::kAbsoluteNormed});
  proxy.score = [](const Probe& probe) {
    double flow = 0.0;
    for (size_t l = 0; l < probe.absolute_weights().size(); ++l) {
      flow += sum_over(probe.absolute_weights()[l], probe.absolute_normed_gradient()[l],
                       [](double w, double g) { return std::abs(w * g); });
    }
    return finite(std::log(alive(flow)));
  };
  return proxy;
}

}  // namespace zeroth::proxies
