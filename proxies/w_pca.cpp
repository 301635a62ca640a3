// w_pca: parameters times the dimensions that the feed-forward layers' hidden states vary in.
//
// S = P sum_l k_l, P the network's parameters and k_l the fewest principal components of layer l's hidden states,
// tokens of all images as rows, that hold more than 0.99 of their variance. The states are those in front of the
// activation. w_pca:v is V-PCA, without P. Wang, W-PCA, ICLR 2025, arXiv:2504.15983. Sign: larger = better, the
// authors'. Cost: 1 forward, and the eigenvalues of one matrix a block, as large as the fewer of tokens and hidden
// units. Authors' code: equal for freshly initialised weights; its search takes them from a trained supernet where one
// is given. One of its files says 0.9 for 0.99. Whole numbers with many ties.
#include "proxies/proxy.h"
#include "proxies/transformer_layers.h"

namespace zeroth::proxies {
namespace {

constexpr double kShare = 0.99;

// The fewest of the largest eigenvalues, which are ascending, that add up to more than kShare of all.
int64_t principal_components(const Eigen::VectorXd& eigenvalues) {
  double total = 0.0, held = 0.0;
  for (Eigen::Index i = 0; i < eigenvalues.size(); ++i) total += eigenvalues[i];
  if (!(total > 0.0)) throw Degenerate("the hidden states of a feed-forward block do not vary");
  Eigen::Index first = eigenvalues.size();
  while (first > 0 && held <= kShare * finite(total)) held += eigenvalues[--first];
  return eigenvalues.size() - first;
}

double dimensions(const Probe& probe) {
  int64_t sum = 0;
  for (const Eigen::VectorXd& spectrum : probe.hidden_spectra()) sum += principal_components(spectrum);
  return static_cast<double>(sum);
}

}  // namespace

Proxy proxy_w_pca() {
  Proxy proxy;
  proxy.name = "w_pca";
  proxy.summary = "parameters times the dimensions that the feed-forward layers vary in";
  proxy.formula = "P sum_l min{k: the k largest principal components hold > 0.99 of the variance}";
  proxy.citation = "Wang, W-PCA, ICLR 2025, arXiv:2504.15983";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.networks = "with feed-forward blocks";
  proxy.unsuited = without_feed_forward;
  proxy.request = needs({Pass::kHiddenSpectrum});
  proxy.score = [](const Probe& probe) {
    return static_cast<double>(probe.network().graph().parameter_count()) * dimensions(probe);
  };

  Proxy plain = proxy;
  plain.name = "w_pca:v";
  plain.summary = "V-PCA: dimensions that the feed-forward layers vary in";
  plain.formula = "sum_l min{k: the k largest principal components hold > 0.99 of the variance}";
  plain.score = dimensions;
  proxy.variants = {plain};
  return proxy;
}

}  // namespace zeroth::proxies
