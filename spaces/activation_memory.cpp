#include "spaces/activation_memory.h"

#include <algorithm>

namespace zeroth::spaces {
namespace {

constexpr int64_t kFloatBytes = 4;

int64_t result_bytes(const OpNode& node) {
  return kFloatBytes * node.shape.channels * node.shape.height * node.shape.width;
}

}  // namespace

std::vector<size_t> last_readers(const OpGraph& graph) {
  const std::vector<OpNode>& nodes = graph.nodes();
  std::vector<size_t> last(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    last[i] = i;
    for (const int operand : nodes[i].operands) last[static_cast<size_t>(operand)] = i;
  }
  return last;
}

int64_t activation_bytes(const OpGraph& graph) {
  const std::vector<OpNode>& nodes = graph.nodes();
  const std::vector<size_t> last_reader = last_readers(graph);
  int64_t alive = 0, peak = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    alive += result_bytes(nodes[i]);
    peak = std::max(peak, alive);
    // An operand that is read twice by the same node is freed once.
    std::vector<int> freed = nodes[i].operands;
    freed.push_back(static_cast<int>(i));
    std::sort(freed.begin(), freed.end());
    freed.erase(std::unique(freed.begin(), freed.end()), freed.end());
    for (const int node : freed) {
      if (last_reader[static_cast<size_t>(node)] == i) alive -= result_bytes(nodes[static_cast<size_t>(node)]);
    }
  }
  return peak;
}

}  // namespace zeroth::spaces
