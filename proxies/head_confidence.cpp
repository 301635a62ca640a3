// head_confidence: the peaks of attention.
//
// S = sum over query, key and value layers of the mean, over images and channels, of the largest result over the
// tokens. Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288. Sign: larger =
// better, the authors'. Cost: 1 forward. Authors' code: equal. It measures the same of the softmax, its "head softmax
// confidence", where its dimension of tokens holds the heads: head_confidence:softmax is the mean largest score over
// the heads. The paper's confidence, after Voita et al. (ACL 2019), is a head's mean largest score over the keys:
// head_confidence:paper.
#include <numeric>

#include "proxies/proxy.h"
#include "proxies/transformer_layers.h"

namespace zeroth::proxies {
namespace {

double sum(const std::vector<double>& peaks) { return finite(std::accumulate(peaks.begin(), peaks.end(), 0.0)); }

}  // namespace

Proxy proxy_head_confidence() {
  Proxy proxy;
  proxy.name = "head_confidence";
  proxy.summary = "largest results of attention's query, key and value layers";
  proxy.formula = "sum_query,key,value mean_n,c max_t y_ntc";
  proxy.citation = "Serianni and Kalita, Training-free NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.networks = "with attention";
  proxy.unsuited = without_attention;
  proxy.request = needs({Pass::kTokenStatistics});
  proxy.score = [](const Probe& probe) { return sum(probe.token_statistics().projection_peaks); };

  Proxy softmax = proxy, paper = proxy;
  softmax.name = "head_confidence:softmax";
  softmax.summary = "largest attention score over the heads";
  softmax.formula = "sum_attention mean_n,q,k max_h A_nhqk";
  softmax.score = [](const Probe& probe) { return sum(probe.token_statistics().head_peaks); };
  paper.name = "head_confidence:paper";
  paper.summary = "largest attention score over the keys";
  paper.formula = "sum_attention mean_n,h,q max_k A_nhqk";
  paper.score = [](const Probe& probe) { return sum(probe.token_statistics().key_peaks); };
  proxy.variants = {softmax, paper};
  return proxy;
}

}  // namespace zeroth::proxies
