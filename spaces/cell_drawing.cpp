#include "spaces/cell_drawing.h"

#include <fmt/format.h>
#include <graphviz/gvc.h>

#include <memory>
#include <string_view>
#include <vector>

#include "core/error.h"

// What Graphviz would load at run time from a list that depends on the machine.
extern "C" {
extern gvplugin_library_t gvplugin_core_LTX_library;        // NOLINT(readability-identifier-naming)
extern gvplugin_library_t gvplugin_dot_layout_LTX_library;  // NOLINT(readability-identifier-naming)
}

namespace zeroth::spaces {
namespace {

// A string of the DOT language. A backslash begins an escape of labels, such as \N for the node's name.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// By unit: whether a signal of an input passes it on to the output.
std::vector<bool> live_units(const UnitGraph& cell) {
  const size_t units = boost::num_vertices(cell);
  std::vector<bool> fed(units, false), live(units, false);
  for (size_t unit = 0; unit < units; ++unit) {
    fed[unit] = cell[unit].kind == UnitKind::kInput;
    if (cell[unit].kind == UnitKind::kZero) continue;
    for (const size_t operand : operands_of(cell, unit)) fed[unit] = fed[unit] || fed[operand];
  }
  for (size_t unit = units; unit-- > 0;) {
    live[unit] = fed[unit] && (live[unit] || cell[unit].kind == UnitKind::kOutput);
    if (!live[unit]) continue;
    for (const size_t operand : operands_of(cell, unit)) live[operand] = true;
  }
  return live;
}

// Light tints of the Okabe-Ito palette, which colour-blind readers tell apart.
std::string_view tint(UnitKind kind) {
  switch (kind) {
    case UnitKind::kParametric:
      return "#cfe6f5";
    case UnitKind::kWeightless:
      return "#fbe7c2";
    case UnitKind::kInput:
    case UnitKind::kOutput:
      return "#cdeee3";
    default:
      return "#f2f2f2";
  }
}

std::string node_dot(const Unit& unit, size_t number, bool live) {
  const bool bare = unit.label.empty();
  const bool end = unit.kind == UnitKind::kInput || unit.kind == UnitKind::kOutput;
  std::string label = unit.label;
  if (bare) label = unit.kind == UnitKind::kInput ? "input" : unit.kind == UnitKind::kOutput ? "output" : "+";
  std::string node = fmt::format("  u{} [label={}, fillcolor=\"{}\"", number, quoted(label), tint(unit.kind));
  if (bare && !end) node += ", shape=circle, margin=0, width=0.3, height=0.3";
  if (!live) node += ", style=\"rounded,dashed\", color=\"#999999\", fontcolor=\"#767676\"";
  return node + "];\n";
}

struct Freed {
  void operator()(Agraph_t* graph) const { agclose(graph); }
  void operator()(GVC_t* context) const { gvFreeContext(context); }
};

std::unique_ptr<GVC_t, Freed> new_context() {
  lt_symlist_t plugins[] = {{"gvplugin_core_LTX_library", &gvplugin_core_LTX_library},
                            {"gvplugin_dot_layout_LTX_library", &gvplugin_dot_layout_LTX_library},
                            {nullptr, nullptr}};
  return std::unique_ptr<GVC_t, Freed>(gvContextPlugins(plugins, /*demand_loading=*/0));
}

}  // namespace

std::string cell_dot(const UnitGraph& cell) {
  const std::vector<bool> live = live_units(cell);
  std::string dot =
      "digraph cell {\n"
      "  graph [bgcolor=transparent, ranksep=0.3, nodesep=0.2, pad=0.05];\n"
      "  node [shape=box, style=\"rounded,filled\", color=\"#555555\", fontname=\"Helvetica\", fontsize=11, "
      "height=0.3, margin=\"0.1,0.03\"];\n"
      "  edge [color=\"#555555\", arrowsize=0.6];\n";
  for (size_t unit = 0; unit < live.size(); ++unit) dot += node_dot(cell[unit], unit, live[unit]);
  for (size_t unit = 0; unit < live.size(); ++unit) {
    for (const size_t operand : operands_of(cell, unit)) {
      const bool passes = live[unit] && live[operand];
      dot += fmt::format("  u{} -> u{}{};\n", operand, unit, passes ? "" : " [style=dashed, color=\"#999999\"]");
    }
  }
  return dot + "}\n";
}

std::string drawn_svg(const std::string& dot) {
  agseterr(AGMAX);  // Graphviz prints what it has to say; the error below says it in one line
  const auto context = new_context();
  const std::unique_ptr<Agraph_t, Freed> graph(agmemread(dot.c_str()));
  if (graph == nullptr) throw core::Error("not a graph in the DOT language: " + dot.substr(0, dot.find('\n')));
  char* data = nullptr;
  unsigned length = 0;
  ZEROTH_CHECK(gvLayout(context.get(), graph.get(), "dot") == 0);
  const int failed = gvRenderData(context.get(), graph.get(), "svg", &data, &length);
  std::string svg = failed == 0 ? std::string(data, length) : "";
  gvFreeRenderData(data);
  gvFreeLayout(context.get(), graph.get());
  // Before it come the declarations of a file of its own, and a comment with Graphviz's version.
  const size_t begin = svg.find("<svg");
  ZEROTH_CHECK(begin != std::string::npos);
  return svg.substr(begin);
}

}  // namespace zeroth::spaces
