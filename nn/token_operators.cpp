#include "nn/token_operators.h"

#include <cmath>

namespace zeroth::nn {
namespace {

using torch::Tensor;

constexpr double kPi = 3.14159265358979323846;

// (N, T, D) to (N, heads, T, D / heads).
Tensor by_head(const Tensor& x, int64_t heads) {
  return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

// (N, heads, T, d) to (N, T, heads * d).
Tensor heads_joined(const Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

// entry(k, n) of a matrix (size, size) as doubles.
template <typename Entry>
Tensor matrix(int64_t size, const Tensor& like, const Entry& entry) {
  Tensor m = torch::empty({size, size}, torch::kFloat64);
  double* out = m.data_ptr<double>();
  for (int64_t k = 0; k < size; ++k) {
    for (int64_t n = 0; n < size; ++n) *out++ = entry(static_cast<double>(k), static_cast<double>(n));
  }
  return m.to(like.scalar_type());
}

// 2 pi k n / N, reduced to a turn first: the product grows beyond what a cosine keeps exact.
double angle(double k, double n, int64_t size) {
  return 2.0 * kPi * std::fmod(k * n, static_cast<double>(size)) / static_cast<double>(size);
}

}  // namespace

Tensor fourier_transform(const Tensor& x, int64_t heads) {
  const Tensor values = by_head(x, heads);
  const int64_t tokens = x.size(1), width = x.size(2) / heads;
  const auto cosines = [&x](int64_t size) {
    return matrix(size, x, [size](double k, double n) { return std::cos(angle(k, n, size)); });
  };
  const auto sines = [&x](int64_t size) {
    return matrix(size, x, [size](double k, double n) { return std::sin(angle(k, n, size)); });
  };
  return heads_joined(at::matmul(at::matmul(cosines(tokens), values), cosines(width)) -
                      at::matmul(at::matmul(sines(tokens), values), sines(width)));
}

Tensor cosine_transform(const Tensor& x, int64_t heads) {
  const auto cosines = [&x](int64_t size) {
    return matrix(size, x, [size](double k, double n) {
      return 2.0 * std::cos(kPi * k * (2.0 * n + 1.0) / (2.0 * static_cast<double>(size)));
    });
  };
  const Tensor values = by_head(x, heads);
  return heads_joined(at::matmul(at::matmul(cosines(x.size(1)), values), cosines(x.size(2) / heads).t()));
}

Tensor dynamic_convolution(const Tensor& kernels, const Tensor& values, int64_t heads) {
  const int64_t images = values.size(0), tokens = values.size(1), span = kernels.size(2) / heads;
  const Tensor padded = at::constant_pad_nd(values, {0, 0, span / 2, span / 2});
  const Tensor windows = padded.unfold(1, span, 1).reshape({images, tokens, heads, values.size(2) / heads, span});
  const Tensor weights = at::softmax(kernels.reshape({images, tokens, heads, span}), -1);
  return at::matmul(windows, weights.unsqueeze(-1)).reshape(values.sizes());
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor rows = x.reshape({-1, x.size(-1)});
  const Tensor y = bias.defined() ? at::addmm(bias, rows, weight.t()) : at::mm(rows, weight.t());
  return x.dim() == 2 ? y : y.reshape({x.size(0), x.size(1), weight.size(0)});
}

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon) {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
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
  return heads_joined(at::matmul(scores, by_head(value, scores.size(1))));
}

}  // namespace zeroth::nn
