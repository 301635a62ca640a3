// The passes that have a forward of their own.
#include "core/error.h"
#include "nn/loss.h"
#include "proxies/curve.h"
#include "proxies/probe.h"
#include "proxies/reduce.h"
#include "proxies/sample_kernel.h"
#include "proxies/stopwatch.h"
#include "proxies/thin_codes.h"

namespace zeroth::proxies {

using nn::Draw;
using nn::NodeResult;
using nn::Norm;
using torch::Tensor;

void Probe::run_hessian_gradient() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kHessianGradient)]);
  const nn::Minibatch& batch = minibatches_.get(setting_, Draw::kFirst, repeat_);
  const Tensor value = loss(network_.forward_for_second_order(batch.images), Draw::kFirst);
  const std::vector<Tensor> gradients = torch::autograd::grad({value}, network_.weights(), {}, /*retain_graph=*/true,
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

// With D = w' dL/dw, dD/dw = dL/dw + H w, so w' H g = g' dD/dw - g' g. A convolution's output y is linear in its
// weight, so its share of D is y' dL/dy: no gradient to a convolution's weight has to be differentiated, which saves
// two of nine convolutions.
void Probe::run_hessian_form() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kHessianForm)]);
  const nn::Minibatch& batch = minibatches_.get(setting_, Draw::kFirst, repeat_);
  const std::vector<Tensor>& weights = network_.weights();
  std::vector<bool> by_output(weights.size(), false);
  std::vector<Tensor> sources = weights;  // followed by the outputs of convolutions
  const Tensor logits = network_.forward_for_second_order(batch.images, [&](const NodeResult& result) {
    if (network_.graph().nodes()[static_cast<size_t>(result.node)].kind != spaces::OpKind::kConv2d) return;
    by_output[static_cast<size_t>(network_.layer(result.node))] = true;
    sources.push_back(result.value);
  });
  const std::vector<Tensor> gradients = torch::autograd::grad({loss(logits, Draw::kFirst)}, sources, {},
                                                              /*retain_graph=*/true, /*create_graph=*/true,
                                                              /*allow_unused=*/true);
  ++count_.forwards;
  ++count_.backwards;
  std::vector<Tensor> products;
  for (size_t i = 0; i < sources.size(); ++i) {
    const bool counted = i >= weights.size() || !by_output[i];
    if (counted && gradients[i].defined()) products.push_back((sources[i] * gradients[i]).sum());
  }
  hessian_form_ = 0.0;
  if (products.empty()) return;  // a dead network
  const std::vector<Tensor> slopes = torch::autograd::grad({at::stack(products).sum()}, weights, {},
                                                           /*retain_graph=*/false, /*create_graph=*/false,
                                                           /*allow_unused=*/true);
  ++count_.backwards;
  for (size_t l = 0; l < weights.size(); ++l) {
    if (!gradients[l].defined()) continue;
    const Tensor change = slopes[l].defined() ? slopes[l] - gradients[l].detach() : gradients[l].detach().neg();
    hessian_form_ += sum_over(gradients[l].detach(), change, [](double g, double c) { return g * c; });
  }
}

void Probe::run_second_gradient() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kSecondGradient)]);
  const nn::Minibatch& batch = minibatches_.get(setting_, Draw::kSecond, repeat_);
  const Tensor value = loss(network_.forward(batch.images, Norm::kBatch), Draw::kSecond);
  second_gradient_ = torch::autograd::grad({value}, network_.weights(), {}, /*retain_graph=*/false,
                                           /*create_graph=*/false, /*allow_unused=*/true);
  ++count_.forwards;
  ++count_.backwards;
}

void Probe::run_image_gradients(PassSet passes) {
  const Pass first = passes.has(Pass::kImageSigns) ? Pass::kImageSigns : Pass::kImageKernel;
  const Stopwatch watch(seconds_[static_cast<size_t>(first)]);
  const at::AutoGradMode gradients(false);
  SampleGradients sample_gradients(network_);
  const Tensor logits = network_.forward(minibatches_.get(setting_, Draw::kFirst, repeat_).images, Norm::kEachImage,
                                         [&](const NodeResult& result) { sample_gradients.observe(result); });
  ++count_.forwards;
  SampleKernel kernel(logits.size(0));
  sample_gradients.backward(nn::image_loss_gradients(logits, setting_, minibatches_, repeat_),
                            SampleGradients::Statistics::kOfEachImage, [&](spaces::ParamRole role, const Tensor& rows) {
                              if (!spaces::is_weight(role)) return;
                              if (passes.has(Pass::kImageSigns)) sign_agreement_ += proxies::sign_agreement(rows);
                              if (passes.has(Pass::kImageKernel)) kernel.add(rows);
                            });
  ++count_.backwards;
  image_kernel_ = kernel.matrix();
}

void Probe::run_running_kernel() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kRunningKernel)]);
  const at::AutoGradMode gradients(false);
  SampleGradients sample_gradients(network_);
  const Tensor logits = network_.forward(minibatches_.get(setting_, Draw::kFirst, repeat_).images, Norm::kRunning,
                                         [&](const NodeResult& result) { sample_gradients.observe(result); });
  ++count_.forwards;
  running_kernel_ = sample_kernel(sample_gradients, logits);
  ++count_.backwards;
}

void Probe::run_absolute_weights(PassSet passes) {
  if (!passes.has_any({Pass::kAbsoluteWeights, Pass::kAbsoluteNormed})) return;
  // Values grow by orders of magnitude a layer: float32 overflows on deep networks.
  std::vector<Tensor> params;
  for (size_t i = 0; i < network_.params().size(); ++i) {
    const Tensor value = network_.params()[i].detach().abs().to(torch::kFloat64);
    params.push_back(value.set_requires_grad(spaces::is_weight(network_.graph().params()[i].role)));
  }
  absolute_weights_ = network_.weights_of(params);
  const spaces::FeatureShape& shape = network_.graph().nodes().front().shape;
  // A text of the same word all over is what an image of ones is to a text network.
  const Tensor ones = shape.tokens ? torch::ones({1, shape.height}, torch::kInt64)
                                   : torch::ones({1, shape.channels, shape.height, shape.width}, torch::kFloat64);
  const auto run_with = [&](Pass pass, Norm norm, std::vector<Tensor>& gradient) {
    if (!passes.has(pass)) return;
    const Stopwatch watch(seconds_[static_cast<size_t>(pass)]);
    gradient = torch::autograd::grad({network_.forward_with(params, ones, norm).sum()}, absolute_weights_, {},
                                     /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true);
    ++count_.forwards;
    ++count_.backwards;
  };
  run_with(Pass::kAbsoluteWeights, Norm::kBypass, absolute_gradient_);
  run_with(Pass::kAbsoluteNormed, Norm::kBatch, absolute_normed_gradient_);
}

void Probe::run_layer_patterns() {
  const Stopwatch watch(seconds_[static_cast<size_t>(Pass::kLayerPatterns)]);
  const at::AutoGradMode gradients(false);
  layer_patterns_.resize(network_.weights().size());
  network_.forward(minibatches_.get(setting_, Draw::kFirst, repeat_).images, Norm::kRunning,
                   [this](const NodeResult& result) {
                     const int layer = network_.layer(result.node);
                     if (layer >= 0) layer_patterns_[static_cast<size_t>(layer)].add(result.value, result.uses);
                   });
  ++count_.forwards;
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

}  // namespace zeroth::proxies
