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
#include "proxies/perturbation.h"
#include "proxies/sample_gradients.h"
#include "proxies/taps.h"
#include "proxies/token_statistics.h"
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
  bool ran(Pass pass) const { return done_.has(pass); }
  // Of the first minibatch (N), for a proxy whose passes read that.
  const torch::Tensor& labels() const;

  // What a pass found. Reading the result of a pass that was not asked for is a bug.
  // Gradients of the loss (nn/loss.h), one for each of network().weights(); undefined where the loss does not depend
  // on the weight.
  const std::vector<torch::Tensor>& loss_gradient() const;
  const std::vector<torch::Tensor>& second_gradient() const;  // on the second minibatch
  // Of the same loss as loss_gradient(), one for each of network().params().
  const std::vector<torch::Tensor>& full_gradient() const;
  // The Hessian of the loss times its gradient, likewise.
  const std::vector<torch::Tensor>& hessian_gradient() const;
  // w' H g over weights(): g is the gradient of the loss, H its Hessian.
  double hessian_form() const;
  // For each convolution and linear layer: by output channel, half the mean over images of the squared sum over
  // positions of activation times gradient (Fisher pruning's saliency). Empty where no gradient arrives.
  const std::vector<std::vector<double>>& channel_saliency() const;
  // Gradient of the sum of all logits to the images: (N, C * H * W).
  const Eigen::MatrixXd& input_jacobian() const;
  // |w| of each of network().weights() in float64, and the gradient of the sum of logits to it.
  const std::vector<torch::Tensor>& absolute_weights() const;
  const std::vector<torch::Tensor>& absolute_gradient() const;
  const std::vector<torch::Tensor>& absolute_normed_gradient() const;  // with batch norm over the one image
  // All ReLUs of the network on the first minibatch; and only those in front of a convolution.
  const PatternDistances& patterns() const;
  const PatternDistances& convolution_patterns() const;
  // By convolution and linear layer: which of its outputs are positive, in the network with running statistics.
  const std::vector<PatternDistances>& layer_patterns() const;
  // Of the graph's tapped feature maps, and of the ways back from each to the one before.
  const std::vector<double>& tap_entropies() const;
  const std::vector<TapStep>& tap_steps() const;
  const Perturbation& perturbation() const;
  // Gram matrix (N, N) of the images' gradients of their logit sums, over weights and batch norm gains.
  const Eigen::MatrixXd& kernel() const;
  // Outputs (N, C, H, W) or (N, C) of convolutions and linear layers on the first minibatch, one for each of
  // network().weights().
  const std::vector<torch::Tensor>& layer_outputs() const;
  // Sum over classes of the squared norm of a class's input Jacobian, over the number of images. That Jacobian is the
  // gradient of the sum over images of the class's logits to all images.
  double class_jacobian_square() const;
  // Of the gradients of each image's cross-entropy to weights() where batch norms normalise each image by itself: sum
  // over weights of how far their signs agree, |images with a gradient above 0 - images with one below|.
  double sign_agreement() const;
  // Their Gram matrix (N, N).
  const Eigen::MatrixXd& image_kernel() const;
  // The gradient of the sum over images of their true class's logit, taken apart into what each image's activations
  // give to weights() and linear biases: mean over images of the squared norm.
  double true_logit_square() const;
  // Like kernel(), in a network whose batch norms use the running statistics.
  const Eigen::MatrixXd& running_kernel() const;
  // Over all ReLUs on feature maps (N, C, H, W).
  int64_t distinct_unit_patterns() const;
  // Of every executed node but the input, in order.
  const std::vector<FirstMap>& first_image() const;
  const std::vector<ChannelCorrelation>& channel_correlations() const;
  // Extrinsic curvature of the logits along a circle of inputs (proxies/curve.h); none where they do not move.
  const std::optional<double>& curvature() const;
  // Gradients of the sum of all outputs, one for each of network().weights(); undefined where they do not depend on it.
  const std::vector<torch::Tensor>& sum_gradient() const;
  const TokenStatistics& token_statistics() const;
  // By feed-forward layer: see proxies/hidden_spectrum.h.
  const std::vector<Eigen::VectorXd>& hidden_spectra() const;
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
  struct Watchers;  // of the forward of the first minibatch
  void run_first_minibatch(PassSet passes);
  torch::Tensor loss(const torch::Tensor& outputs, nn::Draw draw) const;
  void keep_layer_output(const nn::NodeResult& result);
  void run_coupled_kernel(const torch::Tensor& logits);
  void run_taps(PassSet passes, const Watchers& watchers);
  void run_loss_gradient(bool full, const torch::Tensor& value, Watchers& watchers);
  void run_perturbation(const Watchers& watchers);
  void run_sample_gradients(PassSet passes, SampleGradients& gradients, const torch::Tensor& logits);
  void run_jacobians(PassSet passes, const torch::Tensor& logits, const torch::Tensor& images);
  void run_image_gradients(PassSet passes);
  void run_running_kernel();
  void observe_maps(PassSet passes, const nn::NodeResult& result);
  void observe_tokens(PassSet passes, const nn::NodeResult& result);
  void run_sum_gradient(const torch::Tensor& outputs);
  void run_hessian_gradient();
  void run_hessian_form();
  void run_second_gradient();
  void run_absolute_weights(PassSet passes);
  void run_layer_patterns();
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

  std::vector<torch::Tensor> loss_gradient_, full_gradient_, second_gradient_, hessian_gradient_;
  double hessian_form_ = 0.0;
  std::vector<torch::Tensor> absolute_weights_, absolute_gradient_, absolute_normed_gradient_, layer_outputs_;
  std::vector<torch::Tensor> sum_gradient_;
  std::vector<std::vector<double>> channel_saliency_;
  Eigen::MatrixXd input_jacobian_, kernel_, image_kernel_, running_kernel_;
  double class_jacobian_square_ = 0.0, sign_agreement_ = 0.0, true_logit_square_ = 0.0;
  PatternDistances patterns_, convolution_patterns_;
  std::vector<PatternDistances> layer_patterns_;
  std::vector<double> tap_entropies_;
  std::vector<TapStep> tap_steps_;
  Perturbation perturbation_;
  std::vector<std::vector<uint64_t>> thin_codes_;
  UnitPatterns unit_patterns_;
  std::vector<int> modules_;  // by executed node
  std::vector<bool> distinct_maps_;
  std::vector<FirstMap> first_image_;
  std::vector<ChannelCorrelation> channel_correlations_;
  std::optional<double> curvature_;
  TokenStatistics token_statistics_;
  std::vector<Eigen::VectorXd> hidden_spectra_;
};

}  // namespace zeroth::proxies
