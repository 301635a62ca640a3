// zico: large and steady gradients.
//
// S = sum over layers of ln(sum_i mean|g_i| / sd(g_i)), g_i the gradients of a weight on two minibatches, sd their
// population deviation |g1 - g2| / 2. Li et al., ZiCo, ICLR 2023, arXiv:2301.11300.
// Sign: larger = better, the authors'. Cost: 2 forwards + 2 backwards, the first shared with other proxies.
// Authors' code: equal. Weights whose two gradients coincide are dropped, layers with nothing left are skipped. With
// two minibatches the sum is ruled by the weights whose gradients nearly coincide, so that it is noisy, in float32
// above all. On CPU their code returns 0 for every network, because both minibatches share one buffer.
#include <cmath>

#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_zico() {
  Proxy proxy;
  proxy.name = "zico";
  proxy.summary = "mean over deviation of gradients across minibatches, log by layer";
  proxy.formula = "sum_l ln sum_i mean_b |g_i| / sd_b g_i";
  proxy.citation = "Li et al., ZiCo, ICLR 2023, arXiv:2301.11300";
  proxy.sign = "authors'";
  proxy.golden = "equal, float64 only";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kLossGradient, Pass::kSecondGradient});
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (size_t l = 0; l < probe.loss_gradient().size(); ++l) {
      const double ratios = sum_over(probe.loss_gradient()[l], probe.second_gradient()[l], [](double a, double b) {
        const double deviation = std::abs(a - b) / 2.0;
        return deviation > 0.0 ? (std::abs(a) + std::abs(b)) / 2.0 / deviation : 0.0;
      });
      if (ratios > 0.0) score += std::log(ratios);
    }
    return alive(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
