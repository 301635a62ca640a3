// head_importance: sensitivity of attention's heads.
//
// S = sum over query, key and value layers of sum |w dR/dw|, R the sum of the network's outputs on one minibatch.
// Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288.
// Sign: larger = better, the authors'. Cost: 1 forward + 1 backward.
// Authors' code: equal. It takes the linear layers of 128 and more outputs within attention, which at its networks'
// widths are these and no kernels of convolutions; here the layer's role says so, whatever the width. Theirs is the sum
// of an encoder's last hidden state: the same here where a graph ends in it. Behind the layer norm that BERT ends in,
// that sum is constant, and what their code reports is the rounding of a zero gradient: such a network fails here with
// the reason. With a classifier behind it, the sum is that of the logits.
#include "proxies/proxy.h"
#include "proxies/transformer_layers.h"

namespace zeroth::proxies {

Proxy proxy_head_importance() {
  Proxy proxy;
  proxy.name = "head_importance";
  proxy.summary = "sensitivity of attention's heads";
  proxy.formula = "sum_query,key,value sum |w dR/dw|, R = sum of outputs";
  proxy.citation = "Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.networks = "with attention";
  proxy.unsuited = without_attention_gradient;
  proxy.request = needs({Pass::kSumGradient});
  proxy.score = [](const Probe& probe) {
    using spaces::Role;
    double score = 0.0;
    for (const size_t l : weights_with(probe.network(), {Role::kQuery, Role::kKey, Role::kValue})) {
      score += saliency(probe.network().weights()[l], probe.sum_gradient()[l]);
    }
    return alive(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
