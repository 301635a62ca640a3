// Passes: the expensive things that are done to a network. A proxy says which it needs; equal passes of all chosen
// proxies are run once, and those of one minibatch share its forward.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::proxies {

enum class Pass : uint32_t {
  kPatterns,         // forward 1: which units of each ReLU are on, for each image
  kInputJacobian,    // forward 1, one backward from the sum of all logits to the images
  kLossGradient,     // forward 1, one backward from the cross-entropy to the weights
  kChannelSaliency,  // with the loss gradient: activation times gradient of each convolution's output
  kHessianGradient,  // loss gradient, then its derivative along itself (double backward)
  kSecondGradient,   // forward and backward on the second minibatch
  kAbsoluteWeights,  // forward and backward of one all-ones image through |w|, without batch norm, float64
  kCoupledKernel,    // forward 1, one backward for each image: batch statistics couple the images
  kSampleKernel,     // forward 1, one backward with its statistics frozen: all images at once
  kThinCodes,        // three forwards of the thin network
  kSumGradient,      // forward 1, one backward from the sum of all outputs to the weights
  kTokenStatistics,  // forward 1: activations and attention of a transformer's layers
  kHiddenSpectrum,   // forward 1: eigenvalues of each feed-forward layer's hidden states
};
inline constexpr size_t kPassCount = 32;  // at most

class PassSet {
 public:
  PassSet() = default;
  PassSet(std::initializer_list<Pass> passes) {
    for (const Pass pass : passes) bits_ |= bit(pass);
  }
  bool has(Pass pass) const { return (bits_ & bit(pass)) != 0; }
  bool has_any(PassSet other) const { return (bits_ & other.bits_) != 0; }
  bool empty() const { return bits_ == 0; }
  PassSet& operator|=(PassSet other) {
    bits_ |= other.bits_;
    return *this;
  }
  PassSet without(PassSet other) const {
    PassSet rest = *this;
    rest.bits_ &= ~other.bits_;
    return rest;
  }
  friend bool operator==(PassSet a, PassSet b) { return a.bits_ == b.bits_; }

 private:
  static uint32_t bit(Pass pass) { return uint32_t{1} << static_cast<uint32_t>(pass); }
  uint32_t bits_ = 0;
};

// All passes in the order of the enumerators, and their names in tables: "loss_gradient".
const std::vector<Pass>& all_passes();
std::string_view name_of(Pass pass);

// Why one of the passes cannot run on a network, in few words; empty where all can.
std::string obstacle(PassSet passes, const spaces::OpGraph& graph);

}  // namespace zeroth::proxies
