// kgm: the mean of the gradient kernel.
//
// S = 1/N^2 sum over all pairs of images of <g_n, g_m>, g_n the gradient of image n's cross-entropy to the weights of
// convolutions and linear layers. The mean of all inner products is the squared norm of the mean, and the mean of g is
// the gradient of the minibatch's loss: S = sum over layers of |dL/dW|^2. Xu et al., KNAS, ICML 2021,
// arXiv:2111.13293, where it is called MGM. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward, which
// grad_norm shares: no kernel need be built.
// Authors' code differs: it takes 50 minibatches at the initial weights and keeps the first 100 gradient elements of at
// most 11 tensors; for each element it multiplies the centred values of the first 25 minibatches with those of the last
// 25 and adds all up over 2,500: a covariance of gradients across minibatches, blind to most of the network.
#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {

Proxy proxy_kgm() {
  Proxy proxy;
  proxy.name = "kgm";
  proxy.summary = "mean of the Gram matrix of the images' loss gradients";
  proxy.formula = "mean_nm <g_n, g_m> = sum_l |dL/dW_l|^2";
  proxy.citation = "Xu et al., KNAS, ICML 2021, arXiv:2111.13293";
  proxy.sign = "authors'";
  proxy.golden = "none: brute force";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kLossGradient});
  proxy.score = [](const Probe& probe) {
    double square = 0.0;
    for (const torch::Tensor& gradient : probe.loss_gradient())
      square += sum_over(gradient, [](double g) { return g * g; });
    return alive(square);
  };
  return proxy;
}

}  // namespace zeroth::proxies
