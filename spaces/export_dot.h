// A network as a drawing of its operators.
#pragma once

#include <string>
#include <string_view>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// Graphviz's DOT: a box an operator with its window, its scope and the shape of its result, coloured where it has
// parameters; an edge for each time a value is read. Without frames around cells: Graphviz draws them in the order of
// their addresses in memory.
std::string graph_dot(const OpGraph& graph, std::string_view title);

// The same, drawn by libgraphviz's `dot`. Throws core::Error where it cannot (its plugins are not installed).
std::string graph_svg(const OpGraph& graph, std::string_view title);

}  // namespace zeroth::spaces
