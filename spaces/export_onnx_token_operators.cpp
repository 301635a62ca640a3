#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "spaces/export_onnx_operators.h"

namespace zeroth::spaces {
namespace {

using Attributes = OnnxBuilder::Attributes;

constexpr double kPi = 3.14159265358979323846;

// Rows [begin, end) of axis 1.
std::string rows(OnnxBuilder& onnx, const std::string& x, int64_t begin, int64_t end) {
  return onnx.add("Slice", {x, onnx.integers({begin}), onnx.integers({end}), onnx.integers({1})});
}

std::string transpose(OnnxBuilder& onnx, const std::string& x, const std::vector<int64_t>& order) {
  return onnx.add("Transpose", {x}, Attributes().set("perm", order));
}

// (N, T, D) to (N, T, heads, D / heads).
std::string by_head(OnnxBuilder& onnx, const std::string& x, int64_t heads) {
  return onnx.add("Reshape", {x, onnx.integers({0, 0, heads, -1})});
}

// (N, heads, T, d) to (N, T, heads * d).
std::string heads_joined(OnnxBuilder& onnx, const std::string& x) {
  return onnx.add("Reshape", {transpose(onnx, x, {0, 2, 1, 3}), onnx.integers({0, 0, -1})});
}

std::string gelu(OnnxBuilder& onnx, const std::string& x) {
  const std::string scaled = onnx.add("Mul", {x, onnx.scalar(static_cast<float>(std::sqrt(0.5)))});
  const std::string share = onnx.add("Add", {onnx.add("Erf", {scaled}), onnx.scalar(1.0F)});
  return onnx.add("Mul", {onnx.add("Mul", {x, onnx.scalar(0.5F)}), share});
}

std::string class_token(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in) {
  const std::string batch = onnx.add("Shape", {in.values[0]}, Attributes().set("start", 0).set("end", 1));
  const std::string shape =
      onnx.add("Concat", {batch, onnx.integers({1, node.shape.channels})}, Attributes().set("axis", 0));
  const std::string token = onnx.add("Expand", {in.params[0], shape});
  return onnx.add("Concat", {token, in.values[0]}, Attributes().set("axis", 1));
}

std::string to_map(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in) {
  const FeatureShape& shape = node.shape;
  const int64_t tokens = in.shapes[0][0];
  const std::string pixels = rows(onnx, in.values[0], tokens - shape.height * shape.width, tokens);
  return onnx.add("Reshape",
                  {transpose(onnx, pixels, {0, 2, 1}), onnx.integers({0, shape.channels, shape.height, shape.width})});
}

std::string attention_scores(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in) {
  const double width = static_cast<double>(in.shapes[0][1]) / node.heads;
  const std::string query = transpose(onnx, by_head(onnx, in.values[0], node.heads), {0, 2, 1, 3});
  const std::string key = transpose(onnx, by_head(onnx, in.values[1], node.heads), {0, 2, 3, 1});
  const std::string scale = onnx.scalar(static_cast<float>(1.0 / std::sqrt(width)));
  return onnx.add("Softmax", {onnx.add("Mul", {onnx.add("MatMul", {query, key}), scale})},
                  Attributes().set("axis", -1));
}

// A square matrix as a constant, entry(k, n) row by row.
template <typename Entry>
std::string matrix(OnnxBuilder& onnx, const std::string& name, int64_t size, const Entry& entry) {
  std::vector<float> values;
  for (int64_t k = 0; k < size; ++k) {
    for (int64_t n = 0; n < size; ++n) values.push_back(static_cast<float>(entry(k, n)));
  }
  return onnx.constant(fmt::format("{} of {}", name, size), {size, size}, values);
}

// Real matrices C and S on either side: Re((C - iS) x (C - iS)) = C x C - S x S.
std::string fourier_transform(OnnxBuilder& onnx, const OpNode& node, const std::string& input) {
  const int64_t tokens = node.shape.height, width = node.shape.channels / node.heads;
  const std::string x = transpose(onnx, by_head(onnx, input, node.heads), {0, 2, 1, 3});
  const auto both_sides = [&](const char* name, double (*wave)(double)) {
    const auto waves = [&](int64_t size) {
      return matrix(onnx, name, size, [&](int64_t k, int64_t n) {
        return wave(2.0 * kPi * static_cast<double>(k * n % size) / static_cast<double>(size));
      });
    };
    return onnx.add("MatMul", {onnx.add("MatMul", {waves(tokens), x}), waves(width)});
  };
  return heads_joined(onnx, onnx.add("Sub", {both_sides("cosines", std::cos), both_sides("sines", std::sin)}));
}

std::string cosine_transform(OnnxBuilder& onnx, const OpNode& node, const std::string& input) {
  const int64_t tokens = node.shape.height, width = node.shape.channels / node.heads;
  const auto entry = [](int64_t k, int64_t n, int64_t size) {
    return 2.0 * std::cos(kPi * static_cast<double>(k * (2 * n + 1)) / (2.0 * static_cast<double>(size)));
  };
  const std::string left =
      matrix(onnx, "cosine transform", tokens, [&](int64_t k, int64_t n) { return entry(k, n, tokens); });
  const std::string right =
      matrix(onnx, "transposed cosine transform", width, [&](int64_t k, int64_t n) { return entry(n, k, width); });
  const std::string x = transpose(onnx, by_head(onnx, input, node.heads), {0, 2, 1, 3});
  return heads_joined(onnx, onnx.add("MatMul", {onnx.add("MatMul", {left, x}), right}));
}

std::string dynamic_convolution(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in) {
  const int64_t tokens = node.shape.height, heads = node.heads, width = node.shape.channels / heads;
  const int64_t span = in.shapes[0][1] / heads;
  const std::string kernels = onnx.add("Reshape", {in.values[0], onnx.integers({0, 0, heads, span, 1})});
  const std::string weights = onnx.add("Softmax", {kernels}, Attributes().set("axis", 3));
  const std::string padded = onnx.add("Pad", {in.values[1], onnx.integers({0, span / 2, 0, 0, span / 2, 0})});
  std::vector<std::string> shifted;
  for (int64_t k = 0; k < span; ++k) {
    shifted.push_back(onnx.add("Reshape", {rows(onnx, padded, k, k + tokens), onnx.integers({0, 0, heads, width, 1})}));
  }
  const std::string windows = onnx.add("Concat", shifted, Attributes().set("axis", 4));
  return onnx.add("Reshape", {onnx.add("MatMul", {windows, weights}), onnx.integers({0, 0, -1})});
}

// A bias, one number a channel, reaches every pixel of a map.
std::string add_parameter(OnnxBuilder& onnx, const OnnxInputs& in) {
  const bool spread = in.parameter_rank == 1 && in.shapes[0].size() == 3;
  const std::string parameter = spread ? onnx.add("Unsqueeze", {in.params[0], onnx.integers({1, 2})}) : in.params[0];
  return onnx.add("Add", {in.values[0], parameter});
}

}  // namespace

std::string onnx_token_operator(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in) {
  const std::string& x = in.values.at(0);
  switch (node.kind) {
    case OpKind::kLayerNorm:
      return onnx.add("LayerNormalization", {x, in.params[0], in.params[1]},
                      Attributes().set("axis", -1).set_float("epsilon", node.epsilon));
    case OpKind::kGelu:
      return gelu(onnx, x);
    case OpKind::kTokens:
      return transpose(onnx, onnx.add("Reshape", {x, onnx.integers({0, node.shape.channels, node.shape.height})}),
                       {0, 2, 1});
    case OpKind::kMap:
      return to_map(onnx, node, in);
    case OpKind::kEmbedding:
      return onnx.add("Gather", {in.params[0], x});
    case OpKind::kClassToken:
      return class_token(onnx, node, in);
    case OpKind::kPrependToken:
      return onnx.add("Concat", {onnx.add("Unsqueeze", {x, onnx.integers({1})}), in.values[1]},
                      Attributes().set("axis", 1));
    case OpKind::kAddParameter:
      return add_parameter(onnx, in);
    case OpKind::kAttentionScores:
      return attention_scores(onnx, node, in);
    case OpKind::kAttentionContext: {
      const std::string values = transpose(onnx, by_head(onnx, in.values[1], node.heads), {0, 2, 1, 3});
      return heads_joined(onnx, onnx.add("MatMul", {x, values}));
    }
    case OpKind::kFourierTransform:
      return fourier_transform(onnx, node, x);
    case OpKind::kCosineTransform:
      return cosine_transform(onnx, node, x);
    case OpKind::kDynamicConvolution:
      return dynamic_convolution(onnx, node, in);
    case OpKind::kToken: {
      const std::string token = rows(onnx, x, node.token, node.token + 1);
      return onnx.add("Squeeze", {token, onnx.integers({1})});
    }
    default:
      throw core::Bug("an operator without ONNX operators: " + node.scope);
  }
}

}  // namespace zeroth::spaces
