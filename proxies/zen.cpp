// zen: how much features respond to a small change of the images, with the shrinking by batch norm undone.
//
// S = ln mean_n ||f(x_n) - f(x_n + 0.01 e_n)||_1 + sum over batch norms of ln sqrt(mean over channels of v), f the
// features in front of the global pooling, x and e two minibatches (Gaussian with --input gaussian), v the variance
// that the batch norm divides by. Lin et al., Zen-NAS, ICCV 2021, arXiv:2102.01063.
// Sign: larger = better, the authors'. Cost: 2 forwards, the first shared with other proxies.
// Authors' code: equal to NASLib's port, which keeps skip connections (Zen-NAS scores networks without). v is not the
// variance of the batch but the running one after both forwards, 0.81 + 0.09 v1 + 0.1 v2: it starts at 1 and moves by a
// tenth each time. zen:fixed takes the variance itself, as momentum 1 would: that of the second forward; batch norms
// that see a constant drop out. The paper has the Euclidean norm in place of the L1 norm. Paper setting: N(0, 1)
// weights; with others the score falls and mixes with the weights' scale.
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

// Below it, a variance is what rounding leaves of a constant.
constexpr double kLeastVariance = 1e-10;

double score_with(const Probe& probe, double start, double first, double second) {
  const Perturbation& found = probe.perturbation();
  double score = std::log(alive(found.distance));
  for (size_t i = 0; i < found.first_variances.size(); ++i) {
    if (std::isinf(found.first_variances[i])) throw Degenerate("a batch norm sees a single value");
    const double variance = start + first * found.first_variances[i] + second * found.second_variances[i];
    if (variance >= kLeastVariance) score += 0.5 * std::log(variance);
  }
  return finite(score);
}

}  // namespace

Proxy proxy_zen() {
  Proxy proxy;
  proxy.name = "zen";
  proxy.summary = "response of the features to a small change of the images";
  proxy.formula = "ln mean ||f(x) - f(x + 0.01 e)||_1 + sum_bn ln sqrt(mean_c v), v = 0.81 + 0.09 v1 + 0.1 v2";
  proxy.citation = "Lin et al., Zen-NAS, ICCV 2021, arXiv:2102.01063";
  proxy.sign = "authors'";
  proxy.golden = "equal (NASLib)";
  proxy.request = needs({Pass::kPerturbation}, [](nn::Setting& paper) { paper.init = nn::Init::kNormal; });
  proxy.score = [](const Probe& probe) { return score_with(probe, 0.81, 0.09, 0.1); };
  Proxy fixed = proxy;
  fixed.name = "zen:fixed";
  fixed.summary = "zen with the batch's variance in place of a running one that starts at 1";
  fixed.formula = "ln mean ||f(x) - f(x + 0.01 e)||_1 + sum_bn ln sqrt(mean_c v2)";
  fixed.golden = "none";
  fixed.score = [](const Probe& probe) { return score_with(probe, 0.0, 0.0, 1.0); };
  proxy.variants = {fixed};
  return proxy;
}

}  // namespace zeroth::proxies
