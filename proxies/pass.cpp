#include "proxies/pass.h"

namespace zeroth::proxies {

const std::vector<Pass>& all_passes() {
  static const std::vector<Pass> passes = {
      Pass::kPatterns,        Pass::kInputJacobian,  Pass::kLossGradient,    Pass::kChannelSaliency,
      Pass::kHessianGradient, Pass::kSecondGradient, Pass::kAbsoluteWeights, Pass::kCoupledKernel,
      Pass::kSampleKernel,    Pass::kThinCodes,      Pass::kUnitPatterns,    Pass::kFirstImage,
      Pass::kCorrelations,    Pass::kCurve,
  };
  return passes;
}

std::string_view name_of(Pass pass) {
  static const std::vector<std::string_view> names = {
      "patterns",         "input_jacobian", "loss_gradient", "channel_saliency", "hessian_gradient", "second_gradient",
      "absolute_weights", "coupled_kernel", "sample_kernel", "thin_codes",       "unit_patterns",    "first_image",
      "correlations",     "curve",
  };
  return names[static_cast<size_t>(pass)];
}

}  // namespace zeroth::proxies
