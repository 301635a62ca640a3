// What a network costs: parameters and multiply-adds.
#include <numeric>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

int64_t OpGraph::parameter_count() const {
  return std::accumulate(params_.begin(), params_.end(), int64_t{0},
                         [](int64_t sum, const ParamSpec& param) { return sum + param.numel(); });
}

int64_t OpGraph::macs() const {
  return std::accumulate(nodes_.begin(), nodes_.end(), int64_t{0},
                         [this](int64_t sum, const OpNode& node) { return sum + macs_of(node); });
}

int64_t OpGraph::macs_of(const OpNode& node) const {
  switch (node.kind) {
    case OpKind::kConv2d:
    case OpKind::kLinear:
      return params_[node.params.front()].numel() * node.shape.height * node.shape.width;
    case OpKind::kAttentionScores:
      return nodes_[node.operands[0]].shape.channels * node.shape.height * node.shape.width;
    case OpKind::kAttentionContext:
      return node.shape.channels * node.shape.height * nodes_[node.operands[0]].shape.width;
    case OpKind::kDynamicConvolution:
      return node.shape.channels * node.shape.height * nodes_[node.operands[0]].shape.channels / node.heads;
    default:
      return 0;
  }
}

}  // namespace zeroth::spaces
