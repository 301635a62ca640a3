#include "spaces/export_dot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "spaces/cell_drawing.h"
#include "spaces/export_tensors.h"

namespace zeroth::spaces {
namespace {

// A text between DOT's quotes; a line break stays one.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else if (c != '\r') {
      result += c;
    }
  }
  return result + "\"";
}

std::string label(const OpNode& node, const std::vector<int64_t>& shape) {
  std::string text(operator_name(node));
  if (node.window.height > 0) {
    text += fmt::format(" {}x{}", node.window.height, node.window.width);
    if (node.window.stride > 1) text += fmt::format(" /{}", node.window.stride);
    if (node.window.dilation > 1) text += fmt::format(" dilated {}", node.window.dilation);
  }
  if (node.groups > 1) text += fmt::format(", {} groups", node.groups);
  if (node.heads > 0) text += fmt::format(", {} heads", node.heads);
  return text + fmt::format("\n{}\n{}", node.scope, fmt::join(shape, " x "));
}

}  // namespace

std::string graph_dot(const OpGraph& graph, std::string_view title) {
  std::string text = fmt::format(
      "digraph network {{\n  label={}; labelloc=t; rankdir=TB;\n"
      "  node [shape=box, style=filled, fillcolor=white, fontname=\"Helvetica\"];\n",
      quoted(title));
  const auto shapes = tensor_shapes(graph);
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const OpNode& node = graph.nodes()[i];
    text += fmt::format("  n{} [label={}{}];\n", i, quoted(label(node, shapes[i])),
                        node.params.empty() ? "" : ", fillcolor=lightblue");
  }
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    for (const int operand : graph.nodes()[i].operands) text += fmt::format("  n{} -> n{};\n", operand, i);
  }
  return text + "}\n";
}

std::string graph_svg(const OpGraph& graph, std::string_view title) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + drawn_svg(graph_dot(graph, title));
}

}  // namespace zeroth::spaces
