// linear_regions: into how many pieces the thin network cuts its input space.
//
// S = number of distinct activation patterns among 3 x 1000 inputs of TE-NAS's thin network: one channel, no stem, the
// first cell and the first reduction, 3x3 inputs of one colour plane. Chen et al., TE-NAS, ICLR 2021, arXiv:2102.11535.
// Sign: larger = better, the authors'. Cost: 3 forwards of the thin network, at every fidelity.
// Authors' code: equal (theirs sums 1/multiplicity in float32). Initialisation: Kaiming normal, fan in.
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_linear_regions() {
  Proxy proxy;
  proxy.name = "linear_regions";
  proxy.summary = "distinct activation patterns of TE-NAS's thin network";
  proxy.formula = "number of distinct codes of 3000 inputs";
  proxy.citation = "Chen et al., TE-NAS, ICLR 2021, arXiv:2102.11535";
  proxy.sign = "authors'";
  proxy.golden = "equal, rounded (lr_thin)";
  proxy.request = [](Fidelity, const nn::Setting& base) {
    Request request{base, {Pass::kThinCodes}};
    nn::Setting& setting = request.setting;
    setting.shape.thin = true;
    setting.shape.channels = setting.shape.input_channels = 1;
    setting.shape.cells = 1;
    setting.shape.resolution = 3;
    setting.batch = 1000;
    setting.init = nn::Init::kKaimingNormalFanIn;
    return request;
  };
  proxy.score = [](const Probe& probe) { return static_cast<double>(distinct_codes(probe.thin_codes())); };
  return proxy;
}

}  // namespace zeroth::proxies
