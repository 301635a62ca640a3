#include "spaces/cell_drawing.h"

#include <catch2/catch.hpp>
#include <string>

#include "core/error.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

using Catch::Matchers::Contains;

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

UnitGraph chain(const std::string& label) {
  UnitGraph cell;
  const size_t input = add_unit(cell, {UnitKind::kInput, "input", -1}, {});
  const size_t dead = add_unit(cell, {UnitKind::kZero, "none", 0}, {input});
  const size_t unit = add_unit(cell, {UnitKind::kParametric, label, 1}, {input, dead});
  add_unit(cell, {UnitKind::kParametric, "unread", 2}, {input});
  add_unit(cell, {UnitKind::kOutput, "out", -1}, {unit});
  return cell;
}

}  // namespace

TEST_CASE("every unit is a box and every operand an edge; dead ones are dashed") {
  const std::string dot = cell_dot(chain("conv"));
  CHECK(count_of(dot, "label=") == 5);
  CHECK(count_of(dot, "->") == 5);
  CHECK(count_of(dot, "rounded,dashed") == 2);        // the zero and what nobody reads
  CHECK(count_of(dot, "[style=dashed, color") == 3);  // their edges
  CHECK_THAT(dot, Contains("u0 -> u2;"));
}

TEST_CASE("a label is text, whatever it says") {
  const std::string label = "a\"]; evil [label=\"<script>alert(1)</script>\\N&";
  const std::string svg = drawn_svg(cell_dot(chain(label)));
  CHECK(svg.rfind("<svg", 0) == 0);
  CHECK(count_of(svg, "<script") == 0);
  CHECK(count_of(svg, "class=\"node\"") == 5);
  CHECK_THAT(svg, Contains("&lt;script&gt;") && Contains("\\N&amp;"));
}

TEST_CASE("cells of every space can be drawn, the same each time") {
  for (const auto& space : all_spaces()) {
    INFO(space->name());
    for (const UnitGraph& cell : space->cells(space->parse(space->example()))) {
      const std::string svg = drawn_svg(cell_dot(cell));
      CHECK(count_of(svg, "class=\"node\"") == boost::num_vertices(cell));
      CHECK(count_of(svg, "class=\"edge\"") == boost::num_edges(cell));
      CHECK(svg == drawn_svg(cell_dot(cell)));
    }
  }
}

TEST_CASE("what is not DOT is refused") { CHECK_THROWS_WITH(drawn_svg("cell {"), Contains("DOT")); }

}  // namespace zeroth::spaces
