#include "proxies/transformer_layers.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using spaces::OpGraph;
using spaces::OpKind;
using spaces::OpNode;
using spaces::Role;
using torch::Tensor;

// Whether the outputs are tokens behind a layer norm, the first of them or their mean.
bool outputs_add_up_to_zero(const OpGraph& graph) {
  const OpNode* node = &graph.nodes().back();
  while (node->kind == OpKind::kToken || node->kind == OpKind::kGlobalAvgPool) {
    node = &graph.nodes()[static_cast<size_t>(node->operands[0])];
  }
  return node->kind == OpKind::kLayerNorm;
}

std::string unless_constant(std::string reason, const OpGraph& graph) {
  if (reason.empty() && outputs_add_up_to_zero(graph)) return "the outputs of a layer norm add up to a constant";
  return reason;
}

double singular_value_sum(const Tensor& matrix) {
  const Tensor rows = matrix.detach().to(torch::kFloat64).contiguous();
  // Eigen's own sums depend on where a borrowed matrix lies in memory, so that it is copied.
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::MatrixXd copy = Eigen::Map<const RowMajor>(rows.data_ptr<double>(), rows.size(0), rows.size(1));
  if (!copy.allFinite()) return std::numeric_limits<double>::quiet_NaN();
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(copy);
  const double* values = svd.singularValues().data();
  return sum_of(static_cast<size_t>(svd.singularValues().size()), [&](size_t i) { return values[i]; });
}

}  // namespace

std::vector<size_t> weights_with(const nn::Network& network, std::initializer_list<Role> roles) {
  std::vector<size_t> numbers;
  const std::vector<OpNode>& nodes = network.graph().nodes();
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (std::find(roles.begin(), roles.end(), nodes[i].role) == roles.end()) continue;
    numbers.push_back(static_cast<size_t>(network.layer(static_cast<int>(i))));
  }
  return numbers;
}

bool is_feed_forward_activation(const OpGraph& graph, const OpNode& node) {
  if (node.kind != OpKind::kGelu && node.kind != OpKind::kRelu) return false;
  return graph.nodes()[static_cast<size_t>(node.operands[0])].role == Role::kFeedForward;
}

std::string without_attention(const OpGraph& graph) {
  const bool found = std::any_of(graph.nodes().begin(), graph.nodes().end(),
                                 [](const OpNode& node) { return node.kind == OpKind::kAttentionContext; });
  return found ? "" : "the network has no attention";
}

std::string without_feed_forward(const OpGraph& graph) {
  const bool found = std::any_of(graph.nodes().begin(), graph.nodes().end(),
                                 [&graph](const OpNode& node) { return is_feed_forward_activation(graph, node); });
  return found ? "" : "the network has no feed-forward block";
}

std::string without_attention_gradient(const OpGraph& graph) {
  return unless_constant(without_attention(graph), graph);
}

std::string without_feed_forward_gradient(const OpGraph& graph) {
  return unless_constant(without_feed_forward(graph), graph);
}

double saliency(const Tensor& weight, const Tensor& gradient) {
  return sum_over(weight, gradient, [](double w, double g) { return std::abs(w * g); });
}

double diversity(const Tensor& weight, const Tensor& gradient) {
  return gradient.defined() ? singular_value_sum(weight) * singular_value_sum(gradient) : 0.0;
}

}  // namespace zeroth::proxies
