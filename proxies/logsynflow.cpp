// logsynflow: synaptic flow with the gradient damped.
//
// S = sum |w| * ln(1 + dR/d|w|), R as in synflow. Cavagnero et al., FreeREA, WACV 2023, arXiv:2207.05135.
// Sign: larger = better, the authors'. Cost: 1 forward + 1 backward of one image, in float64.
// Authors' code: equal. Paper setting: Kaiming-normal initialisation (fan in), mean over 3 of them.
#include <cmath>

#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_logsynflow() {
  Proxy proxy;
  proxy.name = "logsynflow";
  proxy.summary = "synaptic flow with the gradient damped by a logarithm";
  proxy.formula = "sum |w| ln(1 + dR/d|w|)";
  proxy.citation = "Cavagnero et al., FreeREA, WACV 2023, arXiv:2207.05135";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.request = needs({Pass::kAbsoluteWeights}, [](nn::Setting& paper) {
    paper.init = nn::Init::kKaimingNormalFanIn;
    paper.repeats = 3;
  });
  proxy.score = [](const Probe& probe) {
    double flow = 0.0;
    for (size_t l = 0; l < probe.absolute_weights().size(); ++l) {
      flow += sum_over(probe.absolute_weights()[l], probe.absolute_gradient()[l],
                       [](double w, double g) { return w * std::log1p(g); });
    }
    return alive(flow);
  };
  return proxy;
}

}  // namespace zeroth::proxies
