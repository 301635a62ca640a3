#include "proxies/curve.h"

#include <Eigen/Core>
#include <array>
#include <cmath>
#include <vector>

#include "nn/channel_sums.h"
#include "nn/convolution.h"
#include "nn/map_operators.h"
#include "proxies/proxy.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;
using spaces::OpNode;
using torch::Tensor;

// With c = x - mean, s = mean c^2 + eps and r = s^(-1/2): y = gain c r + bias, and its derivatives by the chain rule.
void normalise(const std::array<const double*, 3>& x, size_t count, double gain, double bias, double epsilon,
               const std::array<double*, 3>& y) {
  const auto mean_of = [count](const auto& term) { return sum_of(count, term) / static_cast<double>(count); };
  std::array<double, 3> mean{};
  for (size_t k = 0; k < 3; ++k) mean[k] = mean_of([&](size_t i) { return x[k][i]; });
  const auto c = [&](size_t k, size_t i) { return x[k][i] - mean[k]; };
  const double s0 = mean_of([&](size_t i) { return c(0, i) * c(0, i); }) + epsilon;
  const double s1 = 2.0 * mean_of([&](size_t i) { return c(0, i) * c(1, i); });
  const double s2 = 2.0 * mean_of([&](size_t i) { return c(1, i) * c(1, i) + c(0, i) * c(2, i); });
  const double r0 = 1.0 / std::sqrt(s0), r1 = -0.5 * s1 * r0 / s0;
  const double r2 = (0.75 * s1 * s1 / s0 - 0.5 * s2) * r0 / s0;
  for (size_t i = 0; i < count; ++i) {
    y[0][i] = gain * c(0, i) * r0 + bias;
    y[1][i] = gain * (c(1, i) * r0 + c(0, i) * r1);
    y[2][i] = gain * (c(2, i) * r0 + 2.0 * c(1, i) * r1 + c(0, i) * r2);
  }
}

Tensor batch_norm(const Tensor& point, const Tensor& gain, const Tensor& bias, double epsilon) {
  const Tensor x = nn::as_map(point).contiguous();
  Tensor y = torch::empty_like(x);
  const auto channels = static_cast<size_t>(x.size(1)), pixels = static_cast<size_t>(x.size(2) * x.size(3));
  for (size_t c = 0; c < channels; ++c) {
    std::array<const double*, 3> from{};
    std::array<double*, 3> to{};
    for (size_t k = 0; k < 3; ++k) {
      from[k] = x.data_ptr<double>() + (k * channels + c) * pixels;
      to[k] = y.data_ptr<double>() + (k * channels + c) * pixels;
    }
    normalise(from, pixels, gain.data_ptr<double>()[c], bias.data_ptr<double>()[c], epsilon, to);
  }
  return y.reshape(point.sizes());
}

// Derivatives follow the pixel that wins.
Tensor max_pool_point(const Tensor& x, const spaces::Window& w) {
  const Tensor winners = std::get<1>(at::max_pool2d_with_indices(x.narrow(0, 0, 1), {w.height, w.width},
                                                                 {w.stride, w.stride}, {w.pad_height, w.pad_width}));
  const Tensor places = winners.flatten(2).expand({x.size(0), -1, -1});
  return x.flatten(2).gather(2, places).reshape({x.size(0), x.size(1), winners.size(2), winners.size(3)});
}

// By the chain rule, with the derivatives of a function of each number from autograd.
template <typename Function>
Tensor activated(const Function& function, const Tensor& point) {
  const at::AutoGradMode gradients(true);
  const Tensor x = point[0].detach().clone().set_requires_grad(true);
  const Tensor y = function(x);
  const Tensor first = torch::autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  Tensor second;
  if (first.requires_grad()) {
    second = torch::autograd::grad({first.sum()}, {x}, {}, /*retain_graph=*/false, /*create_graph=*/false,
                                   /*allow_unused=*/true)[0];
  }
  Tensor to_acceleration = first.detach() * point[2];
  if (second.defined()) to_acceleration += second * point[1] * point[1];
  return at::stack({y.detach(), first.detach() * point[1], to_acceleration});
}

Tensor gated(const Tensor& x, const Tensor& gate) {
  const Tensor g = gate.dim() < x.dim() ? gate.unsqueeze(2).unsqueeze(3) : gate;
  return at::stack({x[0] * g[0], x[1] * g[0] + x[0] * g[1], x[2] * g[0] + 2.0 * x[1] * g[1] + x[0] * g[2]});
}

Tensor in_double(const Tensor& parameter) { return parameter.detach().to(torch::kFloat64).contiguous(); }

Tensor apply(const nn::Network& network, const OpNode& node, const std::vector<Tensor>& values) {
  const auto operand = [&](size_t k) -> const Tensor& {
    return values[static_cast<size_t>(network.executed(node.operands[k]))];
  };
  const auto param = [&](size_t k) { return in_double(network.params()[static_cast<size_t>(node.params[k])]); };
  switch (node.kind) {
    case OpKind::kConv2d:
      return nn::convolution(operand(0), param(0), node);
    case OpKind::kBatchNorm:
      return batch_norm(operand(0), param(0), param(1), node.epsilon);
    case OpKind::kRelu:
      return operand(0) * operand(0).narrow(0, 0, 1).gt(0.0);
    case OpKind::kAvgPool:
    case OpKind::kGlobalAvgPool:
    case OpKind::kAdd:
    case OpKind::kZero:
    case OpKind::kConcat:
    case OpKind::kNarrow:
    case OpKind::kCrop:
    case OpKind::kShuffle:
    case OpKind::kFlatten:
      return nn::linear_without_parameters(node, operand);
    case OpKind::kLinear: {
      Tensor y = at::mm(operand(0), param(0).t());
      if (node.params.size() > 1) y[0] += param(1);
      return y;
    }
    case OpKind::kActivation:
      return activated([&](const Tensor& x) { return nn::activate(node.activation, x); }, operand(0));
    case OpKind::kGelu:
      return activated([](const Tensor& x) { return at::gelu(x); }, operand(0));
    case OpKind::kComplement: {
      Tensor y = operand(0).neg();
      y[0] += 1.0;
      return y;
    }
    case OpKind::kMultiply:
      return gated(operand(0), operand(1));
    case OpKind::kAddParameter: {
      Tensor y = operand(0).clone();
      y[0] = nn::add_parameter(y.narrow(0, 0, 1), param(0))[0];
      return y;
    }
    case OpKind::kMaxPool:
      return max_pool_point(operand(0), node.window);
    default:
      throw Degenerate("no curve is defined through " + node.scope);
  }
}

// By node: the last that reads it.
std::vector<size_t> last_readers(const nn::Network& network) {
  const auto& nodes = network.graph().nodes();
  std::vector<size_t> last(nodes.size(), nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const int operand : nodes[i].operands) last[static_cast<size_t>(network.executed(operand))] = i;
  }
  return last;
}

}  // namespace

CurvePoint circle_point(const spaces::FeatureShape& image, const core::Stream& stream) {
  const int64_t size = image.channels * image.height * image.width;
  Eigen::MatrixXd normal(size, 2);
  stream.fill_normal(normal.data(), static_cast<size_t>(2 * size), 1.0);
  const Eigen::VectorXd u = normal.col(0).normalized();
  const Eigen::VectorXd v = (normal.col(1) - u * u.dot(normal.col(1))).normalized();
  Tensor point = torch::empty({3, image.channels, image.height, image.width}, torch::kFloat64);
  Eigen::Map<Eigen::MatrixXd> columns(point.data_ptr<double>(), size, 3);
  columns << u, v, -u;
  return point;
}

CurvePoint curve_point(const nn::Network& network, const CurvePoint& image) {
  const at::AutoGradMode gradients(false);
  const auto& nodes = network.graph().nodes();
  const std::vector<size_t> last = last_readers(network);
  std::vector<Tensor> values(nodes.size());
  values[0] = image;
  for (size_t i = 1; i < nodes.size(); ++i) {
    if (network.executed(static_cast<int>(i)) == static_cast<int>(i)) values[i] = apply(network, nodes[i], values);
    for (const int operand : nodes[i].operands) {
      const auto source = static_cast<size_t>(network.executed(operand));
      if (last[source] == i) values[source].reset();
    }
  }
  return values.back();
}

std::optional<double> extrinsic_curvature(const CurvePoint& outputs) {
  const Tensor rows = outputs.contiguous();
  const Eigen::Map<const Eigen::MatrixXd> columns(rows.data_ptr<double>(), rows.size(1), 3);
  const Eigen::VectorXd v = columns.col(1), a = columns.col(2);
  const double speed = v.squaredNorm();
  if (!(speed > 0.0) || !std::isfinite(speed)) return std::nullopt;
  // The part of a at right angles to v: the difference of squares would cancel.
  return (a - v * (v.dot(a) / speed)).norm() / speed;
}

}  // namespace zeroth::proxies
