// dextr: evenness of feature spectra and curvature of the output, in one number.
//
// S = a b / (a + b), a = ln(1 + sum over feature maps of the first image of smallest / largest singular value of
// (C, HW)), b = ln(1 + kappa), kappa = |v|^-3 sqrt(|v|^2 |w|^2 - (v w)^2) the extrinsic curvature of the logits' curve
// while the input goes round a random circle of radius 1, v and w its first and second derivative by the angle.
// Asthana et al., Dextr, TMLR 2025, arXiv:2508.12977; curvature: Poole et al., NeurIPS 2016, arXiv:1606.05340.
// Sign: larger = better, the authors'. Cost: 1 forward, and a forward of one image with two derivatives in float64.
// Authors' code (its NAS-Bench-201 script): a counts a map as often as modules return it, and logits and pooled
// features, one column each, count 1 for each module. The circle is one point, angle 0, of a grid of one, and so here;
// they draw it unseeded, on 64 x 64 pixels whatever the image size; here it is seeded and of the image's size, the same
// for all architectures. Where the curvature fails theirs returns a alone, which ranks above every network that has
// both (its NASLib copy returns 12345 on any exception); here that is a failure with a reason. Maps come from the
// minibatch's first image. Paper setting: one image.
#include <algorithm>
#include <cmath>

#include "proxies/first_image.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

// Smallest over largest singular value; 0 for zeros.
double singular_ratio(const Eigen::MatrixXd& map) {
  if (map.cwiseAbs().maxCoeff() == 0.0) return 0.0;
  const Eigen::VectorXd squares = squared_singular_values(map);
  return std::sqrt(std::max(squares.minCoeff(), 0.0) / squares.maxCoeff());
}

}  // namespace

Proxy proxy_dextr() {
  Proxy proxy;
  proxy.name = "dextr";
  proxy.summary = "evenness of feature spectra with the curvature of the output along a circle";
  proxy.formula = "a b / (a + b), a = ln(1 + sum over modules of s_min / s_max), b = ln(1 + kappa)";
  proxy.citation = "Asthana et al., Dextr, TMLR 2025, arXiv:2508.12977";
  proxy.sign = "authors'";
  proxy.golden = "none: the authors' circle is unseeded";
  proxy.request = needs({Pass::kFirstImage, Pass::kCurve}, [](nn::Setting& paper) { paper.batch = 1; });
  proxy.score = [](const Probe& probe) {
    if (!probe.curvature()) throw Degenerate("the logits do not move along the circle");
    double ratios = 0.0;
    for (const FirstMap& map : probe.first_image()) {
      if (map.modules > 0) ratios += map.modules * singular_ratio(map.map);
    }
    const double a = std::log1p(ratios), b = std::log1p(*probe.curvature());
    return alive(a * b / (a + b));
  };
  return proxy;
}

}  // namespace zeroth::proxies
