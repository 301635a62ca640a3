// t_cet: for each layer, how well it tells images apart times how compressible it is.
//
// S = sum over convolutions and linear layers of ln |det K_l| * sum s_l / sd s_l. K_l,ij = outputs of the layer that
// are positive or not for images i and j alike, batch norm with mean 0 and variance 1; s_l as in snr. Xiang et al.,
// Exploiting Network Compressibility and Topology in Zero-Cost NAS, AutoML 2023. Sign: larger = better, the authors'.
// Cost: 1 forward, with synflow's 1 + 1 of one image.
// Authors' code: a singular K_l counts 0 in both, but theirs sees only those whose elimination in float32 ends in an
// exact zero, and takes rounding noise of others for a determinant; here a kernel is singular where it is so to float64
// precision. t_cet:log takes ln(sum s / sd s), its log mode.
#include <Eigen/Cholesky>
#include <limits>

#include "proxies/layer_snr.h"
#include "proxies/pattern_kernel.h"

namespace zeroth::proxies {
namespace {

// ln det of a positive semidefinite kernel; 0 where it is singular.
double log_determinant_or_zero(const Eigen::MatrixXd& kernel) {
  const Eigen::ArrayXd pivots = Eigen::LDLT<Eigen::MatrixXd>(kernel).vectorD().array();
  const double least =
      static_cast<double>(pivots.size()) * std::numeric_limits<double>::epsilon() * pivots.abs().maxCoeff();
  return pivots.minCoeff() > least ? pivots.log().sum() : 0.0;
}

// Sum over layers of the log-determinant times weight(snr).
double weighted(const Probe& probe, double (*weight)(double)) {
  const std::vector<double> ratios = layer_snr(probe);
  double score = 0.0;
  for (size_t l = 0; l < ratios.size(); ++l) {
    score += log_determinant_or_zero(pattern_kernel(probe.layer_patterns()[l])) * weight(ratios[l]);
  }
  return alive(score);
}

}  // namespace

Proxy proxy_t_cet() {
  Proxy proxy;
  proxy.name = "t_cet";
  proxy.summary = "distinctness of each layer's output signs, times its signal-to-noise ratio of synaptic flow";
  proxy.formula = "sum_l ln |det K_l| * sum s_l / sd s_l";
  proxy.citation = "Xiang et al., Exploiting Network Compressibility and Topology in Zero-Cost NAS, AutoML 2023";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.request = needs({Pass::kAbsoluteWeights, Pass::kLayerPatterns});
  proxy.score = [](const Probe& probe) { return weighted(probe, [](double snr) { return snr; }); };
  Proxy logarithmic = proxy;
  logarithmic.name = "t_cet:log";
  logarithmic.formula = "sum_l ln |det K_l| * ln(sum s_l / sd s_l)";
  logarithmic.score = [](const Probe& probe) { return weighted(probe, log_or_zero); };
  proxy.variants = {logarithmic};
  return proxy;
}

}  // namespace zeroth::proxies
