// fisher: how much the loss would change if channels were removed.
//
// S = sum over layers l and output channels k of D_lk * (weights of channel k), D_lk = 1/2 mean_n (sum_hw a * dL/da)^2,
// a the output of a convolution or linear layer before batch norm, L the mean cross-entropy of one minibatch.
// Theis et al., arXiv:1801.05787; Turner et al., BlockSwap, ICLR 2020, arXiv:1906.04113; for NAS: Abdelfattah et al.,
// Zero-Cost Proxies for Lightweight NAS, ICLR 2021, arXiv:2101.08134. Sign: larger = better, the authors'. Cost: 1
// forward + 1 backward. Authors' code: equal. It spreads a channel's value over all weights of the channel before it
// sums, hence the factor (in * kh * kw) that the papers do not have.
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_fisher() {
  Proxy proxy;
  proxy.name = "fisher";
  proxy.summary = "loss change if channels were removed, weighted by fan-in";
  proxy.formula = "sum_l sum_k fan_in_l * 1/2 mean_n (sum_hw a dL/da)^2";
  proxy.citation = "Theis et al., arXiv:1801.05787; Turner et al., ICLR 2020, arXiv:1906.04113";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kChannelSaliency});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (size_t l = 0; l < probe.channel_saliency().size(); ++l) {
      const torch::Tensor& weight = probe.network().weights()[l];
      const int64_t fan_in = weight.numel() / weight.size(0);
      for (const double channel : probe.channel_saliency()[l]) score += static_cast<double>(fan_in) * channel;
    }
    return alive(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
