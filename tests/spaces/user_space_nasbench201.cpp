// NAS-Bench-201 as a file describes it is the built-in space, bit for bit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "spaces/canonical.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& built_in() { return find_space("nasbench201"); }
const SearchSpace& described() { return find_space(ZEROTH_TESTS_DIR "/../spaces/examples/nasbench201.yaml"); }

bool same_node(const OpNode& a, const OpNode& b) {
  const bool same_shape = a.shape.channels == b.shape.channels && a.shape.height == b.shape.height &&
                          a.shape.width == b.shape.width && a.shape.tokens == b.shape.tokens;
  return a.kind == b.kind && a.operands == b.operands && a.params == b.params && a.window == b.window &&
         a.groups == b.groups && a.activation == b.activation && a.token == b.token && a.heads == b.heads &&
         a.role == b.role && same_shape && a.modules == b.modules && a.scope == b.scope;
}

bool same_param(const ParamSpec& a, const ParamSpec& b) {
  return a.name == b.name && a.role == b.role && a.shape == b.shape;
}

// What differs first; empty where nothing does.
std::string difference(const OpGraph& a, const OpGraph& b) {
  if (a.nodes().size() != b.nodes().size()) return "number of nodes";
  for (size_t i = 0; i < a.nodes().size(); ++i) {
    if (!same_node(a.nodes()[i], b.nodes()[i])) return a.nodes()[i].scope + " against " + b.nodes()[i].scope;
  }
  if (!std::equal(a.params().begin(), a.params().end(), b.params().begin(), b.params().end(), same_param)) {
    return "parameters";
  }
  return a.taps() == b.taps() ? "" : "taps";
}

bool same_units(const UnitGraph& a, const UnitGraph& b) {
  if (boost::num_vertices(a) != boost::num_vertices(b)) return false;
  for (size_t unit = 0; unit < boost::num_vertices(a); ++unit) {
    const bool same = a[unit].kind == b[unit].kind && a[unit].label == b[unit].label &&
                      a[unit].origin == b[unit].origin && operands_of(a, unit) == operands_of(b, unit);
    if (!same) return false;
  }
  return true;
}

TEST_CASE("NAS-Bench-201 of a file has the built-in's name, size, example and shapes") {
  CHECK(&described() != &built_in());
  CHECK(described().name() == built_in().name());
  CHECK(described().size() == built_in().size());
  CHECK(described().example() == built_in().example());
  for (const auto& [a, b] : {std::pair(described().full_shape(), built_in().full_shape()),
                             std::pair(described().fast_shape(), built_in().fast_shape())}) {
    CHECK(a.channels == b.channels);
    CHECK(a.cells == b.cells);
    CHECK(a.resolution == b.resolution);
    CHECK(a.classes == b.classes);
    CHECK(a.input_channels == b.input_channels);
  }
}

TEST_CASE("NAS-Bench-201 of a file has the built-in's architectures, texts and functions") {
  for (uint64_t index = 0; index < *built_in().size(); index += 7) {
    const Architecture architecture = built_in().at(index);
    REQUIRE(described().at(index) == architecture);
    const std::string text = built_in().print(architecture);
    REQUIRE(described().print(architecture) == text);
    REQUIRE(described().parse(text) == architecture);
    const auto cells = described().cells(architecture);
    REQUIRE(cells.size() == 1);
    REQUIRE(same_units(cells.front(), built_in().cells(architecture).front()));
    if (index % 5 == 0) {
      REQUIRE(canonical_form(cells).text == canonical_form(built_in().cells(architecture)).text);
    }
  }
}

TEST_CASE("NAS-Bench-201 of a file has the built-in's networks, node by node") {
  NetShape dense = built_in().fast_shape();
  dense.dense = true;
  for (uint64_t index = 0; index < *built_in().size(); index += 31) {
    const auto cells = built_in().cells(built_in().at(index));
    const auto canonical = canonical_form(cells).cells;
    INFO(built_in().print(built_in().at(index)));
    const NetShape fast = built_in().fast_shape();
    REQUIRE(difference(described().lower(cells, fast), built_in().lower(cells, fast)).empty());
    REQUIRE(difference(described().lower(canonical, fast), built_in().lower(canonical, fast)).empty());
    if (index % 4 != 0) continue;
    const NetShape full = built_in().full_shape();
    REQUIRE(difference(described().lower(cells, full), built_in().lower(cells, full)).empty());
    REQUIRE(difference(described().lower(cells, dense), built_in().lower(cells, dense)).empty());
  }
}

TEST_CASE("neighbours and samples of NAS-Bench-201 of a file are the built-in's") {
  const core::Stream stream(3, "test");
  const Architecture drawn = built_in().sample(stream, 0);
  CHECK(described().sample(stream, 0) == drawn);
  CHECK(described().neighbours(drawn) == built_in().neighbours(drawn));
}

}  // namespace
}  // namespace zeroth::spaces
