// dss: diversity of attention and saliency of the rest, without data.
//
// S = sum over attention layers of ||W||_* ||G||_* + sum over feed-forward layers and the classifier of sum |w g|,
// ||.||_* the nuclear norm and G = dR/dW, R the sum of outputs for an image of ones through the network with |w| in
// place of all parameters. Layer norms and GELU stay as they are; a batch norm would be left out. Query, key and value
// are one matrix. Zhou et al., Training-Free Transformer Architecture Search (TF-TAS), CVPR 2022, arXiv:2203.12217.
// Sign: larger = better, the authors'. Cost: 1 forward + 1 backward of one image in float64, shared with synflow, and
// four singular value decompositions a block.
// Authors' code: equal but for its float32. Its collector asks whether a layer is linear and whether it has 1000
// outputs, so that the classifier of ImageNet counts twice; one of another size counts once, as a feed-forward layer.
// dss:fixed counts every layer once. The patch embedding's weight is never asked for, though a rule for it is there.
// The two kinds of terms have no common scale.
#include "proxies/proxy.h"
#include "proxies/transformer_layers.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;
using spaces::OpNode;
using spaces::Role;
using torch::Tensor;

// Diversity of the layers that compute the queries, keys and values of an attention, stacked to one matrix.
double projections_diversity(const Probe& probe, const OpNode& context) {
  const OpNode& scores = probe.network().graph().nodes()[static_cast<size_t>(context.operands[0])];
  std::vector<Tensor> weights, gradients;
  for (const int layer : {scores.operands[0], scores.operands[1], context.operands[1]}) {
    const int number = probe.network().layer(layer);
    if (number < 0) continue;
    const auto index = static_cast<size_t>(number);
    weights.push_back(probe.absolute_weights()[index].detach());
    const Tensor& gradient = probe.absolute_gradient()[index];
    gradients.push_back(gradient.defined() ? gradient : at::zeros_like(weights.back()));
  }
  return weights.empty() ? 0.0 : diversity(at::cat(weights), at::cat(gradients));
}

double score(const Probe& probe, bool thousand_classes_twice) {
  const auto& nodes = probe.network().graph().nodes();
  double sum = 0.0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const OpNode& node = nodes[i];
    if (node.kind == OpKind::kAttentionContext) sum += projections_diversity(probe, node);
    const int number = probe.network().layer(static_cast<int>(i));
    if (number < 0) continue;
    const Tensor& weight = probe.absolute_weights()[static_cast<size_t>(number)];
    const Tensor& gradient = probe.absolute_gradient()[static_cast<size_t>(number)];
    const double times = thousand_classes_twice && node.shape.channels == 1000 ? 2.0 : 1.0;
    if (node.role == Role::kAttentionOutput) sum += diversity(weight, gradient);
    if (node.role == Role::kFeedForward) sum += saliency(weight, gradient);
    if (node.role == Role::kClassifier) sum += times * saliency(weight, gradient);
  }
  return alive(sum);
}

}  // namespace

Proxy proxy_dss() {
  Proxy proxy;
  proxy.name = "dss";
  proxy.summary = "diversity of attention and saliency of the rest, without data";
  proxy.formula =
      "sum_attention ||W||_* ||dR/dW||_* + sum_others sum |w dR/dw|, R = sum of outputs of |w|-network for ones";
  proxy.citation = "Zhou et al., TF-TAS, CVPR 2022, arXiv:2203.12217";
  proxy.sign = "authors'";
  proxy.golden = "none";
  proxy.networks = "with attention";
  proxy.unsuited = without_attention;
  proxy.request = needs({Pass::kAbsoluteWeights});
  proxy.score = [](const Probe& probe) { return score(probe, /*thousand_classes_twice=*/true); };

  Proxy fixed = proxy;
  fixed.name = "dss:fixed";
  fixed.summary = "dss with every layer counted once";
  fixed.score = [](const Probe& probe) { return score(probe, /*thousand_classes_twice=*/false); };
  proxy.variants = {fixed};
  return proxy;
}

}  // namespace zeroth::proxies
