#include "spaces/operator_text.h"

#include <fmt/format.h>

#include "spaces/export_tensors.h"

namespace zeroth::spaces {
namespace {

std::string shape_text(const FeatureShape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

}  // namespace

std::string operator_text(const OpGraph& graph, const OpNode& node) {
  std::string text(operator_name(node));
  for (size_t i = 0; i < node.operands.size(); ++i) {
    text += (i == 0 ? " in=" : "+") + shape_text(graph.nodes()[static_cast<size_t>(node.operands[i])].shape);
  }
  text += " out=" + shape_text(node.shape);
  const Window& window = node.window;
  if (window.area() > 0) {
    text += fmt::format(" kernel={}x{} stride={} padding={}x{}", window.height, window.width, window.stride,
                        window.pad_height, window.pad_width);
    if (window.dilation > 1) text += fmt::format(" dilation={}", window.dilation);
  }
  if (node.kind == OpKind::kConv2d || node.kind == OpKind::kShuffle) text += fmt::format(" groups={}", node.groups);
  if (node.heads > 0) text += fmt::format(" heads={}", node.heads);
  return text;
}

}  // namespace zeroth::spaces
