// meco: how far the channels of feature maps are from linear dependence.
//
// S = sum over feature maps of the first image of the smallest eigenvalue of the channels' correlation. Jiang et al.,
// MeCo, NeurIPS 2023. Sign: larger = better, the authors'. Cost: 1 forward. A map of no more pixels than channels adds
// 0, and constant channels have correlation 0, also with themselves.
// Authors' code: equal on the network as written. It hooks every module of the tree, containers too, so that one map
// counts as often as modules return it (the result of a ReLU-conv-BN unit three times) and a skip connection counts its
// input again: the score depends on how modules are nested. The canonical graph has no skip connections to count.
// meco:fixed counts each distinct feature map once, sums where something else than a sum reads them: equal in both
// views. Paper setting: one image, which is also the whole batch for batch norm.
#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

Proxy named(const char* name, const char* formula, const char* golden, bool each_module) {
  Proxy proxy;
  proxy.name = name;
  proxy.formula = formula;
  proxy.golden = golden;
  proxy.citation = "Jiang et al., MeCo, NeurIPS 2023";
  proxy.sign = "authors'";
  proxy.request = needs({Pass::kCorrelations}, [](nn::Setting& paper) { paper.batch = 1; });
  proxy.score = [each_module](const Probe& probe) {
    double score = 0.0;
    for (const ChannelCorrelation& map : probe.channel_correlations()) {
      score += map.smallest * (each_module ? map.modules : static_cast<int>(map.distinct));
    }
    return finite(score);
  };
  return proxy;
}

}  // namespace

Proxy proxy_meco() {
  Proxy proxy = named("meco", "sum over modules of l_min(corr(channels of image 1))", "equal", /*each_module=*/true);
  proxy.summary = "least eigenvalue of channel correlation, summed over the authors' modules";
  Proxy fixed = named("meco:fixed", "sum over feature maps of l_min(corr(channels of image 1))",
                      "none: the authors count a map as often as modules return it", /*each_module=*/false);
  fixed.summary = "least eigenvalue of channel correlation, summed over distinct feature maps";
  proxy.variants = {fixed};
  return proxy;
}

}  // namespace zeroth::proxies
