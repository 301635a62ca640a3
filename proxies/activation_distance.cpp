// activation_distance: how alike the tokens of a text switch the feed-forward units.
//
// S = sum over feed-forward activations of the sum of all entries of K, K_st the number of units that are on (> 0) for
// both tokens s and t of the first image or off for both.
// Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288, after NASWOT.
// Sign: larger = better, the authors'. Cost: 1 forward.
// Authors' code: equal. Of the whole minibatch it reads the first text alone, and it compares tokens where NASWOT
// compares images and sums where NASWOT takes the determinant, so that S is mostly a count of units.
#include <numeric>

#include "proxies/proxy.h"
#include "proxies/transformer_layers.h"

namespace zeroth::proxies {

Proxy proxy_activation_distance() {
  Proxy proxy;
  proxy.name = "activation_distance";
  proxy.summary = "how alike the tokens of a text switch the feed-forward units";
  proxy.formula = "sum_l sum_s,t agreeing units of tokens s and t of the first image";
  proxy.citation = "Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.networks = "with feed-forward blocks";
  proxy.unsuited = without_feed_forward;
  proxy.request = needs({Pass::kTokenStatistics});
  proxy.score = [](const Probe& probe) {
    const std::vector<double>& agreements = probe.token_statistics().agreements;
    return std::accumulate(agreements.begin(), agreements.end(), 0.0);
  };
  return proxy;
}

}  // namespace zeroth::proxies
