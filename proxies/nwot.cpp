// nwot: how well activation patterns tell images apart.
//
// S = ln |det K|, K_ij = units of all ReLUs that are equally on or off for images i and j. Mellor et al., Neural
// Architecture Search without Training, ICML 2021, arXiv:2006.04647. Sign: larger = better, the authors'. Cost: 1
// forward. Every ReLU counts once, as in NASLib and AZ-NAS; nwot_bw counts as the original code does. Two images with
// one pattern make K singular: theirs returns -inf, ours fails with a reason. Paper setting: 128 images.
#include "proxies/pattern_kernel.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_nwot() {
  Proxy proxy;
  proxy.name = "nwot";
  proxy.summary = "distinctness of activation patterns (log-determinant), each ReLU once";
  proxy.formula = "ln |det K|, K_ij = units - hamming(c_i, c_j)";
  proxy.citation = "Mellor et al., Neural Architecture Search without Training, ICML 2021, arXiv:2006.04647";
  proxy.sign = "authors'";
  proxy.golden = "equal (NASLib, AZ-NAS)";
  proxy.request = pattern_request();
  proxy.score = [](const Probe& probe) { return log_determinant(pattern_kernel(probe.patterns())); };
  return proxy;
}

}  // namespace zeroth::proxies
