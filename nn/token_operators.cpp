#include "nn/token_operators.h"

#include <cmath>

namespace zeroth::nn {
namespace {

using torch::Tensor;

constexpr double kEpsilon = 1e-5;

// (N, T, D) to (N, heads, T, D / heads).
Tensor by_head(const Tensor& x, int64_t heads) {
  return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (x.dim() == 2) return at::addmm(bias, x, weight.t());
  const Tensor rows = x.reshape({-1, x.size(2)});
  return at::addmm(bias, rows, weight.t()).reshape({x.size(0), x.size(1), weight.size(0)});
}

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return at::layer_norm(x, weight.sizes(), weight, bias, kEpsilon);
}

Tensor pixels_as_tokens(const Tensor& map) {
  return map.permute({0, 2, 3, 1}).reshape({map.size(0), map.size(2) * map.size(3), map.size(1)});
}

Tensor tokens_as_pixels(const Tensor& tokens, const spaces::FeatureShape& shape) {
  const int64_t pixels = shape.height * shape.width;
  const Tensor rows = tokens.narrow(1, tokens.size(1) - pixels, pixels);
  return rows.reshape({rows.size(0), shape.height, shape.width, shape.channels}).permute({0, 3, 1, 2});
}

Tensor with_class_token(const Tensor& x, const Tensor& token) {
  return at::cat({token.expand({x.size(0), 1, x.size(2)}), x}, 1);
}

Tensor attention_scores(const Tensor& query, const Tensor& key, int64_t heads) {
  const int64_t width = query.size(2) / heads;
  const double scale = 1.0 / std::sqrt(static_cast<double>(width));
  return at::softmax(at::matmul(by_head(query, heads), by_head(key, heads).transpose(2, 3)) * scale, -1);
}

Tensor attention_context(const Tensor& scores, const Tensor& value) {
  const Tensor context = at::matmul(scores, by_head(value, scores.size(1)));  // (N, heads, queries, d)
  return context.transpose(1, 2).reshape({value.size(0), scores.size(2), value.size(2)});
}

}  // namespace zeroth::nn
