#include "spaces/unit_graph.h"

#include <boost/range/iterator_range.hpp>
#include <utility>

#include "core/error.h"

namespace zeroth::spaces {

size_t add_unit(UnitGraph& graph, Unit unit, const std::vector<size_t>& operands) {
  const size_t added = boost::add_vertex(graph);
  graph[added] = std::move(unit);
  int position = 0;
  for (const size_t operand : operands) {
    ZEROTH_CHECK(operand < added);
    boost::add_edge(operand, added, Operand{position++}, graph);
  }
  return added;
}

std::vector<size_t> operands_of(const UnitGraph& graph, size_t unit) {
  std::vector<size_t> operands(boost::in_degree(unit, graph));
  for (const auto& edge : boost::make_iterator_range(boost::in_edges(unit, graph))) {
    operands.at(graph[edge].position) = boost::source(edge, graph);
  }
  return operands;
}

UnitGraph chain(const std::vector<Unit>& units) {
  UnitGraph cell;
  size_t last = add_unit(cell, {UnitKind::kInput, "input", -1}, {});
  for (const Unit& unit : units) last = add_unit(cell, unit, {last});
  add_unit(cell, {UnitKind::kOutput, "out", -1}, {last});
  return cell;
}

}  // namespace zeroth::spaces
