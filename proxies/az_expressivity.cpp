// az_expressivity: in how many directions feature maps spread.
//
// S = sum over feature maps f (the stem's and each cell's) of H(f) = -sum_i p_i ln(p_i + 1e-8), p = s / sum s, s the
// eigenvalues of the covariance of f's channels over images and positions. Lee and Ham, AZ-NAS, CVPR 2024,
// arXiv:2403.19232. Sign: larger = better, the authors'. Cost: 1 forward.
// Authors' code: equal. Eigenvalues that rounding makes negative count as 0 (theirs: nan, so minus infinity). Where a
// map is constant, theirs gives minus infinity, ours fails with a reason. Paper setting: Kaiming normal (fan in), 64
// images; theirs are Gaussian whatever the data (--input gaussian).
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_az_expressivity() {
  Proxy proxy;
  proxy.name = "az_expressivity";
  proxy.summary = "entropy of the spectra of the cells' feature maps";
  proxy.formula = "sum_f H(f), H = -sum_i p_i ln(p_i + 1e-8), p = eig(cov(f)) / tr cov(f)";
  proxy.citation = "Lee and Ham, AZ-NAS, CVPR 2024, arXiv:2403.19232";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.request = needs({Pass::kTapEntropies}, [](nn::Setting& paper) { paper.init = nn::Init::kKaimingNormalFanIn; });
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    for (const double entropy : probe.tap_entropies()) score += entropy;
    if (std::isnan(score)) throw Degenerate("the output of a cell is constant");
    return finite(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
