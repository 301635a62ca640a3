#include "proxies/channel_saliency.h"

#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;
using spaces::OpNode;
using torch::Tensor;

// sums[n * channels + c] = sum over positions of a * d, for maps that are plain or channels-last in memory.
template <typename T>
std::vector<double> position_sums(const T* a, const T* d, int64_t images, int64_t channels, int64_t positions,
                                  bool channels_last) {
  std::vector<double> sums(static_cast<size_t>(images * channels));
  std::vector<T> row(static_cast<size_t>(channels));
  for (int64_t n = 0; n < images; ++n) {
    const T* x = a + n * channels * positions;
    const T* y = d + n * channels * positions;
    double* out = sums.data() + n * channels;
    if (!channels_last) {
      for (int64_t c = 0; c < channels; ++c, x += positions, y += positions) {
        out[c] = sum_of(static_cast<size_t>(positions), [&](size_t p) { return static_cast<double>(x[p]) * y[p]; });
      }
      continue;
    }
    std::fill(row.begin(), row.end(), T(0));
    for (int64_t p = 0; p < positions; ++p, x += channels, y += channels) {
      for (int64_t c = 0; c < channels; ++c) row[static_cast<size_t>(c)] += x[c] * y[c];
    }
    for (int64_t c = 0; c < channels; ++c) out[c] = row[static_cast<size_t>(c)];
  }
  return sums;
}

std::vector<double> saliency_of(const Tensor& activation, const Tensor& gradient) {
  const int64_t images = activation.size(0), channels = activation.size(1);
  const bool channels_last = activation.dim() == 4 && activation.is_contiguous(at::MemoryFormat::ChannelsLast);
  const Tensor a = channels_last ? activation : activation.contiguous();
  const Tensor d = laid_out_like(gradient, a);
  const std::vector<double> sums = with_elements(a, [&](const auto* x) {
    return position_sums(x, d.data_ptr<std::decay_t<decltype(*x)>>(), images, channels, a.numel() / (images * channels),
                         channels_last);
  });
  std::vector<double> saliency(static_cast<size_t>(channels), 0.0);
  for (size_t i = 0; i < sums.size(); ++i) saliency[i % saliency.size()] += sums[i] * sums[i];
  for (double& channel : saliency) channel *= 0.5 / static_cast<double>(images);
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
