#include "proxies/probe.h"

#include <chrono>

#include "core/error.h"
#include "proxies/channel_saliency.h"
#include "proxies/coupled_kernel.h"
#include "proxies/hidden_spectrum.h"
#include "proxies/sample_kernel.h"
#include "proxies/thin_codes.h"

namespace zeroth::proxies {
namespace {

using nn::Draw;
using nn::NodeResult;
using nn::Norm;
using spaces::OpKind;
using torch::Tensor;

class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total), start_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() { total_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  std::chrono::steady_clock::time_point start_;
};

const PassSet kOnFirstMinibatch = {
    Pass::kPatterns,      Pass::kInputJacobian, Pass::kLossGradient, Pass::kChannelSaliency, Pass::kHessianGradient,
    Pass::kCoupledKernel, Pass::kSampleKernel,  Pass::kSumGradient,  Pass::kTokenStatistics, Pass::kHiddenSpectrum};
const PassSet kNeedLossGradient = {Pass::kLossGradient, Pass::kChannelSaliency, Pass::kHessianGradient};
const PassSet kNeedAutograd = {Pass::kLossGradient,  Pass::kChannelSaliency, Pass::kHessianGradient,
                               Pass::kInputJacobian, Pass::kCoupledKernel,   Pass::kSumGradient};

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  return at::nll_loss(at::log_softmax(logits, 1), labels);
}

// ReLUs whose result a convolution reads.
std::vector<bool> relus_before_convolutions(const nn::Network& network) {
  const auto& nodes = network.graph().nodes();
  std::vector<bool> found(nodes.size(), false);
  for (const spaces::OpNode& node : nodes) {
    if (node.kind == OpKind::kConv2d) found[static_cast<size_t>(network.executed(node.operands[0]))] = true;
  }
  return found;
}

}  // namespace

void Probe::run(PassSet passes) {
  const at::AutoGradMode gradients(true);  // a worker thread starts with its own mode
  done_ |= passes;
  if (passes.has_any(kNeedLossGradient)) done_ |= {Pass::kLossGradient};
  if (passes.has_any(kOnFirstMinibatch)) run_first_minibatch(passes);
  if (passes.has(Pass::kHessianGradient)) run_hessian_gradient();
  if (passes.has(Pass::kSecondGradient)) run_second_gradient();
  if (passes.has(Pass::kAbsoluteWeights)) run_absolute_weights();
  if (passes.has(Pass::kThinCodes)) run_thin_codes();
}

void Probe::run_first_minibatch(PassSet passes) {
  const nn::Minibatch& batch = minibatches_.get(setting_, Draw::kFirst, repeat_);
  const bool autograd = passes.has_any(kNeedAutograd);
  const at::AutoGradMode gradients(autograd);
  Tensor images = batch.images.detach();
  if (passes.has(Pass::kInputJacobian)) images.set_requires_grad(true);

  const std::vector<bool> before_convolution = relus_before_convolutions(network_);
  const nn::Observer count_patterns = [&](const NodeResult& result) {
    if (network_.graph().nodes()[static_cast<size_t>(result.node)].kind != OpKind::kRelu) return;
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kPatterns)]);
    // input > 0 exactly where the ReLU's output is.
    patterns_.add(result.value, result.uses);
    if (before_convolution[static_cast<size_t>(result.node)]) convolution_patterns_.add(result.value, result.uses);
  };
  ChannelSaliency saliency(network_);
  SampleKernel sample_kernel(network_);
  const nn::Observer observe = [&](const NodeResult& result) {
    if (passes.has(Pass::kPatterns)) count_patterns(result);
    if (passes.has(Pass::kChannelSaliency)) saliency.observe(result);
    if (passes.has(Pass::kSampleKernel)) sample_kernel.observe(result);
    if (passes.has(Pass::kTokenStatistics)) {
      const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kTokenStatistics)]);
      token_statistics_.add(network_.graph(), result);
    }
    if (passes.has(Pass::kHiddenSpectrum)) {
      const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kHiddenSpectrum)]);
      add_hidden_spectrum(network_.graph(), result, hidden_spectra_);
    }
  };

  Tensor logits;
  {
    const Stopwatch watch(forward_seconds_);
    logits = network_.forward(images, Norm::kBatch, observe);
    ++count_.forwards;
  }
  for (const Pass pass : {Pass::kPatterns, Pass::kTokenStatistics, Pass::kHiddenSpectrum}) {
    forward_seconds_ -= seconds_[static_cast<size_t>(pass)];  // they ran within it
  }
  if (passes.has(Pass::kSampleKernel)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kSampleKernel)]);
    kernel_ = sample_kernel.backward();
    ++count_.backwards;
  }
  if (passes.has(Pass::kInputJacobian)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kInputJacobian)]);
    const Tensor jacobian =
        torch::autograd::grad({logits}, {images}, {torch::ones_like(logits)}, /*retain_graph=*/true)[0];
    ++count_.backwards;
    const Tensor rows = jacobian.reshape({setting_.batch, -1}).to(torch::kFloat64).contiguous();
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    input_jacobian_ = Eigen::Map<const RowMajor>(rows.data_ptr<double>(), rows.size(0), rows.size(1));
  }
  if (passes.has(Pass::kSumGradient)) run_sum_gradient(logits);
  if (passes.has(Pass::kCoupledKernel)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kCoupledKernel)]);
    kernel_ = coupled_kernel(logits, network_.weights_and_gains());
    count_.backwards += static_cast<int>(logits.size(0));
  }
  if (!passes.has_any(kNeedLossGradient)) return;

  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kLossGradient)]);
  saliency.start();
  loss_gradient_ = torch::autograd::grad({cross_entropy(logits, batch.labels)}, network_.weights(), {},
                                         /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.backwards;
  channel_saliency_ = saliency.stop();
}

void Probe::run_sum_gradient(const Tensor& outputs) {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kSumGradient)]);
  sum_gradient_ = torch::autograd::grad({outputs.sum()}, network_.weights(), {}, /*retain_graph=*/true,
                                        /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.backwards;
}

void Probe::run_hessian_gradient() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kHessianGradient)]);
  const nn::Minibatch& batch = minibatches_.get(setting_, Draw::kFirst, repeat_);
  const Tensor loss = cross_entropy(network_.forward_for_second_order(batch.images), batch.labels);
  const std::vector<Tensor> gradients = torch::autograd::grad({loss}, network_.weights(), {}, /*retain_graph=*/true,
                                                              /*create_graph=*/true, /*allow_unused=*/true);
  ++count_.forwards;
  ++count_.backwards;
  std::vector<Tensor> products;
  for (const Tensor& gradient : gradients) {
    if (gradient.defined() && gradient.requires_grad()) products.push_back((gradient.detach() * gradient).sum());
  }
  hessian_gradient_.resize(network_.weights().size());
  if (products.empty()) return;  // a dead network's gradient is a constant zero
  hessian_gradient_ = torch::autograd::grad({at::stack(products).sum()}, network_.weights(), {}, /*retain_graph=*/false,
                                            /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.backwards;
}

void Probe::run_second_gradient() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kSecondGradient)]);
  const nn::Minibatch& batch = minibatches_.get(setting_, Draw::kSecond, repeat_);
  const Tensor loss = cross_entropy(network_.forward(batch.images, Norm::kBatch), batch.labels);
  second_gradient_ = torch::autograd::grad({loss}, network_.weights(), {}, /*retain_graph=*/false,
                                           /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.forwards;
  ++count_.backwards;
}

void Probe::run_absolute_weights() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kAbsoluteWeights)]);
  // Values grow by orders of magnitude a layer: float32 overflows on deep networks.
  std::vector<Tensor> params;
  for (size_t i = 0; i < network_.params().size(); ++i) {
    const Tensor value = network_.params()[i].detach().abs().to(torch::kFloat64);
    const spaces::ParamRole role = network_.graph().params()[i].role;
    const bool weight = role == spaces::ParamRole::kConvWeight || role == spaces::ParamRole::kLinearWeight;
    params.push_back(value.set_requires_grad(weight));
    if (weight) absolute_weights_.push_back(value);
  }
  const spaces::FeatureShape& shape = network_.graph().nodes().front().shape;
  // A text of the same word all over is what an image of ones is to a text network.
  const Tensor ones = shape.tokens ? torch::ones({1, shape.height}, torch::kInt64)
                                   : torch::ones({1, shape.channels, shape.height, shape.width}, torch::kFloat64);
  const Tensor total = network_.forward_with(params, ones, Norm::kBypass).sum();
  absolute_gradient_ = torch::autograd::grad({total}, absolute_weights_, {}, /*retain_graph=*/false,
                                             /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.forwards;
  ++count_.backwards;
}

void Probe::run_thin_codes() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kThinCodes)]);
  const at::AutoGradMode gradients(false);
  for (const Draw draw : {Draw::kThin1, Draw::kThin2, Draw::kThin3}) {
    const auto codes = proxies::thin_codes(network_, minibatches_.get(setting_, draw, repeat_).images);
    thin_codes_.insert(thin_codes_.end(), codes.begin(), codes.end());
    ++count_.forwards;
  }
}

void Probe::require(Pass pass) const { ZEROTH_CHECK(done_.has(pass)); }

const std::vector<Tensor>& Probe::loss_gradient() const { return require(Pass::kLossGradient), loss_gradient_; }
const std::vector<Tensor>& Probe::second_gradient() const { return require(Pass::kSecondGradient), second_gradient_; }
const std::vector<Tensor>& Probe::hessian_gradient() const {
  return require(Pass::kHessianGradient), hessian_gradient_;
}
const std::vector<std::vector<double>>& Probe::channel_saliency() const {
  return require(Pass::kChannelSaliency), channel_saliency_;
}
const Eigen::MatrixXd& Probe::input_jacobian() const { return require(Pass::kInputJacobian), input_jacobian_; }
const std::vector<Tensor>& Probe::absolute_weights() const {
  return require(Pass::kAbsoluteWeights), absolute_weights_;
}
const std::vector<Tensor>& Probe::absolute_gradient() const {
  return require(Pass::kAbsoluteWeights), absolute_gradient_;
}
const PatternDistances& Probe::patterns() const { return require(Pass::kPatterns), patterns_; }
const PatternDistances& Probe::convolution_patterns() const { return require(Pass::kPatterns), convolution_patterns_; }
const Eigen::MatrixXd& Probe::kernel() const {
  ZEROTH_CHECK(done_.has_any({Pass::kCoupledKernel, Pass::kSampleKernel}));
  return kernel_;
}
const std::vector<Tensor>& Probe::sum_gradient() const { return require(Pass::kSumGradient), sum_gradient_; }
const TokenStatistics& Probe::token_statistics() const { return require(Pass::kTokenStatistics), token_statistics_; }
const std::vector<Eigen::VectorXd>& Probe::hidden_spectra() const {
  return require(Pass::kHiddenSpectrum), hidden_spectra_;
}
const std::vector<std::vector<uint64_t>>& Probe::thin_codes() const { return require(Pass::kThinCodes), thin_codes_; }

}  // namespace zeroth::proxies
