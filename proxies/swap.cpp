// swap: sample-wise activation patterns.
//
// S = number of distinct patterns among the units of all ReLUs on feature maps; a unit's pattern says for which of the
// N images it is on. Peng et al., SWAP-NAS, ICLR 2024, arXiv:2403.04161. Sign: larger = better, the authors'.
// Cost: 1 forward. It saturates at 2^N: with 8 images every network that is alive has all 256 patterns, and wide
// networks come near 65,536 with 16. Below that it grows with the number of units.
// Authors' code: equal, one evaluation; it scores a stand-in of 3 channels and one layer, not the network that is to be
// trained. Paper setting: 16 images, weights from N(0, 1), mean over 32 initialisations.
#include "proxies/swap.h"

namespace zeroth::proxies {

std::function<Request(Fidelity, const nn::Setting&)> swap_request() {
  return needs({Pass::kUnitPatterns}, [](nn::Setting& paper) {
    paper.batch = 16;
    paper.init = nn::Init::kNormal;
    paper.repeats = 32;
  });
}

double swap_score(const Probe& probe) {
  if (probe.distinct_unit_patterns() == 0) throw Degenerate("the network has no ReLU or its like");
  return static_cast<double>(probe.distinct_unit_patterns());
}

Proxy proxy_swap() {
  Proxy proxy;
  proxy.name = "swap";
  proxy.summary = "distinct activation patterns of units over the minibatch; saturates at 2^N";
  proxy.formula = "|{(on in image 1, ..., on in image N) of each unit}|";
  proxy.citation = "Peng et al., SWAP-NAS, ICLR 2024, arXiv:2403.04161";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.request = swap_request();
  proxy.score = swap_score;
  return proxy;
}

}  // namespace zeroth::proxies
