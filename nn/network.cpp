#include "nn/network.h"

#include <map>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "nn/convolution.h"
#include "nn/map_operators.h"
#include "nn/token_operators.h"

namespace zeroth::nn {
namespace {

using spaces::OpKind;
using spaces::OpNode;
using spaces::ParamRole;

// By node: the first node that computes the same weightless function of the same value.
std::vector<int> executed_nodes(const spaces::OpGraph& graph) {
  const std::vector<OpNode>& nodes = graph.nodes();
  using Key = decltype(spaces::operator_key(nodes[0]));
  std::map<std::pair<Key, std::vector<int>>, int> first;
  std::vector<int> executed;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const OpNode& node = nodes[i];
    int stand_in = static_cast<int>(i);
    if (node.params.empty() && node.kind != OpKind::kInput && node.kind != OpKind::kAdd) {
      std::vector<int> operands;
      for (const int operand : node.operands) operands.push_back(executed[static_cast<size_t>(operand)]);
      stand_in = first.try_emplace({spaces::operator_key(node), operands}, stand_in).first->second;
    }
    executed.push_back(stand_in);
  }
  return executed;
}

// The operators of transformers. `operand` and `param` give the tensors that a node reads, by number.
template <typename Operand, typename Param>
torch::Tensor token_operator(const OpNode& node, const Operand& operand, const Param& param) {
  switch (node.kind) {
    case OpKind::kLayerNorm:
      return layer_norm(operand(0), param(0), param(1), node.epsilon);
    case OpKind::kGelu:
      return at::gelu(operand(0));
    case OpKind::kTokens:
      return pixels_as_tokens(operand(0));
    case OpKind::kMap:
      return tokens_as_pixels(operand(0), node.shape);
    case OpKind::kEmbedding:
      return at::embedding(param(0), operand(0).to(torch::kInt64));
    case OpKind::kClassToken:
      return with_class_token(operand(0), param(0));
    case OpKind::kPrependToken:
      return at::cat({operand(0).unsqueeze(1), operand(1)}, 1);
    case OpKind::kAddParameter:
      return add_parameter(operand(0), param(0));
    case OpKind::kAttentionScores:
      return attention_scores(operand(0), operand(1), node.heads);
    case OpKind::kAttentionContext:
      return attention_context(operand(0), operand(1));
    case OpKind::kFourierTransform:
      return fourier_transform(operand(0), node.heads);
    case OpKind::kCosineTransform:
      return cosine_transform(operand(0), node.heads);
    case OpKind::kDynamicConvolution:
      return dynamic_convolution(operand(0), operand(1), node.heads);
    case OpKind::kToken:
      return operand(0).select(1, node.token);
    default:
      throw core::Bug("an operator without a rule: " + node.scope);
  }
}

// The value of a node that is neither the input nor a batch norm.
template <typename Operand, typename Param>
torch::Tensor apply(const OpNode& node, const Operand& operand, const Param& param, bool second_order) {
  switch (node.kind) {
    case OpKind::kConv2d:
      return second_order ? twice_differentiable_convolution(operand(0), param(0), node)
                          : convolution(operand(0), param(0), node);
    case OpKind::kRelu:
      return at::relu(operand(0));
    case OpKind::kActivation:
      return activate(node.activation, operand(0));
    case OpKind::kMaxPool:
      return max_pool(operand(0), node.window);
    case OpKind::kLinear:
      return linear(operand(0), param(0), node.params.size() > 1 ? param(1) : torch::Tensor());
    case OpKind::kAvgPool:
    case OpKind::kGlobalAvgPool:
    case OpKind::kAdd:
    case OpKind::kZero:
    case OpKind::kConcat:
    case OpKind::kNarrow:
    case OpKind::kCrop:
    case OpKind::kShuffle:
    case OpKind::kFlatten:
      return linear_without_parameters(node, operand);
    case OpKind::kComplement:
      return at::rsub(operand(0), 1.0);
    case OpKind::kMultiply:
      return gated(operand(0), operand(1));
    default:
      return token_operator(node, operand, param);
  }
}

// The rule of all batch norms alike.
auto rule_of(Norm norm, const spaces::OpGraph& graph) {
  return [norm, &graph](int node, const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
    return batch_norm(x, weight, bias, norm, graph.nodes()[static_cast<size_t>(node)].epsilon);
  };
}

}  // namespace

Network::Network(spaces::OpGraph graph, std::vector<torch::Tensor> params)
    : graph_(std::move(graph)), params_(std::move(params)), executed_(executed_nodes(graph_)) {
  ZEROTH_CHECK(params_.size() == graph_.params().size());
  std::vector<int> layer_of_param(params_.size(), -1);
  for (size_t i = 0; i < params_.size(); ++i) {
    const ParamRole role = graph_.params()[i].role;
    if (spaces::is_weight(role)) {
      layer_of_param[i] = static_cast<int>(weights_.size());
      weights_.push_back(params_[i]);
    }
    const bool other = role == ParamRole::kLinearBias || role == ParamRole::kNormBias;
    if (!other && role != ParamRole::kTokenParameter) weights_and_gains_.push_back(params_[i]);
  }
  for (const OpNode& node : graph_.nodes()) {
    const bool layer = node.kind == OpKind::kConv2d || node.kind == OpKind::kLinear;
    layers_.push_back(layer ? layer_of_param[static_cast<size_t>(node.params[0])] : -1);
  }
  uses_.assign(graph_.nodes().size(), 0);
  reads_.assign(graph_.nodes().size(), 0);
  for (size_t i = 0; i < graph_.nodes().size(); ++i) {
    ++uses_[static_cast<size_t>(executed_[i])];
    if (executed_[i] != static_cast<int>(i)) continue;
    for (const int operand : graph_.nodes()[i].operands) ++reads_[static_cast<size_t>(executed(operand))];
  }
}

std::vector<torch::Tensor> Network::weights_of(const std::vector<torch::Tensor>& values) const {
  ZEROTH_CHECK(values.size() == params_.size());
  std::vector<torch::Tensor> found;
  for (size_t i = 0; i < values.size(); ++i) {
    if (spaces::is_weight(graph_.params()[i].role)) found.push_back(values[i]);
  }
  return found;
}

torch::Tensor Network::forward(const torch::Tensor& images, Norm norm, const Observer& observer) const {
  return run(params_, images, rule_of(norm, graph_), /*second_order=*/false, observer);
}

torch::Tensor Network::forward_for_second_order(const torch::Tensor& images, const Observer& observer) const {
  return run(params_, images, rule_of(Norm::kBatch, graph_), /*second_order=*/true, observer);
}

torch::Tensor Network::forward_with(const std::vector<torch::Tensor>& params, const torch::Tensor& images, Norm norm,
                                    const Observer& observer) const {
  return run(params, images, rule_of(norm, graph_), /*second_order=*/false, observer);
}

torch::Tensor Network::forward_by(NormRule norm, const torch::Tensor& images) const {
  return run(params_, images, norm, /*second_order=*/false, {});
}

torch::Tensor Network::run(const std::vector<torch::Tensor>& params, const torch::Tensor& images, NormRule norm,
                           bool second_order, const Observer& observer) const {
  std::vector<torch::Tensor> values(graph_.nodes().size());
  std::vector<int> reads_left = reads_;
  for (size_t i = 0; i < values.size(); ++i) {
    if (executed_[i] != static_cast<int>(i)) continue;
    const OpNode& node = graph_.nodes()[i];
    const auto operand = [&](size_t k) -> const torch::Tensor& {
      return values[static_cast<size_t>(executed(node.operands[k]))];
    };
    const auto param = [&](size_t k) -> const torch::Tensor& { return params[static_cast<size_t>(node.params[k])]; };
    torch::Tensor& value = values[i];
    torch::Tensor inverse_deviation;
    if (node.kind == OpKind::kInput) {
      value = images;
    } else if (node.kind == OpKind::kBatchNorm) {
      std::tie(value, inverse_deviation) = norm(static_cast<int>(i), operand(0), param(0), param(1));
    } else {
      value = apply(node, operand, param, second_order);
    }
    if (observer) observer({static_cast<int>(i), uses_[i], value, inverse_deviation});
    for (const int read : node.operands) {
      const auto source = static_cast<size_t>(executed(read));
      if (--reads_left[source] == 0) values[source].reset();
    }
  }
  return values.back();
}

}  // namespace zeroth::nn
