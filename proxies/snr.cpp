// snr: how evenly synaptic flow is spread over the weights of each layer.
//
// S = sum over convolutions and linear layers of sum s / sd s, s = |w dR/d|w|| of a layer's weights as in synflow.
// Xiang et al., Exploiting Network Compressibility and Topology in Zero-Cost NAS, AutoML 2023. Sign: larger = better,
// the authors'. Cost: 1 forward + 1 backward of one image, in float64, shared with synflow.
// Authors' code: equal; it has this only as a factor of t_cet. snr:log sums ln(sum s / sd s), its log mode.
#include "proxies/layer_snr.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_snr() {
  Proxy proxy;
  proxy.name = "snr";
  proxy.summary = "mean over deviation of synaptic flow, times weights, by layer";
  proxy.formula = "sum_l sum s_l / sd s_l, s = |w dR/d|w||";
  proxy.citation = "Xiang et al., Exploiting Network Compressibility and Topology in Zero-Cost NAS, AutoML 2023";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.request = needs({Pass::kAbsoluteWeights});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (const double ratio : layer_snr(probe)) score += ratio;
    return alive(score);
  };
  Proxy logarithmic = proxy;
  logarithmic.name = "snr:log";
  logarithmic.formula = "sum_l ln(sum s_l / sd s_l)";
  logarithmic.score = [](const Probe& probe) {
    double score = 0.0;
    for (const double ratio : layer_snr(probe)) score += log_or_zero(ratio);
    return alive(score);
  };
  proxy.variants = {logarithmic};
  return proxy;
}

}  // namespace zeroth::proxies
