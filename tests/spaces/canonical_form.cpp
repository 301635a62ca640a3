// The canonical form on arbitrary dataflow, where ties are many.
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "spaces/canonical.h"

namespace zeroth::spaces {
namespace {

const Unit kIn = {UnitKind::kInput, "input", -1};
const Unit kOut = {UnitKind::kOutput, "out", -1};
Unit conv(int origin = -1) { return {UnitKind::kParametric, "conv", origin}; }

// One to three operands among the units so far, the latest and the first more often than others.
std::vector<size_t> random_operands(size_t units) {
  std::vector<size_t> operands;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) operands.push_back(*rc::gen::inRange<size_t>(0, units));
  return operands;
}

UnitGraph random_graph() {
  static const std::vector<Unit> choices = {{UnitKind::kParametric, "conv", -1}, {UnitKind::kParametric, "conv", -1},
                                            {UnitKind::kParametric, "deep", -1}, {UnitKind::kWeightless, "pool", -1},
                                            {UnitKind::kIdentity, "node", -1},   {UnitKind::kZero, "none", -1}};
  UnitGraph graph;
  add_unit(graph, kIn, {});
  const int units = *rc::gen::inRange(0, 11);
  for (int i = 0; i < units; ++i) {
    Unit unit = *rc::gen::elementOf(choices);
    unit.origin = i;
    add_unit(graph, unit, random_operands(boost::num_vertices(graph)));
  }
  add_unit(graph, kOut, random_operands(boost::num_vertices(graph)));
  return graph;
}

// The same dataflow, its units numbered by another topological order and its operands by another order.
UnitGraph renumbered(const UnitGraph& graph) {
  const size_t units = boost::num_vertices(graph);
  std::vector<size_t> number(units, units);
  UnitGraph result;
  const auto ready = [&](size_t unit) {
    // The output reads some units and comes after all.
    if (number[unit] != units || (unit + 1 == units && boost::num_vertices(result) + 1 < units)) return false;
    const std::vector<size_t> operands = operands_of(graph, unit);
    return std::all_of(operands.begin(), operands.end(), [&](size_t operand) { return number[operand] != units; });
  };
  number[0] = add_unit(result, graph[0], {});
  while (boost::num_vertices(result) < units) {
    std::vector<size_t> candidates;
    for (size_t unit = 0; unit < units; ++unit) {
      if (ready(unit)) candidates.push_back(unit);
    }
    const size_t next = *rc::gen::elementOf(candidates);
    std::vector<size_t> operands;
    for (const size_t operand : operands_of(graph, next)) operands.push_back(number[operand]);
    // A rotation after a reversal reaches every order of at most three operands.
    if (*rc::gen::arbitrary<bool>()) std::reverse(operands.begin(), operands.end());
    const int turn = *rc::gen::inRange(0, static_cast<int>(operands.size()));
    std::rotate(operands.begin(), operands.begin() + turn, operands.end());
    number[next] = add_unit(result, graph[next], operands);
  }
  return result;
}

// The cell's value for one input, each parametric unit being a function of its own that keeps zero.
double value(const UnitGraph& graph, double input) {
  std::vector<double> values;
  for (size_t unit = 0; unit < boost::num_vertices(graph); ++unit) {
    double read = 0;
    for (const size_t operand : operands_of(graph, unit)) read += values[operand];
    switch (graph[unit].kind) {
      case UnitKind::kInput:
        values.push_back(input);
        break;
      case UnitKind::kZero:
        values.push_back(0);
        break;
      case UnitKind::kWeightless:
        values.push_back(std::sin(read));
        break;
      case UnitKind::kParametric:
        values.push_back(std::tanh(read) * (1.5 + graph[unit].origin) + read * read / (1 + read * read));
        break;
      case UnitKind::kIdentity:
      case UnitKind::kPart:
      case UnitKind::kOutput:
        values.push_back(read);
        break;
    }
  }
  return values.back();
}

// input -> {part of a skip, part of nothing, part of two poolings} -> output
UnitGraph concatenation(UnitKind first, UnitKind second) {
  UnitGraph graph;
  add_unit(graph, {UnitKind::kInput, "s0", -1}, {});
  add_unit(graph, {UnitKind::kInput, "s1", -1}, {});
  add_unit(graph, {first, "pool", 0}, {1});
  add_unit(graph, {second, "pool", 1}, {1});
  add_unit(graph, {UnitKind::kPart, "node", -1}, {0});
  add_unit(graph, {UnitKind::kPart, "node", -1}, {});
  add_unit(graph, {UnitKind::kPart, "node", -1}, {2, 3});
  add_unit(graph, {UnitKind::kOutput, "out", -1}, {4, 5, 6});
  return graph;
}

TEST_CASE("inputs and parts of a concatenation stay, whatever they are read for") {
  const UnitGraph cell = canonical_cell(concatenation(UnitKind::kZero, UnitKind::kZero));
  CHECK(encoding(cell) == "1=s1();2=node();3=node();4=node(0);out(2+3+4)");
  CHECK(encoding(canonical_cell(concatenation(UnitKind::kWeightless, UnitKind::kZero))) ==
        "1=s1();2=pool(1);3=node();4=node(0);5=node(2);out(3+4+5)");
}

TEST_CASE("equal weightless units are one, but for those that are separate") {
  UnitGraph graph = concatenation(UnitKind::kWeightless, UnitKind::kWeightless);
  CHECK(encoding(canonical_cell(graph)) == "1=s1();2=pool(1);3=node();4=node(0);5=node(2+2);out(3+4+5)");
  graph[2].separate = true;
  CHECK(encoding(canonical_cell(graph)) == "1=s1();2=pool(1);3=pool(1);4=node();5=node(0);6=node(2+3);out(4+5+6)");
}

TEST_CASE("numbering and operand order leave no trace in a canonical cell") {
  rc::prop("a renumbered graph has the same encoding", [] {
    const UnitGraph graph = random_graph();
    const std::string text = encoding(canonical_cell(graph));
    RC_ASSERT(encoding(canonical_cell(renumbered(graph))) == text);
  });
}

TEST_CASE("a canonical cell computes what the written one computes") {
  rc::prop("the value is the same for any input", [] {
    const UnitGraph graph = random_graph();
    const UnitGraph canonical = canonical_cell(graph);
    for (const double input : {0.3, -1.7}) {
      const double expected = value(graph, input);
      RC_ASSERT(std::abs(value(canonical, input) - expected) <= 1e-9 * (1 + std::abs(expected)));
    }
  });
}

TEST_CASE("a canonical cell has no zeros, no identities, nothing dead, and sorted operands") {
  rc::prop("all units matter", [] {
    const UnitGraph cell = canonical_cell(random_graph());
    const size_t units = boost::num_vertices(cell);
    for (size_t unit = 1; unit + 1 < units; ++unit) {
      RC_ASSERT(cell[unit].kind == UnitKind::kParametric || cell[unit].kind == UnitKind::kWeightless);
      const std::vector<size_t> operands = operands_of(cell, unit);
      RC_ASSERT(!operands.empty() && std::is_sorted(operands.begin(), operands.end()));
      RC_ASSERT(boost::out_degree(unit, cell) > 0U);
    }
  });
}

TEST_CASE("a canonical cell keeps its encoding") {
  rc::prop("canonical form is idempotent", [] {
    const UnitGraph cell = canonical_cell(random_graph());
    RC_ASSERT(encoding(canonical_cell(cell)) == encoding(cell));
  });
}

// Convolutions a and b in equal number: each a reads the input, and b_i reads a_i and a_next(i). Refinement cannot tell
// apart the units of cycles longer than one; how long the cycles of `next` are is all there is to know.
UnitGraph rings(const std::vector<size_t>& next) {
  UnitGraph graph;
  add_unit(graph, kIn, {});
  std::vector<size_t> a, b;
  for (size_t i = 0; i < next.size(); ++i) a.push_back(add_unit(graph, conv(), {0}));
  for (size_t i = 0; i < next.size(); ++i) b.push_back(add_unit(graph, conv(), {a[i], a[next[i]]}));
  add_unit(graph, kOut, b);
  return graph;
}

std::vector<int> cycle_lengths(const std::vector<size_t>& next) {
  std::vector<int> lengths;
  std::vector<bool> seen(next.size());
  for (size_t start = 0; start < next.size(); ++start) {
    int length = 0;
    for (size_t i = start; !seen[i]; i = next[i], ++length) seen[i] = true;
    if (length > 0) lengths.push_back(length);
  }
  std::sort(lengths.begin(), lengths.end());
  return lengths;
}

std::vector<size_t> random_permutation(size_t size) {
  std::vector<size_t> permutation(size);
  for (size_t i = 0; i < size; ++i) {
    permutation[i] = i;
    std::swap(permutation[i], permutation[*rc::gen::inRange<size_t>(0, i + 1)]);
  }
  return permutation;
}

TEST_CASE("graphs that colour refinement cannot tell apart are told apart") {
  const std::string one_of_six = encoding(canonical_cell(rings({1, 2, 3, 4, 5, 0})));
  const std::string two_of_three = encoding(canonical_cell(rings({1, 2, 0, 4, 5, 3})));
  CHECK(one_of_six != two_of_three);
  rc::prop("two graphs of rings are equal exactly if their rings are", [] {
    const std::vector<size_t> first = random_permutation(7), second = random_permutation(7);
    const bool equal = encoding(canonical_cell(rings(first))) == encoding(canonical_cell(rings(second)));
    RC_ASSERT(equal == (cycle_lengths(first) == cycle_lengths(second)));
  });
}

TEST_CASE("ties between units that no symmetry exchanges leave no trace either") {
  rc::prop("a renumbered graph of rings has the same encoding", [] {
    const UnitGraph graph = rings(random_permutation(7));
    RC_ASSERT(encoding(canonical_cell(renumbered(graph))) == encoding(canonical_cell(graph)));
  });
}

TEST_CASE("many like branches are no slower than a few different ones") {
  // Without the help of automorphisms this would be 14! leaves.
  constexpr int kBranches = 14;
  UnitGraph graph;
  add_unit(graph, kIn, {});
  std::vector<size_t> ends;
  for (int i = 0; i < kBranches; ++i) {
    const size_t first = add_unit(graph, conv(), {0});
    ends.push_back(add_unit(graph, conv(), {first}));
  }
  add_unit(graph, kOut, ends);
  const std::string text = encoding(canonical_cell(graph));
  CHECK(text.find("28=conv(14);out(15+16+") != std::string::npos);
}

TEST_CASE("a unit of the canonical cell keeps the origin of the unit that it stands for") {
  UnitGraph graph;
  add_unit(graph, kIn, {});
  add_unit(graph, {UnitKind::kZero, "none", 0}, {0});
  add_unit(graph, conv(1), {1});
  add_unit(graph, conv(2), {0});
  add_unit(graph, kOut, {2, 3});
  const UnitGraph cell = canonical_cell(graph);
  CHECK(encoding(cell) == "1=conv(0);out(1)");
  CHECK(cell[1].origin == 2);
}

TEST_CASE("several cells make one text, and a cell without its ends is a bug") {
  UnitGraph graph;
  add_unit(graph, kIn, {});
  CHECK_THROWS_AS(canonical_cell(graph), core::Bug);
  add_unit(graph, kOut, {0, 0});
  const CanonicalForm form = canonical_form({graph, graph});
  CHECK(form.text == "out(0+0) out(0+0)");
  CHECK(form.hash == core::hash_bytes("out(0+0) out(0+0)"));
  CHECK(form.cells.size() == 2);
}

TEST_CASE("operands come back by position, repeats included") {
  UnitGraph graph;
  add_unit(graph, kIn, {});
  add_unit(graph, conv(), {0});
  const size_t last = add_unit(graph, kOut, {1, 0, 1});
  CHECK(operands_of(graph, last) == std::vector<size_t>{1, 0, 1});
  CHECK_THROWS_AS(add_unit(graph, conv(), {3}), core::Bug);
}

}  // namespace
}  // namespace zeroth::spaces
