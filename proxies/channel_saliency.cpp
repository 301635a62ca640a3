#include "proxies/channel_saliency.h"

#include "proxies/position_sums.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;
using spaces::OpNode;
using torch::Tensor;

std::vector<double> saliency_of(const Tensor& activation, const Tensor& gradient) {
  const std::vector<double> sums = position_sums(activation, gradient);
  const auto images = static_cast<double>(activation.size(0));
  std::vector<double> saliency(static_cast<size_t>(activation.size(1)), 0.0);
  for (size_t i = 0; i < sums.size(); ++i) saliency[i % saliency.size()] += sums[i] * sums[i];
  for (double& channel : saliency) channel *= 0.5 / images;
  return saliency;
}

}  // namespace

ChannelSaliency::ChannelSaliency(const nn::Network& network) : state_(std::make_shared<State>()) {
  // Layers count in the order of the parameter table, which is module order.
  const auto& graph = network.graph();
  std::vector<int> layer_of_param(graph.params().size(), -1);
  int layers = 0;
  for (size_t i = 0; i < graph.params().size(); ++i) {
    const spaces::ParamRole role = graph.params()[i].role;
    if (role == spaces::ParamRole::kConvWeight || role == spaces::ParamRole::kLinearWeight)
      layer_of_param[i] = layers++;
  }
  for (const OpNode& node : graph.nodes()) {
    const bool layer = node.kind == OpKind::kConv2d || node.kind == OpKind::kLinear;
    layer_of_node_.push_back(layer ? layer_of_param[static_cast<size_t>(node.params[0])] : -1);
  }
  state_->saliency.resize(static_cast<size_t>(layers));
}

void ChannelSaliency::observe(const nn::NodeResult& result) {
  const int layer = layer_of_node_[static_cast<size_t>(result.node)];
  if (layer < 0 || !result.value.requires_grad()) return;
  result.value.register_hook([state = state_, layer, activation = result.value.detach()](const Tensor& gradient) {
    if (state->active) state->saliency[static_cast<size_t>(layer)] = saliency_of(activation, gradient);
  });
}

std::vector<std::vector<double>> ChannelSaliency::stop() {
  state_->active = false;
  return std::move(state_->saliency);
}

}  // namespace zeroth::proxies
