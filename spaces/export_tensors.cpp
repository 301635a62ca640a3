#include "spaces/export_tensors.h"

#include <algorithm>
#include <array>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 32> kOperators = {"input",
                                                         "conv2d",
                                                         "batch_norm",
                                                         "relu",
                                                         "activation",
                                                         "avg_pool",
                                                         "max_pool",
                                                         "global_avg_pool",
                                                         "linear",
                                                         "add",
                                                         "zero",
                                                         "concat",
                                                         "narrow",
                                                         "crop",
                                                         "shuffle",
                                                         "multiply",
                                                         "complement",
                                                         "layer_norm",
                                                         "gelu",
                                                         "tokens",
                                                         "map",
                                                         "embedding",
                                                         "class_token",
                                                         "prepend_token",
                                                         "add_parameter",
                                                         "attention_scores",
                                                         "attention_context",
                                                         "fourier_transform",
                                                         "cosine_transform",
                                                         "dynamic_convolution",
                                                         "token",
                                                         "flatten"};
constexpr std::array<std::string_view, 7> kActivations = {"relu6",        "swish", "hard_swish", "sigmoid",
                                                          "hard_sigmoid", "tanh",  "leaky_relu"};

bool is_vector(OpKind kind) {
  return kind == OpKind::kGlobalAvgPool || kind == OpKind::kToken || kind == OpKind::kFlatten;
}
bool is_map(OpKind kind) { return kind == OpKind::kMap || kind == OpKind::kAttentionScores || kind == OpKind::kConv2d; }

}  // namespace

std::string_view operator_name(const OpNode& node) {
  if (node.kind == OpKind::kActivation) return kActivations.at(static_cast<size_t>(node.activation));
  return kOperators.at(static_cast<size_t>(node.kind));
}

std::vector<std::vector<int64_t>> tensor_shapes(const OpGraph& graph) {
  std::vector<std::vector<int64_t>> shapes;
  for (const OpNode& node : graph.nodes()) {
    const FeatureShape& shape = node.shape;
    if (shape.tokens) {
      const bool text = node.kind == OpKind::kInput;
      shapes.push_back(text ? std::vector<int64_t>{shape.height} : std::vector<int64_t>{shape.height, shape.channels});
      continue;
    }
    // What is neither made a map nor a vector is what its first operand is; of a sum, what any is.
    bool map = node.kind == OpKind::kInput || is_map(node.kind);
    if (!map && !is_vector(node.kind)) {
      map = std::any_of(node.operands.begin(), node.operands.end(),
                        [&](int operand) { return shapes[static_cast<size_t>(operand)].size() == 3; });
    }
    shapes.push_back(map ? std::vector<int64_t>{shape.channels, shape.height, shape.width}
                         : std::vector<int64_t>{shape.channels});
  }
  return shapes;
}

int64_t vocabulary(const OpGraph& graph) {
  for (const OpNode& node : graph.nodes()) {
    if (node.kind == OpKind::kEmbedding) return graph.params().at(static_cast<size_t>(node.params[0])).shape[0];
  }
  return 0;
}

std::string part_of(const OpNode& node) {
  size_t end = node.scope.find('.');
  while (end != std::string::npos) {
    const size_t next = node.scope.find('.', end + 1);
    const std::string segment = node.scope.substr(end + 1, next - end - 1);
    if (!segment.empty() && segment.find_first_not_of("0123456789") == std::string::npos) {
      return node.scope.substr(0, next);
    }
    end = next;
  }
  return node.scope.substr(0, node.scope.find('.'));
}

}  // namespace zeroth::spaces
