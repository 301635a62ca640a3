// nwot: how well activation patterns tell images apart.
//
// S = ln |det K|, K_ij = units of all ReLUs that are equally on or off for images i and j. Mellor et al., Neural
// Architecture Search without Training, ICML 2021, arXiv:2006.04647. Sign: larger = better, the authors'. Cost: 1
// forward. Every ReLU counts once, as in NASLib and AZ-NAS, and so does what is positive where its input is, such as
// GELU and swish; nwot_bw counts as the original code does. Two images with one pattern make K singular: theirs returns
// -inf, ours fails with a reason. Paper setting: 128 images.
//
// nwot:normalised = ln det (K / units + e I), e = 1e-5: K itself grows with the number of ReLUs, which on cells is much
// of the score. It has a value where two images share a pattern. No authors' value.
#include <Eigen/Cholesky>

#include "proxies/pattern_kernel.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_nwot() {
  Proxy proxy;
  proxy.name = "nwot";
  proxy.summary = "distinctness of activation patterns (log-determinant), each ReLU once";
  proxy.formula = "ln |det K|, K_ij = units - hamming(c_i, c_j)";
  proxy.citation = "Mellor et al., Neural Architecture Search without Training, ICML 2021, arXiv:2006.04647";
  proxy.sign = "authors'";
  proxy.golden = "equal (NASLib, AZ-NAS)";
  proxy.request = pattern_request();
  proxy.score = [](const Probe& probe) { return log_determinant(pattern_kernel(probe.patterns())); };

  Proxy normalised = proxy;
  normalised.name = "nwot:normalised";
  normalised.summary = "nwot that does not grow with the number of ReLUs";
  normalised.formula = "ln det (K / units + 1e-5 I)";
  normalised.golden = "none";
  normalised.score = [](const Probe& probe) {
    constexpr double kRidge = 1e-5;
    const PatternDistances& patterns = probe.patterns();
    if (patterns.units == 0) throw Degenerate("the network has no ReLU or its like");
    Eigen::MatrixXd kernel = pattern_kernel(patterns) / static_cast<double>(patterns.units);
    kernel.diagonal().array() += kRidge;
    const Eigen::LLT<Eigen::MatrixXd> factor(kernel);
    return finite(2.0 * factor.matrixLLT().diagonal().array().log().sum());
  };
  proxy.variants = {normalised};
  return proxy;
}

}  // namespace zeroth::proxies
