#include "spaces/export_dot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <graphviz/gvc.h>

#include <memory>
#include <mutex>

#include "core/error.h"
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

struct FreeGraph {
  void operator()(Agraph_t* graph) const { agclose(graph); }
};
struct FreeContext {
  void operator()(GVC_t* context) const { gvFreeContext(context); }
};

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
  static std::mutex one_at_a_time;  // the library keeps its state in global variables
  const std::lock_guard<std::mutex> lock(one_at_a_time);
  const std::unique_ptr<GVC_t, FreeContext> context(gvContext());
  const std::unique_ptr<Agraph_t, FreeGraph> drawing(agmemread(graph_dot(graph, title).c_str()));
  ZEROTH_CHECK(drawing != nullptr);
  char* text = nullptr;
  unsigned length = 0;
  if (gvLayout(context.get(), drawing.get(), "dot") != 0) {
    throw core::Error("libgraphviz cannot lay out the network; are its plugins installed?");
  }
  const bool drawn = gvRenderData(context.get(), drawing.get(), "svg", &text, &length) == 0;
  std::string svg = drawn ? std::string(text, length) : "";
  if (drawn) gvFreeRenderData(text);
  gvFreeLayout(context.get(), drawing.get());
  if (!drawn) throw core::Error("libgraphviz cannot write SVG; are its plugins installed?");
  return svg;
}

}  // namespace zeroth::spaces
