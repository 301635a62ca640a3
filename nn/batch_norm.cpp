#include "nn/batch_norm.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "nn/channel_sums.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

Tensor channel_tensor(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

// What is known of a layer after its forward pass, by group of images that are normalised together and channel.
struct Statistics {
  std::vector<double> mean, inverse_deviation, gain;
};

// A norm's gains or shifts, the same for each group.
std::vector<double> for_groups(const Tensor& param, int64_t groups) {
  return channel_values(groups == 1 ? param : param.detach().repeat({groups}));
}

Statistics statistics(const Tensor& mean, const Tensor& inverse_deviation, const Tensor& gain) {
  return {channel_values(mean), channel_values(inverse_deviation), for_groups(gain, mean.numel() / gain.numel())};
}

// With u the gradient to the output, h = (x - mean) / deviation, m() the mean over a channel and a = gain / deviation,
// the gradient to x is  a (u - m(u) - h m(uh)).  `means` are m(u) and m(ux).
Tensor gradient_to_x(const Tensor& u, const Tensor& x, const Statistics& s,
                     const std::vector<std::vector<double>>& means) {
  // One number is its own mean: what is left of its gradient would be rounding.
  if (u.numel() == static_cast<int64_t>(s.mean.size())) return torch::zeros_like(u);
  std::vector<double> of_u, of_x, offset;
  for (size_t c = 0; c < s.mean.size(); ++c) {
    const double r = s.inverse_deviation[c], a = s.gain[c] * r;
    const double uh = (means[1][c] - means[0][c] * s.mean[c]) * r;
    of_u.push_back(a);
    of_x.push_back(-a * uh * r);
    offset.push_back(-a * means[0][c] - of_x[c] * s.mean[c]);
  }
  return combine_channels({u, x}, {of_u, of_x}, offset);
}

// The gradient to x as a function of u and x, so that it can be differentiated again. For an adjoint v of it:
//   to u   a (v - m(v) - h m(vh))
//   to x   -a / deviation * (h (A - 2 m(uh) m(vh)) + m(uh) (v - m(v)) + m(vh) (u - m(u))),
//          A = m(vu) - m(v) m(u) - m(vh) m(uh)
// Both are linear combinations of v, u and x with factors by channel.
struct GradientToX : Function<GradientToX> {
  static Tensor forward(AutogradContext* context, const Tensor& u, const Tensor& x, const Tensor& mean,
                        const Tensor& inverse_deviation, const Tensor& gain) {
    context->save_for_backward({u, x, mean, inverse_deviation, gain});
    return gradient_to_x(u, x, statistics(mean, inverse_deviation, gain),
                         channel_means(u, {x}, mean.numel() / gain.numel()));
  }

  static variable_list backward(AutogradContext* context, const variable_list& adjoint) {
    const variable_list saved = context->get_saved_variables();
    const Tensor v = channels_last(adjoint[0]), &u = saved[0], &x = saved[1];
    const Statistics s = statistics(saved[2], saved[3], saved[4]);
    const int64_t groups = saved[2].numel() / saved[4].numel();
    const auto of_v_means = channel_means(v, {x, u}, groups);  // m(v), m(vx), m(vu)
    const auto of_u_means = channel_means(u, {x}, groups);     // m(u), m(ux)
    std::vector<double> of_v, of_u, of_x, offset;
    for (size_t c = 0; c < s.mean.size(); ++c) {
      const double r = s.inverse_deviation[c], v_mean = of_v_means[0][c], u_mean = of_u_means[0][c];
      const double vh = (of_v_means[1][c] - v_mean * s.mean[c]) * r, uh = (of_u_means[1][c] - u_mean * s.mean[c]) * r;
      const double scale = -s.gain[c] * r * r;
      of_v.push_back(scale * uh);
      of_u.push_back(scale * vh);
      of_x.push_back(scale * (of_v_means[2][c] - v_mean * u_mean - 3.0 * vh * uh) * r);
      offset.push_back(-of_v[c] * v_mean - of_u[c] * u_mean - of_x[c] * s.mean[c]);
    }
    return {gradient_to_x(v, x, s, of_v_means), combine_channels({v, u, x}, {of_v, of_u, of_x}, offset), {}, {}, {}};
  }
};

struct BatchNorm : Function<BatchNorm> {
  static variable_list forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                               int64_t groups, double epsilon) {
    const auto means = channel_means(x, {x}, groups);
    const std::vector<double> gain = for_groups(weight, groups), shift = for_groups(bias, groups);
    std::vector<double> inverse_deviation, factor, offset;
    for (size_t c = 0; c < gain.size(); ++c) {
      const double variance = std::max(0.0, means[1][c] - means[0][c] * means[0][c]);
      inverse_deviation.push_back(1.0 / std::sqrt(variance + epsilon));
      factor.push_back(gain[c] * inverse_deviation[c]);
      offset.push_back(shift[c] - factor[c] * means[0][c]);
    }
    const Tensor deviations = channel_tensor(inverse_deviation);
    context->save_for_backward({x, channel_tensor(means[0]), deviations, weight});
    const Tensor in_type = deviations.to(x.scalar_type());
    context->mark_non_differentiable({in_type});
    return {combine_channels({x}, {factor}, offset), in_type};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor u = channels_last(gradients[0]), &x = saved[0];
    // Inside a pass that is differentiated again, the step to x must leave a trace.
    if (at::GradMode::is_enabled())
      return {GradientToX::apply(u, x, saved[1], saved[2], saved[3].detach()), {}, {}, {}, {}};
    const Statistics s = statistics(saved[1], saved[2], saved[3]);
    const auto means = channel_means(u, {x}, saved[1].numel() / saved[3].numel());
    const auto channels = static_cast<size_t>(x.size(1));
    const auto rows = static_cast<double>(x.numel()) / static_cast<double>(s.mean.size());
    std::vector<double> to_weight(channels, 0.0), to_bias(channels, 0.0);
    for (size_t c = 0; c < s.mean.size(); ++c) {
      to_weight[c % channels] += rows * (means[1][c] - means[0][c] * s.mean[c]) * s.inverse_deviation[c];
      to_bias[c % channels] += rows * means[0][c];
    }
    return {gradient_to_x(u, x, s, means),
            channel_tensor(to_weight).to(x.scalar_type()),
            channel_tensor(to_bias).to(x.scalar_type()),
            {},
            {}};
  }
};

}  // namespace

std::pair<Tensor, Tensor> batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, Norm norm,
                                     double epsilon) {
  if (norm == Norm::kBypass) return {x, {}};
  if (x.dim() == 2) {
    const auto [map, inverse_deviation] = batch_norm(as_map(x), weight, bias, norm, epsilon);
    return {map.flatten(1), inverse_deviation};
  }
  if (norm == Norm::kBatch || norm == Norm::kEachImage) {
    const int64_t groups = norm == Norm::kBatch ? 1 : x.size(0);
    const variable_list result = BatchNorm::apply(channels_last(x), weight, bias, groups, epsilon);
    return {result[0], result[1]};
  }
  const Tensor mean = torch::zeros_like(bias), variance = torch::ones_like(weight);
  const auto result = at::native_batch_norm(channels_last(x), weight, bias, mean, variance, /*training=*/false,
                                            /*momentum=*/0.0, epsilon);
  return {channels_last(std::get<0>(result)), at::rsqrt(variance + epsilon)};
}

Tensor batch_norm_gradient_to_input(const Tensor& gradient, const Tensor& normalised,
                                    const std::vector<double>& factor) {
  const Statistics of_normalised = {std::vector<double>(factor.size(), 0.0), std::vector<double>(factor.size(), 1.0),
                                    factor};
  const auto groups = static_cast<int64_t>(factor.size()) / gradient.size(1);
  return gradient_to_x(gradient, normalised, of_normalised, channel_means(gradient, {normalised}, groups));
}

}  // namespace zeroth::nn
