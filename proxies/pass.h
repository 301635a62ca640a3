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
  kLayerOutputs,     // forward 1: the outputs of convolutions and linear layers, kept
  kTapEntropies,     // forward 1: entropy of the spectrum of each tapped feature map
  kTapSteps,         // forward 1, one backward in steps from each tapped map to the one before
  kPerturbation,     // forward 1, forward of the first minibatch moved by 0.01 of the second
  kAbsoluteNormed,   // as absolute weights, with batch norm over the one image
  kLayerPatterns,    // forward of the first minibatch without batch statistics: signs of each layer's outputs
  kFullGradient,     // with the loss gradient: to batch norms and biases too
  kClassJacobian,    // forward 1, one backward for each class to the images
  kImageSigns,       // a forward of images normalised each by itself, one backward: signs of their loss gradients
  kImageKernel,      // the same forward and backward: Gram matrix of the loss gradients
  kTrueLogitRows,    // forward 1, one backward from the logits of the true classes, image by image
  kRunningKernel,    // a forward with running statistics, one backward: all images at once
  kUnitPatterns,     // forward 1: which images each unit of the ReLUs is on for, distinct ones
  kFirstImage,       // forward 1: the first image's feature map of every node, kept
  kCorrelations,     // forward 1: how far the channels of each of those maps are from linear dependence
  kCurve,            // forward of one image and its derivatives along a circle
  kSumGradient,      // forward 1, one backward from the sum of all outputs to the weights
  kTokenStatistics,  // forward 1: activations and attention of a transformer's layers
  kHiddenSpectrum,   // forward 1: eigenvalues of each feed-forward layer's hidden states
  kHessianForm,      // a forward, a backward and its derivative: weights times Hessian times gradient, one number
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

// Whether one of the passes reads the forward of the first minibatch.
bool shares_first_forward(PassSet passes);

// Why one of the passes cannot run on a network, in few words; empty where all can.
std::string obstacle(PassSet passes, const spaces::OpGraph& graph);

}  // namespace zeroth::proxies
