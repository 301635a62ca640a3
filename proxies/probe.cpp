#include "proxies/probe.h"

#include "core/error.h"
#include "nn/loss.h"
#include "proxies/channel_saliency.h"
#include "proxies/coupled_kernel.h"
#include "proxies/hidden_spectrum.h"
#include "proxies/reduce.h"
#include "proxies/sample_kernel.h"
#include "proxies/stopwatch.h"

namespace zeroth::proxies {
namespace {

using nn::Draw;
using nn::NodeResult;
using nn::Norm;
using spaces::OpKind;
using torch::Tensor;

const PassSet kNeedLossGradient = {Pass::kLossGradient, Pass::kChannelSaliency, Pass::kFullGradient};
const PassSet kNeedAutograd = {Pass::kLossGradient, Pass::kChannelSaliency, Pass::kInputJacobian, Pass::kCoupledKernel,
                               Pass::kTapSteps,     Pass::kFullGradient,    Pass::kClassJacobian, Pass::kSumGradient};
const PassSet kSampleGradients = {Pass::kSampleKernel, Pass::kTrueLogitRows};
const PassSet kImageGradients = {Pass::kImageSigns, Pass::kImageKernel};
const PassSet kNeedImages = {Pass::kInputJacobian, Pass::kClassJacobian};
// What is done while the forward runs, and timed by itself.
const std::vector<Pass> kInsideForward = {Pass::kPatterns,     Pass::kUnitPatterns,    Pass::kFirstImage,
                                          Pass::kCorrelations, Pass::kTokenStatistics, Pass::kHiddenSpectrum};

// Nodes whose result a convolution reads.
std::vector<bool> nodes_before_convolutions(const nn::Network& network) {
  const auto& nodes = network.graph().nodes();
  std::vector<bool> found(nodes.size(), false);
  for (const spaces::OpNode& node : nodes) {
    if (node.kind == OpKind::kConv2d) found[static_cast<size_t>(network.executed(node.operands[0]))] = true;
  }
  return found;
}

}  // namespace

// What is read while the forward of the first minibatch runs.
struct Probe::Watchers {
  explicit Watchers(const nn::Network& network)
      : saliency(network), sample_gradients(network), taps(network), features(network) {}

  ChannelSaliency saliency;
  SampleGradients sample_gradients;
  Taps taps;
  FeatureWatch features;
};

void Probe::run(PassSet passes) {
  const at::AutoGradMode gradients(true);  // a worker thread starts with its own mode
  done_ |= passes;
  if (passes.has_any(kNeedLossGradient)) done_ |= {Pass::kLossGradient};
  if (shares_first_forward(passes)) run_first_minibatch(passes);
  if (passes.has(Pass::kHessianGradient)) run_hessian_gradient();
  if (passes.has(Pass::kHessianForm)) run_hessian_form();
  if (passes.has(Pass::kSecondGradient)) run_second_gradient();
  run_absolute_weights(passes);
  if (passes.has(Pass::kLayerPatterns)) run_layer_patterns();
  if (passes.has(Pass::kThinCodes)) run_thin_codes();
  if (passes.has_any(kImageGradients)) run_image_gradients(passes);
  if (passes.has(Pass::kRunningKernel)) run_running_kernel();
  if (passes.has(Pass::kCurve)) run_curve();
}

Tensor Probe::loss(const Tensor& outputs, Draw draw) const {
  return nn::loss(outputs, setting_, minibatches_, draw, repeat_);
}

void Probe::run_first_minibatch(PassSet passes) {
  const nn::Minibatch& batch = minibatches_.get(setting_, Draw::kFirst, repeat_);
  const bool autograd = passes.has_any(kNeedAutograd);
  const at::AutoGradMode gradients(autograd);
  Tensor images = batch.images.detach();
  if (passes.has_any(kNeedImages)) images.set_requires_grad(true);

  const std::vector<bool> before_convolution = nodes_before_convolutions(network_);
  const nn::Observer count_patterns = [&](const NodeResult& result) {
    if (!spaces::is_rectifier(network_.graph().nodes()[static_cast<size_t>(result.node)])) return;
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kPatterns)]);
    // input > 0 exactly where the ReLU's output is.
    patterns_.add(result.value, result.uses);
    if (before_convolution[static_cast<size_t>(result.node)]) convolution_patterns_.add(result.value, result.uses);
  };
  Watchers watchers(network_);
  const nn::Observer observe = [&](const NodeResult& result) {
    if (passes.has(Pass::kPatterns)) count_patterns(result);
    if (passes.has(Pass::kChannelSaliency)) watchers.saliency.observe(result);
    if (passes.has_any(kSampleGradients)) watchers.sample_gradients.observe(result);
    if (passes.has_any({Pass::kTapEntropies, Pass::kTapSteps})) watchers.taps.observe(result);
    if (passes.has(Pass::kPerturbation)) watchers.features.observe(result);
    if (passes.has(Pass::kLayerOutputs)) keep_layer_output(result);
    observe_maps(passes, result);
    observe_tokens(passes, result);
  };

  Tensor logits;
  {
    const Stopwatch watch(forward_seconds_);
    logits = network_.forward(images, Norm::kBatch, observe);
    ++count_.forwards;
  }
  for (const Pass pass : kInsideForward) forward_seconds_ -= seconds_[static_cast<size_t>(pass)];
  run_sample_gradients(passes, watchers.sample_gradients, logits);
  run_taps(passes, watchers);
  if (passes.has(Pass::kPerturbation)) run_perturbation(watchers);
  run_jacobians(passes, logits, images);
  if (passes.has(Pass::kSumGradient)) run_sum_gradient(logits);
  if (passes.has(Pass::kCoupledKernel)) run_coupled_kernel(logits);
  if (passes.has_any(kNeedLossGradient)) {
    run_loss_gradient(passes.has(Pass::kFullGradient), loss(logits, Draw::kFirst), watchers);
  }
}

void Probe::run_coupled_kernel(const Tensor& logits) {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kCoupledKernel)]);
  kernel_ = coupled_kernel(logits, network_.weights_and_gains());
  count_.backwards += static_cast<int>(logits.size(0));
}

void Probe::run_taps(PassSet passes, const Watchers& watchers) {
  const std::vector<Tensor> maps = watchers.taps.maps();
  if (passes.has(Pass::kTapEntropies)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kTapEntropies)]);
    for (const Tensor& map : maps) tap_entropies_.push_back(spectral_entropy(map));
  }
  if (passes.has(Pass::kTapSteps)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kTapSteps)]);
    for (size_t i = 1; i < maps.size(); ++i) {
      const Tensor signs =
          minibatches_.source().signs(maps[i].sizes(), maps[i].scalar_type(), static_cast<int>(i), repeat_);
      tap_steps_.push_back(tap_step(maps[i - 1], maps[i], signs));
    }
    ++count_.backwards;
  }
}

void Probe::run_perturbation(const Watchers& watchers) {
  constexpr double kDistance = 0.01;
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kPerturbation)]);
  const at::AutoGradMode gradients(false);
  const Tensor moved = at::add(minibatches_.get(setting_, Draw::kFirst, repeat_).images,
                               minibatches_.get(setting_, Draw::kSecond, repeat_).images, kDistance);
  FeatureWatch second(network_);
  network_.forward(moved, Norm::kBatch, [&second](const NodeResult& result) { second.observe(result); });
  ++count_.forwards;
  perturbation_ = proxies::perturbation(watchers.features, second);
}

void Probe::run_loss_gradient(bool full, const Tensor& value, Watchers& watchers) {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kLossGradient)]);
  watchers.saliency.start();
  loss_gradient_ = torch::autograd::grad({value}, full ? network_.params() : network_.weights(), {},
                                         /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.backwards;
  channel_saliency_ = watchers.saliency.stop();
  if (!full) return;
  full_gradient_ = std::move(loss_gradient_);
  loss_gradient_ = network_.weights_of(full_gradient_);
}

void Probe::keep_layer_output(const NodeResult& result) {
  const int layer = network_.layer(result.node);
  if (layer < 0) return;
  layer_outputs_.resize(network_.weights().size());
  layer_outputs_[static_cast<size_t>(layer)] = result.value.detach();
}

void Probe::run_sample_gradients(PassSet passes, SampleGradients& gradients, const Tensor& logits) {
  if (passes.has(Pass::kSampleKernel)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kSampleKernel)]);
    kernel_ = sample_kernel(gradients, logits);
    ++count_.backwards;
  }
  if (passes.has(Pass::kTrueLogitRows)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kTrueLogitRows)]);
    double squares = 0.0;
    gradients.backward(nn::true_classes(logits.detach(), labels()), SampleGradients::Statistics::kOfBatch,
                       [&](spaces::ParamRole role, const Tensor& rows) {
                         if (role == spaces::ParamRole::kNormWeight) return;
                         squares += sum_over(rows, [](double g) { return g * g; });
                       });
    true_logit_square_ = squares / static_cast<double>(logits.size(0));
    ++count_.backwards;
  }
}

void Probe::run_jacobians(PassSet passes, const Tensor& logits, const Tensor& images) {
  const auto jacobian = [&](const Tensor& logit_gradient) {
    ++count_.backwards;
    return torch::autograd::grad({logits}, {images}, {logit_gradient}, /*retain_graph=*/true)[0];
  };
  if (passes.has(Pass::kInputJacobian)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kInputJacobian)]);
    const Tensor rows =
        jacobian(torch::ones_like(logits)).reshape({setting_.batch, -1}).to(torch::kFloat64).contiguous();
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    input_jacobian_ = Eigen::Map<const RowMajor>(rows.data_ptr<double>(), rows.size(0), rows.size(1));
  }
  if (passes.has(Pass::kClassJacobian)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kClassJacobian)]);
    for (int64_t c = 0; c < logits.size(1); ++c) {
      const Tensor logit_gradient = torch::zeros_like(logits);
      logit_gradient.select(1, c).fill_(1.0);
      class_jacobian_square_ += sum_over(jacobian(logit_gradient), [](double g) { return g * g; });
    }
    class_jacobian_square_ /= static_cast<double>(logits.size(0));
  }
}

void Probe::observe_tokens(PassSet passes, const NodeResult& result) {
  if (passes.has(Pass::kTokenStatistics)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kTokenStatistics)]);
    token_statistics_.add(network_.graph(), result);
  }
  if (passes.has(Pass::kHiddenSpectrum)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kHiddenSpectrum)]);
    add_hidden_spectrum(network_.graph(), result, hidden_spectra_);
  }
}

void Probe::observe_maps(PassSet passes, const NodeResult& result) {
  const auto node = static_cast<size_t>(result.node);
  const spaces::OpNode& op = network_.graph().nodes()[node];
  if (passes.has(Pass::kUnitPatterns) && spaces::is_rectifier(op)) {
    const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kUnitPatterns)]);
    unit_patterns_.add(result.value);
  }
  if (op.kind == OpKind::kInput || !passes.has_any({Pass::kFirstImage, Pass::kCorrelations})) return;
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

void Probe::run_sum_gradient(const Tensor& outputs) {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kSumGradient)]);
  sum_gradient_ = torch::autograd::grad({outputs.sum()}, network_.weights(), {}, /*retain_graph=*/true,
                                        /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.backwards;
}

void Probe::require(Pass pass) const { ZEROTH_CHECK(done_.has(pass)); }

const Tensor& Probe::labels() const { return minibatches_.get(setting_, Draw::kFirst, repeat_).labels; }
const std::vector<Tensor>& Probe::loss_gradient() const { return require(Pass::kLossGradient), loss_gradient_; }
const std::vector<Tensor>& Probe::second_gradient() const { return require(Pass::kSecondGradient), second_gradient_; }
const std::vector<Tensor>& Probe::hessian_gradient() const {
  return require(Pass::kHessianGradient), hessian_gradient_;
}

double Probe::hessian_form() const { return require(Pass::kHessianForm), hessian_form_; }
const std::vector<std::vector<double>>& Probe::channel_saliency() const {
  return require(Pass::kChannelSaliency), channel_saliency_;
}
const Eigen::MatrixXd& Probe::input_jacobian() const { return require(Pass::kInputJacobian), input_jacobian_; }
const std::vector<Tensor>& Probe::full_gradient() const { return require(Pass::kFullGradient), full_gradient_; }
const std::vector<Tensor>& Probe::absolute_weights() const {
  ZEROTH_CHECK(done_.has_any({Pass::kAbsoluteWeights, Pass::kAbsoluteNormed}));
  return absolute_weights_;
}
const std::vector<Tensor>& Probe::absolute_gradient() const {
  return require(Pass::kAbsoluteWeights), absolute_gradient_;
}
const std::vector<Tensor>& Probe::absolute_normed_gradient() const {
  return require(Pass::kAbsoluteNormed), absolute_normed_gradient_;
}
const std::vector<PatternDistances>& Probe::layer_patterns() const {
  return require(Pass::kLayerPatterns), layer_patterns_;
}
const std::vector<double>& Probe::tap_entropies() const { return require(Pass::kTapEntropies), tap_entropies_; }
const std::vector<TapStep>& Probe::tap_steps() const { return require(Pass::kTapSteps), tap_steps_; }
const Perturbation& Probe::perturbation() const { return require(Pass::kPerturbation), perturbation_; }
const PatternDistances& Probe::patterns() const { return require(Pass::kPatterns), patterns_; }
const PatternDistances& Probe::convolution_patterns() const { return require(Pass::kPatterns), convolution_patterns_; }
const Eigen::MatrixXd& Probe::kernel() const {
  ZEROTH_CHECK(done_.has_any({Pass::kCoupledKernel, Pass::kSampleKernel}));
  return kernel_;
}
const std::vector<Tensor>& Probe::layer_outputs() const { return require(Pass::kLayerOutputs), layer_outputs_; }
double Probe::class_jacobian_square() const { return require(Pass::kClassJacobian), class_jacobian_square_; }
double Probe::sign_agreement() const { return require(Pass::kImageSigns), sign_agreement_; }
const Eigen::MatrixXd& Probe::image_kernel() const { return require(Pass::kImageKernel), image_kernel_; }
double Probe::true_logit_square() const { return require(Pass::kTrueLogitRows), true_logit_square_; }
const Eigen::MatrixXd& Probe::running_kernel() const { return require(Pass::kRunningKernel), running_kernel_; }
int64_t Probe::distinct_unit_patterns() const { return require(Pass::kUnitPatterns), unit_patterns_.distinct(); }
const std::vector<FirstMap>& Probe::first_image() const { return require(Pass::kFirstImage), first_image_; }
const std::vector<ChannelCorrelation>& Probe::channel_correlations() const {
  return require(Pass::kCorrelations), channel_correlations_;
}
const std::optional<double>& Probe::curvature() const { return require(Pass::kCurve), curvature_; }
const std::vector<Tensor>& Probe::sum_gradient() const { return require(Pass::kSumGradient), sum_gradient_; }
const TokenStatistics& Probe::token_statistics() const { return require(Pass::kTokenStatistics), token_statistics_; }
const std::vector<Eigen::VectorXd>& Probe::hidden_spectra() const {
  return require(Pass::kHiddenSpectrum), hidden_spectra_;
}
const std::vector<std::vector<uint64_t>>& Probe::thin_codes() const { return require(Pass::kThinCodes), thin_codes_; }

}  // namespace zeroth::proxies
