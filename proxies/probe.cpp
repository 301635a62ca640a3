#include "proxies/probe.h"

#include <chrono>

#include "core/error.h"
#include "proxies/channel_saliency.h"
#include "proxies/coupled_kernel.h"
#include "proxies/curve.h"
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
    Pass::kCoupledKernel, Pass::kSampleKernel,  Pass::kUnitPatterns, Pass::kFirstImage,      Pass::kCorrelations};
// What is done while the forward runs, and timed by itself.
const std::vector<Pass> kInsideForward = {Pass::kPatterns, Pass::kUnitPatterns, Pass::kFirstImage, Pass::kCorrelations};
const PassSet kNeedLossGradient = {Pass::kLossGradient, Pass::kChannelSaliency, Pass::kHessianGradient};
const PassSet kNeedAutograd = {Pass::kLossGradient, Pass::kChannelSaliency, Pass::kHessianGradient,
                               Pass::kInputJacobian, Pass::kCoupledKernel};

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
  if (passes.has(Pass::kCurve)) run_curve();
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
    observe_maps(passes, result);
  };

  Tensor logits;
  {
    const Stopwatch watch(forward_seconds_);
    logits = network_.forward(images, Norm::kBatch, observe);
    ++count_.forwards;
  }
  for (const Pass pass : kInsideForward) forward_seconds_ -= seconds_[static_cast<size_t>(pass)];
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

void Probe::observe_maps(PassSet passes, const NodeResult& result) {
  const auto node = static_cast<size_t>(result.node);
  const OpKind kind = network_.graph().nodes()[node].kind;
  if (passes.has(Pass::kUnitPatterns) && kind == OpKind::kRelu && result.value.dim() == 4) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kUnitPatterns)]);
    unit_patterns_.add(result.value);
  }
  if (kind == OpKind::kInput) return;
  if (modules_.empty()) modules_ = returning_modules(network_);
  if (passes.has(Pass::kFirstImage)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kFirstImage)]);
    first_image_.push_back({result.node, modules_[node], first_map(result.value)});
  }
  if (passes.has(Pass::kCorrelations)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kCorrelations)]);
    if (distinct_maps_.empty()) distinct_maps_ = distinct_maps(network_.graph());
    const double smallest = smallest_correlation_eigenvalue(first_map(result.value));
    channel_correlations_.push_back({result.node, modules_[node], distinct_maps_[node], smallest});
  }
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
  const spaces::NetShape& shape = setting_.shape;
  const Tensor ones = torch::ones({1, shape.input_channels, shape.resolution, shape.resolution}, torch::kFloat64);
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

void Probe::run_curve() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kCurve)]);
  const CurvePoint point = circle_point(network_.graph().nodes().front().shape, stream("circle", 0));
  curvature_ = extrinsic_curvature(curve_point(network_, point));
  ++count_.forwards;
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
int64_t Probe::distinct_unit_patterns() const { return require(Pass::kUnitPatterns), unit_patterns_.distinct(); }
const std::vector<FirstMap>& Probe::first_image() const { return require(Pass::kFirstImage), first_image_; }
const std::vector<ChannelCorrelation>& Probe::channel_correlations() const {
  return require(Pass::kCorrelations), channel_correlations_;
}
const std::optional<double>& Probe::curvature() const { return require(Pass::kCurve), curvature_; }
const std::vector<std::vector<uint64_t>>& Probe::thin_codes() const { return require(Pass::kThinCodes), thin_codes_; }

}  // namespace zeroth::proxies
