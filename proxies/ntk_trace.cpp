// ntk_trace: how fast gradient descent moves the logits of the true classes.
//
// S = sqrt(trace(G G^T) / N), row n of G what image n's activations contribute, at each layer, to the gradient of the
// sum over images of their true class's logit: to the weights of convolutions and to the weight and bias of linear
// layers. He et al., RoBoT, ICLR 2024, arXiv:2403.07591; a metric of the family of Shu et al., NASI, ICLR 2022,
// arXiv:2109.00817. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward of our own.
// Authors' code: equal, batch norms not counted. Their papers mean the tangent kernel, row n the gradient of image n's
// logit. Without batch norm that is the same; with it the code's one backward pass mixes the images, and its rows add
// up to the gradient of the sum without each being the gradient of one logit. A dead network still learns its bias: 1.
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_ntk_trace() {
  Proxy proxy;
  proxy.name = "ntk_trace";
  proxy.summary = "trace of the tangent kernel of the true classes' logits";
  proxy.formula = "sqrt(sum_n |g_n|^2 / N), g_n image n's part in d(sum_n logit_n,y_n)/dw";
  proxy.citation = "He et al., RoBoT, ICLR 2024, arXiv:2403.07591";
  proxy.sign = "authors'";
  proxy.golden = "none: brute force";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kTrueLogitRows});
  proxy.score = [](const Probe& probe) { return alive(std::sqrt(probe.true_logit_square())); };
  return proxy;
}

}  // namespace zeroth::proxies
