// synaptic_saliency: sensitivity of the feed-forward layers of a transformer.
//
// S = sum over feed-forward layers of sum |w dR/dw|, R the sum of the network's outputs on one minibatch.
// Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288, after TF-TAS.
// Sign: larger = better, the authors'. Cost: 1 forward + 1 backward.
// Authors' code: equal.
// Theirs is the sum of an encoder's last hidden state: the same here where a graph ends in it. Behind the layer norm
// that BERT ends in, that sum is constant, and what their code reports is the rounding of a zero gradient: such a
// network fails here with the reason. With a classifier behind it, the sum is that of the logits.
#include "proxies/proxy.h"
#include "proxies/transformer_layers.h"

namespace zeroth::proxies {

Proxy proxy_synaptic_saliency() {
  Proxy proxy;
  proxy.name = "synaptic_saliency";
  proxy.summary = "sensitivity of the feed-forward layers of a transformer";
  proxy.formula = "sum_feed-forward sum |w dR/dw|, R = sum of outputs";
  proxy.citation = "Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.networks = "with feed-forward blocks";
  proxy.unsuited = without_feed_forward_gradient;
  proxy.request = needs({Pass::kSumGradient});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (const size_t l : weights_with(probe.network(), {spaces::Role::kFeedForward})) {
      score += saliency(probe.network().weights()[l], probe.sum_gradient()[l]);
    }
    return alive(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
