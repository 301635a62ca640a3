// One freshly initialised network, and what its passes found. A proxy only reads.
#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <vector>

#include "nn/minibatch.h"
#include "nn/network.h"
#include "nn/setting.h"
#include "proxies/first_image.h"
#include "proxies/pass.h"
#include "proxies/patterns.h"
#include "proxies/unit_patterns.h"

namespace zeroth::proxies {

// How often the network ran, over all passes; a coupled kernel's backwards count one by one.
struct PassCount {
  int forwards = 0;
  int backwards = 0;
};

class Probe {
 public:
  Probe(const nn::Network& network, const nn::Setting& setting, const nn::MinibatchStore& minibatches, int repeat)
      : network_(network), setting_(setting), minibatches_(minibatches), repeat_(repeat) {}

  // Runs the passes; afterwards their results can be read.
  void run(PassSet passes);

  const nn::Network& network() const { return network_; }

  // What a pass found. Reading the result of a pass that was not asked for is a bug.
  // Gradients of the mean cross-entropy, one for each of network().weights(); undefined where the loss does not depend
  // on the weight.
  const std::vector<torch::Tensor>& loss_gradient() const;
  const std::vector<torch::Tensor>& second_gradient() const;  // on the second minibatch
  // The Hessian of the loss times its gradient, likewise.
  const std::vector<torch::Tensor>& hessian_gradient() const;
  // For each convolution and linear layer: by output channel, half the mean over images of the squared sum over
  // positions of activation times gradient (Fisher pruning's saliency). Empty where no gradient arrives.
  const std::vector<std::vector<double>>& channel_saliency() const;
  // Gradient of the sum of all logits to the images: (N, C * H * W).
  const Eigen::MatrixXd& input_jacobian() const;
  // |w| of each of network().weights() in float64, and the gradient of the sum of logits to it.
  const std::vector<torch::Tensor>& absolute_weights() const;
  const std::vector<torch::Tensor>& absolute_gradient() const;
  // All ReLUs of the network on the first minibatch; and only those in front of a convolution.
  const PatternDistances& patterns() const;
  const PatternDistances& convolution_patterns() const;
  // Gram matrix (N, N) of the images' gradients of their logit sums, over weights and batch norm gains.
  const Eigen::MatrixXd& kernel() const;
  // Over all ReLUs on feature maps (N, C, H, W).
  int64_t distinct_unit_patterns() const;
  // Of every executed node but the input, in order.
  const std::vector<FirstMap>& first_image() const;
  const std::vector<ChannelCorrelation>& channel_correlations() const;
  // Extrinsic curvature of the logits along a circle of inputs (proxies/curve.h); none where they do not move.
  const std::optional<double>& curvature() const;
  // Codes of all images of the thin network's three minibatches.
  const std::vector<std::vector<uint64_t>>& thin_codes() const;

  // Random numbers for what a proxy draws itself: a function of the run's seed, the repeat and these alone.
  core::Stream stream(std::string_view purpose, uint32_t index) const {
    return minibatches_.source().stream(purpose, repeat_, index);
  }

  const PassCount& count() const { return count_; }
  double seconds(Pass pass) const { return seconds_[static_cast<size_t>(pass)]; }
  // Of the forward that the passes on the first minibatch share.
  double forward_seconds() const { return forward_seconds_; }

 private:
  void run_first_minibatch(PassSet passes);
  void observe_maps(PassSet passes, const nn::NodeResult& result);
  void run_hessian_gradient();
  void run_second_gradient();
  void run_absolute_weights();
  void run_thin_codes();
  void run_curve();
  void require(Pass pass) const;

  const nn::Network& network_;
  const nn::Setting& setting_;
  const nn::MinibatchStore& minibatches_;
  const int repeat_;

  PassSet done_;
  PassCount count_;
  std::array<double, kPassCount> seconds_{};
  double forward_seconds_ = 0.0;

  std::vector<torch::Tensor> loss_gradient_, second_gradient_, hessian_gradient_, absolute_weights_, absolute_gradient_;
  std::vector<std::vector<double>> channel_saliency_;
  Eigen::MatrixXd input_jacobian_, kernel_;
  PatternDistances patterns_, convolution_patterns_;
  std::vector<std::vector<uint64_t>> thin_codes_;
  UnitPatterns unit_patterns_;
  std::vector<int> modules_;  // by executed node
  std::vector<bool> distinct_maps_;
  std::vector<FirstMap> first_image_;
  std::vector<ChannelCorrelation> channel_correlations_;
  std::optional<double> curvature_;
};

}  // namespace zeroth::proxies
