// gradsign: how far the images agree on the direction in which to change each weight.
//
// S = sum over weights of |sum_n sign(g_n)|, g_n the gradient of image n's cross-entropy, each image a minibatch of its
// own, normalised by its own statistics. Zhang and Jia, GradSign, ICLR 2022, arXiv:2110.08616.
// Sign: larger = better, the authors'. Cost: 1 forward + 1 backward of all images, each with its own statistics; the
// authors' code runs N of each. Authors' code: equal. Weights are those of convolutions and linear layers; the sum
// grows with their number. A map of one pixel leaves nothing once it is normalised by itself: layers in front of it
// have no gradient (theirs raises an error). gradsign:mean: the mean over weights, as in the copies in zero-cost-nas
// and AZ-NAS; it ranks networks differently.
#include "proxies/proxy.h"

namespace zeroth::proxies {

Proxy proxy_gradsign() {
  Proxy proxy;
  proxy.name = "gradsign";
  proxy.summary = "agreement of the signs of the images' loss gradients";
  proxy.formula = "sum_w |sum_n sign(dL_n/dw)|";
  proxy.citation = "Zhang and Jia, GradSign, ICLR 2022, arXiv:2110.08616";
  proxy.sign = "authors'";
  proxy.golden = "value * number of weights (AZ-NAS)";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kImageSigns});
  proxy.score = [](const Probe& probe) { return alive(probe.sign_agreement()); };

  Proxy mean = proxy;
  mean.name = "gradsign:mean";
  mean.summary = "the same, averaged over weights";
  mean.formula = "mean_w |sum_n sign(dL_n/dw)|";
  mean.golden = "equal (AZ-NAS)";
  mean.score = [](const Probe& probe) {
    int64_t weights = 0;
    for (const torch::Tensor& weight : probe.network().weights()) weights += weight.numel();
    return alive(probe.sign_agreement() / static_cast<double>(weights));
  };
  proxy.variants = {mean};
  return proxy;
}

}  // namespace zeroth::proxies
