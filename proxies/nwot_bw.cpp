// nwot_bw: nwot as its authors' code counts the ReLUs.
//
// S = ln |det K|, K_ij = units that are equally on or off for images i and j, those in front of a convolution counted
// twice. Mellor et al., Neural Architecture Search without Training, ICML 2021, arXiv:2006.04647.
// Sign: larger = better, the authors'. Cost: 1 forward.
// Authors' code: equal. It hooks every module whose type name contains "ReLU", and on NAS-Bench-201 ReLUConvBN is one,
// so that the ReLU inside it counts again. Paper setting: 128 images.
#include "proxies/pattern_kernel.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_nwot_bw() {
  Proxy proxy;
  proxy.name = "nwot_bw";
  proxy.summary = "nwot with the ReLUs of convolution units counted twice, as the original code does";
  proxy.formula = "ln |det (K + K_conv)|";
  proxy.citation = "Mellor et al., Neural Architecture Search without Training, ICML 2021, arXiv:2006.04647";
  proxy.sign = "authors'";
  proxy.golden = "equal (nas-without-training)";
  proxy.request = pattern_request();
  proxy.score = [](const Probe& probe) {
    Eigen::MatrixXd kernel = pattern_kernel(probe.patterns());
    if (probe.convolution_patterns().units > 0) kernel += pattern_kernel(probe.convolution_patterns());
    return log_determinant(kernel);
  };
  return proxy;
}

}  // namespace zeroth::proxies
