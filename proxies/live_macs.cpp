// live_macs: multiply-adds of the canonical network, for one image.
//
// S = macs of the canonical network. A baseline and no proxy: each proxy must show what it adds to it.
// Sign: larger = better, as the field counts it. Cost: no pass; always of the benchmark's full network, at every
// fidelity.
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_live_macs() {
  Proxy proxy;
  proxy.name = "live_macs";
  proxy.summary = "multiply-adds of the canonical network, for one image";
  proxy.formula = "macs of the canonical network";
  proxy.citation = "baseline";
  proxy.sign = "as the field counts it";
  proxy.golden = "none: the authors count what is written";
  proxy.score_facts = [](const spaces::Facts& facts) { return static_cast<double>(facts.live_macs); };
  return proxy;
}

}  // namespace zeroth::proxies
