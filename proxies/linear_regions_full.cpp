// linear_regions_full: activation patterns of one minibatch of the whole network.
//
// S = number of distinct activation patterns among the images of one minibatch. Chen et al., TE-NAS, ICLR 2021,
// arXiv:2102.11535. Sign: larger = better, the authors'. Cost: 1 forward. It saturates at the batch size: most networks
// reach it. Authors' code: equal (theirs sums 1/multiplicity in float32).
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_linear_regions_full() {
  Proxy proxy;
  proxy.name = "linear_regions_full";
  proxy.summary = "distinct activation patterns of one minibatch; saturates at the batch size";
  proxy.formula = "number of distinct codes of N images";
  proxy.citation = "Chen et al., TE-NAS, ICLR 2021, arXiv:2102.11535";
  proxy.sign = "authors'";
  proxy.golden = "equal, rounded (lr_full)";
  proxy.request = needs({Pass::kPatterns});
  proxy.score = [](const Probe& probe) {
    const auto& differing = probe.patterns().differing;
    int64_t distinct = 0;
    for (Eigen::Index i = 0; i < differing.rows(); ++i) {
      bool seen = false;
      for (Eigen::Index j = 0; j < i && !seen; ++j) seen = differing(i, j) == 0;
      distinct += seen ? 0 : 1;
    }
    return static_cast<double>(distinct);
  };
  return proxy;
}

}  // namespace zeroth::proxies
