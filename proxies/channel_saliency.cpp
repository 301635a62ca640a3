#include "proxies/channel_saliency.h"

#include "proxies/position_sums.h"

namespace zeroth::proxies {
namespace {

using torch::Tensor;

std::vector<double> saliency_of(const Tensor& activation, const Tensor& gradient) {
  const bool tokens = activation.dim() == 3;  // (N, T, C)
  const std::vector<double> sums = tokens ? position_sums(activation.transpose(1, 2), gradient.transpose(1, 2))
                                          : position_sums(activation, gradient);
  const auto images = static_cast<double>(activation.size(0));
  std::vector<double> saliency(sums.size() / static_cast<size_t>(activation.size(0)), 0.0);
  for (size_t i = 0; i < sums.size(); ++i) saliency[i % saliency.size()] += sums[i] * sums[i];
  for (double& channel : saliency) channel *= 0.5 / images;
  return saliency;
}

}  // namespace

ChannelSaliency::ChannelSaliency(const nn::Network& network) : network_(network), state_(std::make_shared<State>()) {
  state_->saliency.resize(network.weights().size());
}

void ChannelSaliency::observe(const nn::NodeResult& result) {
  const int layer = network_.layer(result.node);
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
