// macs: multiply-adds of the full network as written, for one image.
//
// S = sum over convolutions of H W Cin Cout k^2, plus in * out of linear layers. A baseline and no proxy: each proxy
// must show what it adds to it. Sign: larger = better, as the field counts it. Cost: no pass; always of the benchmark's
// full network, at every fidelity.
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_macs() {
  Proxy proxy;
  proxy.name = "macs";
  proxy.summary = "multiply-adds of the full network as written, for one image";
  proxy.formula = "sum over convolutions of H W Cin Cout k^2, plus in * out of linear layers";
  proxy.citation = "baseline";
  proxy.sign = "as the field counts it";
  proxy.golden = "equal";
  proxy.score_facts = [](const spaces::Facts& facts) { return static_cast<double>(facts.macs); };
  return proxy;
}

}  // namespace zeroth::proxies
