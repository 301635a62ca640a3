// params: trainable parameters of the full network as written.
//
// S = sum of numel(p) over all parameters p. A baseline and no proxy: each proxy must show what it adds to it.
// Sign: larger = better, as the field counts it. Cost: no pass; always of the benchmark's full network, at every
// fidelity.
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_params() {
  Proxy proxy;
  proxy.name = "params";
  proxy.summary = "trainable parameters of the full network as written";
  proxy.formula = "sum of numel(p) over all parameters p";
  proxy.citation = "baseline";
  proxy.sign = "as the field counts it";
  proxy.golden = "equal";
  proxy.score_facts = [](const spaces::Facts& facts) { return static_cast<double>(facts.params); };
  return proxy;
}

}  // namespace zeroth::proxies
