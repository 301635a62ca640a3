// A cell as a picture: its units as Graphviz's DOT text, and what Graphviz draws of it.
#pragma once

#include <string>

#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// The cell as written, in the DOT language, from its inputs down to its output: a box a unit, an edge an operand.
// Colours tell the kinds of units apart; what is dead, because it hangs on no input or does not reach the output, is
// dashed and gray.
std::string cell_dot(const UnitGraph& cell);

// Draws a DOT text as one `<svg>` element with a transparent background. Text is measured by Graphviz's own table of
// widths, so the picture does not depend on the machine's fonts. Not thread-safe: Graphviz has global state.
// Throws core::Error where the text is not DOT.
std::string drawn_svg(const std::string& dot);

}  // namespace zeroth::spaces
