#include "proxies/pass.h"

#include <algorithm>

namespace zeroth::proxies {

const std::vector<Pass>& all_passes() {
  static const std::vector<Pass> passes = {
      Pass::kPatterns,        Pass::kInputJacobian,  Pass::kLossGradient,    Pass::kChannelSaliency,
      Pass::kHessianGradient, Pass::kSecondGradient, Pass::kAbsoluteWeights, Pass::kCoupledKernel,
      Pass::kSampleKernel,    Pass::kThinCodes,      Pass::kSumGradient,     Pass::kTokenStatistics,
      Pass::kHiddenSpectrum,
  };
  return passes;
}

std::string_view name_of(Pass pass) {
  static const std::vector<std::string_view> names = {
      "patterns",        "input_jacobian",   "loss_gradient",   "channel_saliency", "hessian_gradient",
      "second_gradient", "absolute_weights", "coupled_kernel",  "sample_kernel",    "thin_codes",
      "sum_gradient",    "token_statistics", "hidden_spectrum",
  };
  return names[static_cast<size_t>(pass)];
}

std::string obstacle(PassSet passes, const spaces::OpGraph& graph) {
  const spaces::OpNode& input = graph.nodes().front();
  if (passes.has(Pass::kInputJacobian) && input.shape.tokens) return "words have no gradient";
  const bool transformer = std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const spaces::OpNode& node) {
    return node.shape.tokens || node.kind == spaces::OpKind::kLayerNorm || node.kind == spaces::OpKind::kGelu;
  });
  if (passes.has(Pass::kSampleKernel) && transformer) return "the kernel of frozen statistics is for convolutions";
  return "";
}

}  // namespace zeroth::proxies
