#include "spaces/export_pytorch_operators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

// A number where both directions agree, otherwise a pair.
std::string pair(int height, int width) {
  return height == width ? std::to_string(height) : fmt::format("({}, {})", height, width);
}

// "3, stride=2, padding=1": a window's keyword arguments that differ from PyTorch's defaults.
std::string window_arguments(const Window& window, int default_stride) {
  std::string text = pair(window.height, window.width);
  if (window.stride != default_stride) text += fmt::format(", stride={}", window.stride);
  if (window.pad_height > 0 || window.pad_width > 0) {
    text += fmt::format(", padding={}", pair(window.pad_height, window.pad_width));
  }
  if (window.dilation > 1) text += fmt::format(", dilation={}", window.dilation);
  return text;
}

// What a norm says of its epsilon where that is not PyTorch's default.
std::string epsilon(const OpNode& node) {
  return node.epsilon == kNormEpsilon ? "" : fmt::format(", eps={}", node.epsilon);
}

std::string conv_module(const OpGraph& graph, const OpNode& node, bool bias) {
  const std::vector<int64_t>& weight = graph.params()[static_cast<size_t>(node.params[0])].shape;
  std::string text =
      fmt::format("nn.Conv2d({}, {}, {}", weight[1] * node.groups, weight[0], window_arguments(node.window, 1));
  if (node.groups > 1) text += fmt::format(", groups={}", node.groups);
  return text + (bias ? ")" : ", bias=False)");
}

// PyTorch's default stride of a pooling is its window's size.
std::string pool(const std::string& function, const std::string& x, const Window& window, const char* rest) {
  const int stride = window.height == window.width ? window.height : 0;
  return fmt::format("F.{}({}, {}{})", function, x, window_arguments(window, stride), rest);
}

std::string activation(Activation function, const std::string& x) {
  switch (function) {
    case Activation::kRelu6:
      return fmt::format("F.relu6({})", x);
    case Activation::kSwish:
      return fmt::format("F.silu({})", x);
    case Activation::kHardSwish:
      return fmt::format("F.hardswish({})", x);
    case Activation::kSigmoid:
      return fmt::format("torch.sigmoid({})", x);
    case Activation::kHardSigmoid:
      return fmt::format("F.hardsigmoid({})", x);
    case Activation::kTanh:
      return fmt::format("torch.tanh({})", x);
    case Activation::kLeakyRelu:
      return fmt::format("F.leaky_relu({}, 0.01)", x);
  }
  throw core::Bug("an activation without PyTorch source");
}

std::string token_expression(const OpNode& node, const PytorchContext& context) {
  const std::vector<std::string>& x = context.operands;
  const FeatureShape& shape = node.shape;
  switch (node.kind) {
    case OpKind::kGelu:
      return fmt::format("F.gelu({})", x[0]);
    case OpKind::kTokens:
      return fmt::format("{}.flatten(2).transpose(1, 2)", x[0]);
    case OpKind::kMap:
      return fmt::format("{}[:, -{}:].transpose(1, 2).unflatten(2, ({}, {}))", x[0], shape.height * shape.width,
                         shape.height, shape.width);
    case OpKind::kEmbedding:
      return fmt::format("{}({}.long())", context.module, x[0]);
    case OpKind::kClassToken:
      return fmt::format("torch.cat([{}.expand({}.size(0), 1, -1), {}], 1)", context.parameter, x[0], x[0]);
    case OpKind::kPrependToken:
      return fmt::format("torch.cat([{}[:, None], {}], 1)", x[0], x[1]);
    case OpKind::kAttentionScores:
      return fmt::format("attention_scores({}, {}, {})", x[0], x[1], node.heads);
    case OpKind::kAttentionContext:
      return fmt::format("attention_context({}, {})", x[0], x[1]);
    case OpKind::kFourierTransform:
      return fmt::format("fourier_transform({}, {})", x[0], node.heads);
    case OpKind::kCosineTransform:
      return fmt::format("cosine_transform({}, {})", x[0], node.heads);
    case OpKind::kDynamicConvolution:
      return fmt::format("dynamic_convolution({}, {}, {})", x[0], x[1], node.heads);
    case OpKind::kToken:
      return fmt::format("{}[:, {}]", x[0], node.token);
    default:
      throw core::Bug("an operator without PyTorch source: " + node.scope);
  }
}

}  // namespace

std::string pytorch_module(const OpGraph& graph, const OpNode& node, const std::vector<int64_t>& shape, bool bias) {
  const auto size = [&](size_t k) { return graph.params()[static_cast<size_t>(node.params[0])].shape[k]; };
  switch (node.kind) {
    case OpKind::kConv2d:
      return conv_module(graph, node, bias);
    case OpKind::kBatchNorm:
      return fmt::format("nn.BatchNorm{}d({}{})", shape.size() == 3 ? 2 : 1, node.shape.channels, epsilon(node));
    case OpKind::kLinear:
      return fmt::format("nn.Linear({}, {}{})", size(1), size(0), node.params.size() > 1 ? "" : ", bias=False");
    case OpKind::kLayerNorm:
      return fmt::format("nn.LayerNorm({}{})", node.shape.channels, epsilon(node));
    case OpKind::kEmbedding:
      return fmt::format("nn.Embedding({}, {})", size(0), size(1));
    default:
      return "";
  }
}

std::string pytorch_expression(const OpNode& node, const PytorchContext& context) {
  const std::vector<std::string>& x = context.operands;
  switch (node.kind) {
    case OpKind::kConv2d:
    case OpKind::kBatchNorm:
    case OpKind::kLinear:
    case OpKind::kLayerNorm:
      return fmt::format("{}({})", context.module, x[0]);
    case OpKind::kRelu:
      return fmt::format("F.relu({})", x[0]);
    case OpKind::kActivation:
      return activation(node.activation, x[0]);
    case OpKind::kAvgPool:
      return pool("avg_pool2d", x[0], node.window, ", count_include_pad=False");
    case OpKind::kMaxPool:
      return pool("max_pool2d", x[0], node.window, "");
    case OpKind::kGlobalAvgPool:
      return fmt::format("{}.mean({})", x[0], context.shapes[0].size() == 3 ? "(2, 3)" : "1");
    case OpKind::kAdd:
      return fmt::format("{}", fmt::join(x, " + "));
    case OpKind::kZero:
      return fmt::format("{} * 0", x[0]);
    case OpKind::kConcat:
      return fmt::format("torch.cat([{}], 1)", fmt::join(x, ", "));
    case OpKind::kNarrow:
      return fmt::format("{}[{}:, {}:{}]", x[0], node.shape.tokens ? ":, " : "",
                         node.first_channel > 0 ? std::to_string(node.first_channel) : "",
                         node.first_channel + node.shape.channels);
    case OpKind::kFlatten:
      return fmt::format("{}.flatten(1)", x[0]);
    case OpKind::kCrop:
      return fmt::format("{}[:, :, 1:, 1:]", x[0]);
    case OpKind::kShuffle:
      return fmt::format("{}.unflatten(1, ({}, -1)).transpose(1, 2).flatten(1, 2)", x[0], node.groups);
    case OpKind::kMultiply:
      return fmt::format("{} * {}{}", x[0], x[1],
                         context.shapes[1].size() < context.shapes[0].size() ? "[:, :, None, None]" : "");
    case OpKind::kComplement:
      return fmt::format("1 - {}", x[0]);
    case OpKind::kAddParameter: {
      // A bias, one number a channel, reaches every pixel of a map.
      const bool spread = context.shapes[0].size() == 3 && context.parameter_rank == 1;
      return fmt::format("{} + {}{}", x[0], context.parameter, spread ? "[:, None, None]" : "");
    }
    default:
      return token_expression(node, context);
  }
}

std::string pytorch_helper(OpKind kind) {
  switch (kind) {
    case OpKind::kAttentionScores:
      return R"(def attention_scores(query, key, heads):
    """Softmax over the keys, by head: (N, heads, queries, keys)."""
    query, key = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (query, key))
    return torch.softmax(query @ key.transpose(2, 3) / query.size(3) ** 0.5, 3)
)";
    case OpKind::kAttentionContext:
      return R"(def attention_context(scores, value):
    """Each query's values, weighed by its scores, heads side by side: (N, queries, channels)."""
    value = value.unflatten(2, (scores.size(1), -1)).transpose(1, 2)
    return (scores @ value).transpose(1, 2).flatten(2)
)";
    case OpKind::kFourierTransform:
      return R"(def fourier_transform(x, heads):
    """Real part of the discrete Fourier transform over the tokens and the channels of each head."""
    turns = x.unflatten(2, (heads, -1)).transpose(1, 2)
    return torch.fft.fft2(turns).real.transpose(1, 2).flatten(2)
)";
    case OpKind::kCosineTransform:
      return R"(def cosine_transform(x, heads):
    """Cosine transform of type II over the tokens and the channels of each head."""

    def matrix(size):
        k = torch.arange(size, dtype=torch.float64, device=x.device)
        return (2 * torch.cos(torch.pi * k[:, None] * (2 * k + 1) / (2 * size))).to(x.dtype)

    x = x.unflatten(2, (heads, -1)).transpose(1, 2)
    return (matrix(x.size(2)) @ x @ matrix(x.size(3)).T).transpose(1, 2).flatten(2)
)";
    case OpKind::kDynamicConvolution:
      return R"(def dynamic_convolution(kernels, values, heads):
    """Weighs the values of the tokens around each token by the softmax of its own kernel, by head."""
    kernels = torch.softmax(kernels.unflatten(2, (heads, -1)), 3)
    span = kernels.size(3)
    windows = F.pad(values, (0, 0, span // 2, span // 2)).unfold(1, span, 1).unflatten(2, (heads, -1))
    return (windows @ kernels[..., None]).flatten(2)
)";
    default:
      return "";
  }
}

}  // namespace zeroth::spaces
