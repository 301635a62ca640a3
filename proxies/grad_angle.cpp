// grad_angle: how well the images agree on the direction of descent.
//
// S = mean over images n of cos(u_n, m), u_n = g_n / |g_n|, m the mean of u, g_n the gradient of image n's
// cross-entropy to the weights of convolutions and linear layers, each image a minibatch of its own, normalised by its
// own statistics. That is |m|, the root of the mean of all cosines <u_i, u_j>. Wei et al., Auto-Prox, AAAI 2024,
// arXiv:2312.09059, whose list of proxies has it. Sign: their value as it is; their search decides what it is good for.
// Cost: 1 forward + 1 backward of all images, which gradsign shares; the authors' code runs N of each.
// Authors' code: equal; an image without gradient gives nan there and fails here.
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_grad_angle() {
  Proxy proxy;
  proxy.name = "grad_angle";
  proxy.summary = "mean cosine of the images' loss gradients to their mean direction";
  proxy.formula = "mean_n cos(u_n, mean u), u_n = g_n / |g_n|";
  proxy.citation = "Wei et al., Auto-Prox, AAAI 2024, arXiv:2312.09059";
  proxy.sign = "authors' value";
  proxy.golden = "none: brute force";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kImageKernel});
  proxy.score = [](const Probe& probe) {
    const Eigen::VectorXd norms = probe.image_kernel().diagonal().cwiseSqrt();
    if (!(norms.minCoeff() > 0.0)) throw Degenerate("the loss of an image does not depend on the weights");
    const Eigen::VectorXd inverse = norms.cwiseInverse() / static_cast<double>(norms.size());
    const double square = inverse.dot(probe.image_kernel() * inverse);
    if (!(square > 0.0)) throw Degenerate("the images' gradients cancel");
    return finite(std::sqrt(square));
  };
  return proxy;
}

}  // namespace zeroth::proxies
