// az_progressivity: whether every cell adds directions to what it reads.
//
// S = min over cells of H(output) - H(input), H the entropy of az_expressivity. Lee and Ham, AZ-NAS, CVPR 2024,
// arXiv:2403.19232. Sign: larger = better, the authors'. Cost: 1 forward.
// Authors' code: equal. Where a map is constant, theirs gives minus infinity, ours fails with a reason. Paper setting:
// as az_expressivity.
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_az_progressivity() {
  Proxy proxy;
  proxy.name = "az_progressivity";
  proxy.summary = "least gain in spectral entropy over the cells";
  proxy.formula = "min_i H(f_i) - H(f_(i-1))";
  proxy.citation = "Lee and Ham, AZ-NAS, CVPR 2024, arXiv:2403.19232";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.request = needs({Pass::kTapEntropies}, [](nn::Setting& paper) { paper.init = nn::Init::kKaimingNormalFanIn; });
  proxy.score = [](const Probe& probe) {
    const std::vector<double>& entropies = probe.tap_entropies();
    if (entropies.size() < 2) throw Degenerate("the network has no cell");
    double least = entropies[1] - entropies[0];
    for (size_t i = 2; i < entropies.size(); ++i) {
      const double gain = entropies[i] - entropies[i - 1];
      if (!(gain >= least)) least = gain;  // a nan, once met, stays
      if (std::isnan(gain)) break;
    }
    if (std::isnan(least)) throw Degenerate("the output of a cell is constant");
    return finite(least);
  };
  return proxy;
}

}  // namespace zeroth::proxies
