#include "proxies/pass.h"

#include <algorithm>

namespace zeroth::proxies {

const std::vector<Pass>& all_passes() {
  static const std::vector<Pass> passes = {
      Pass::kPatterns,        Pass::kInputJacobian,  Pass::kLossGradient,    Pass::kChannelSaliency,
      Pass::kHessianGradient, Pass::kSecondGradient, Pass::kAbsoluteWeights, Pass::kCoupledKernel,
      Pass::kSampleKernel,    Pass::kThinCodes,      Pass::kLayerOutputs,    Pass::kTapEntropies,
      Pass::kTapSteps,        Pass::kPerturbation,   Pass::kAbsoluteNormed,  Pass::kLayerPatterns,
      Pass::kFullGradient,    Pass::kClassJacobian,  Pass::kImageSigns,      Pass::kImageKernel,
      Pass::kTrueLogitRows,   Pass::kRunningKernel,  Pass::kUnitPatterns,    Pass::kFirstImage,
      Pass::kCorrelations,    Pass::kCurve,          Pass::kSumGradient,     Pass::kTokenStatistics,
      Pass::kHiddenSpectrum,  Pass::kHessianForm,
  };
  return passes;
}

std::string_view name_of(Pass pass) {
  static const std::vector<std::string_view> names = {
      "patterns",        "input_jacobian",   "loss_gradient",    "channel_saliency", "hessian_gradient",
      "second_gradient", "absolute_weights", "coupled_kernel",   "sample_kernel",    "thin_codes",
      "layer_outputs",   "tap_entropies",    "tap_steps",        "perturbation",     "absolute_normed",
      "layer_patterns",  "full_gradient",    "class_jacobian",   "image_signs",      "image_kernel",
      "true_logit_rows", "running_kernel",   "unit_patterns",    "first_image",      "correlations",
      "curve",           "sum_gradient",     "token_statistics", "hidden_spectrum",  "hessian_form",
  };
  return names[static_cast<size_t>(pass)];
}

bool shares_first_forward(PassSet passes) {
  const PassSet apart = {Pass::kSecondGradient, Pass::kAbsoluteWeights, Pass::kAbsoluteNormed, Pass::kThinCodes,
                         Pass::kLayerPatterns,  Pass::kImageSigns,      Pass::kImageKernel,    Pass::kRunningKernel,
                         Pass::kCurve,          Pass::kHessianForm,     Pass::kHessianGradient};
  return !passes.without(apart).empty();
}

namespace {

bool shares_parameters(const spaces::OpGraph& graph) {
  size_t used = 0;
  for (const spaces::OpNode& node : graph.nodes()) used += node.params.size();
  return used > graph.params().size();
}

}  // namespace

std::string obstacle(PassSet passes, const spaces::OpGraph& graph) {
  const PassSet to_images = {Pass::kInputJacobian, Pass::kClassJacobian, Pass::kCurve, Pass::kPerturbation};
  const PassSet by_image = {Pass::kSampleKernel, Pass::kTrueLogitRows, Pass::kImageSigns, Pass::kImageKernel,
                            Pass::kRunningKernel};
  const PassSet of_maps = {Pass::kFirstImage, Pass::kCorrelations, Pass::kTapEntropies, Pass::kTapSteps,
                           Pass::kLayerPatterns};
  if (passes.has_any(to_images) && graph.nodes().front().shape.tokens) return "words have no gradient";
  const bool transformer = std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const spaces::OpNode& node) {
    return node.shape.tokens || node.kind == spaces::OpKind::kLayerNorm;
  });
  if (passes.has_any(by_image) && shares_parameters(graph)) return "parameters are shared";
  if (!transformer) return "";
  if (passes.has_any(by_image)) return "gradients by image are for convolutions";
  return passes.has_any(of_maps) ? "measures of feature maps are for convolutions" : "";
}

}  // namespace zeroth::proxies
