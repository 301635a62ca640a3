#include "proxies/pass.h"

namespace zeroth::proxies {

const std::vector<Pass>& all_passes() {
  static const std::vector<Pass> passes = {
      Pass::kPatterns,        Pass::kInputJacobian,  Pass::kLossGradient,    Pass::kChannelSaliency,
      Pass::kHessianGradient, Pass::kSecondGradient, Pass::kAbsoluteWeights, Pass::kCoupledKernel,
      Pass::kSampleKernel,    Pass::kThinCodes,      Pass::kLayerOutputs,    Pass::kTapEntropies,
      Pass::kTapSteps,        Pass::kPerturbation,   Pass::kAbsoluteNormed,  Pass::kLayerPatterns,
      Pass::kFullGradient,    Pass::kClassJacobian,  Pass::kImageSigns,      Pass::kImageKernel,
      Pass::kTrueLogitRows,   Pass::kRunningKernel,  Pass::kUnitPatterns,    Pass::kFirstImage,
      Pass::kCorrelations,    Pass::kCurve,
  };
  return passes;
}

std::string_view name_of(Pass pass) {
  static const std::vector<std::string_view> names = {
      "patterns",        "input_jacobian",   "loss_gradient",  "channel_saliency", "hessian_gradient",
      "second_gradient", "absolute_weights", "coupled_kernel", "sample_kernel",    "thin_codes",
      "layer_outputs",   "tap_entropies",    "tap_steps",      "perturbation",     "absolute_normed",
      "layer_patterns",  "full_gradient",    "class_jacobian", "image_signs",      "image_kernel",
      "true_logit_rows", "running_kernel",   "unit_patterns",  "first_image",      "correlations",
      "curve",
  };
  return names[static_cast<size_t>(pass)];
}

}  // namespace zeroth::proxies
