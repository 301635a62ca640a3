// swap_reg:mu=MU:sigma=SIGMA: swap, pulled towards a size.
//
// S = swap * exp(-(P - mu)^2 / sigma), P the trainable parameters of the network in thousands, mu the size that is
// wanted, sigma how far from it is tolerated: both are the user's, which makes this a size prior and no zero-cost proxy
// of its own. Peng et al., SWAP-NAS, ICLR 2024, arXiv:2403.04161. Sign: larger = better, the authors'. Cost: 1 forward.
// Authors' code: equal; the paper's tables give mu and sigma in megabytes, the code reads thousands of parameters. P is
// of the network that is scored, at fast fidelity of the shrunk one. Paper setting: as swap's.
#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "proxies/parameters.h"
#include "proxies/swap.h"

namespace zeroth::proxies {
namespace {

constexpr const char* kUsage = "swap_reg:mu=MU:sigma=SIGMA";

Proxy make(std::string_view parameters) {
  const std::vector<double> values = named_numbers(kUsage, parameters, {"mu", "sigma"});
  const double mu = values[0], sigma = values[1];
  if (!(sigma > 0.0)) throw core::UsageError(fmt::format("{}: sigma must be above 0", kUsage));
  Proxy proxy;
  proxy.summary = "swap, damped by the distance of the parameters, in thousands, from mu";
  proxy.formula = fmt::format("swap * exp(-(params / 1000 - {})^2 / {})", mu, sigma);
  proxy.citation = "Peng et al., SWAP-NAS, ICLR 2024, arXiv:2403.04161";
  proxy.sign = "authors'";
  proxy.golden = "follows from swap";
  proxy.request = swap_request();
  proxy.score = [mu, sigma](const Probe& probe) {
    const double thousands = static_cast<double>(probe.network().graph().parameter_count()) / 1000.0;
    const double factor = std::exp(-(thousands - mu) * (thousands - mu) / sigma);
    if (factor == 0.0) throw Degenerate(fmt::format("its {} thousand parameters are too far from mu", thousands));
    return swap_score(probe) * factor;
  };
  return proxy;
}

}  // namespace

ProxyMaker made_swap_reg() {
  return {"swap_reg", kUsage, "swap, pulled towards a size (thousands of parameters)", make};
}

}  // namespace zeroth::proxies
