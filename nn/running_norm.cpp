#include "nn/running_norm.h"

#include "nn/channel_sums.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;

constexpr double kMomentum = 0.1;

// Of maps in the layout that the convolutions around it want.
Tensor in_layout(const Tensor& x) { return x.dim() == 4 ? channels_last(x) : x; }

}  // namespace

RunningNorms::RunningNorms(const spaces::OpGraph& graph) {
  for (const spaces::OpNode& node : graph.nodes()) {
    const bool tracked = node.kind == spaces::OpKind::kBatchNorm;
    place_.push_back(tracked ? static_cast<int>(tensors_.size()) : -1);
    if (!tracked) continue;
    tensors_.push_back(torch::zeros({node.shape.channels}));
    tensors_.push_back(torch::ones({node.shape.channels}));
  }
}

Tensor RunningNorms::train(const Network& network, const Tensor& images) {
  return forward(network, images, /*training=*/true);
}

Tensor RunningNorms::evaluate(const Network& network, const Tensor& images) const {
  return forward(network, images, /*training=*/false);
}

Tensor RunningNorms::forward(const Network& network, const Tensor& images, bool training) const {
  const auto rule = [&](int node, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const auto place = static_cast<size_t>(place_[static_cast<size_t>(node)]);
    const double epsilon = network.graph().nodes()[static_cast<size_t>(node)].epsilon;
    return std::make_pair(at::batch_norm(in_layout(x), weight, bias, tensors_[place], tensors_[place + 1], training,
                                         kMomentum, epsilon, /*cudnn_enabled=*/false),
                          Tensor());
  };
  return network.forward_by(rule, images);
}

}  // namespace zeroth::nn
