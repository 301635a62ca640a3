#include "spaces/lower_cell.h"

#include <vector>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

constexpr int kZeros = -1;  // in place of a node: the value is zero everywhere

int sum(OpGraph& net, const std::vector<int>& values, const std::string& scope) {
  std::vector<int> terms;
  for (const int value : values) {
    if (value != kZeros) terms.push_back(value);
  }
  if (terms.empty()) return kZeros;
  return terms.size() == 1 ? terms.front() : net.add(terms, scope);
}

}  // namespace

int lower_cell(OpGraph& net, const UnitGraph& cell, const std::vector<int>& inputs, Join join, const std::string& scope,
               const LowerUnit& lower_unit, const MakeZeros& zeros) {
  std::vector<int> nodes;  // of the units so far
  const auto read = [&](size_t unit) {
    std::vector<int> values;
    for (const size_t operand : operands_of(cell, unit)) values.push_back(nodes[operand]);
    if (join == Join::kConcat && cell[unit].kind == UnitKind::kOutput) return net.concat(values, scope);
    return sum(net, values, scope);
  };
  const auto read_or_zero = [&](size_t unit) {
    const int node = read(unit);
    return node == kZeros ? zeros(net, cell[unit]) : node;
  };
  for (size_t unit = 0; unit < boost::num_vertices(cell); ++unit) {
    switch (cell[unit].kind) {
      case UnitKind::kInput:
        nodes.push_back(inputs.at(unit));
        break;
      case UnitKind::kZero:
        nodes.push_back(kZeros);
        break;
      case UnitKind::kIdentity:
        nodes.push_back(read(unit));
        // A skip connection is a module, a cell's node is none.
        if (cell[unit].origin >= 0 && nodes.back() != kZeros) net.returned_by(nodes.back(), 1);
        break;
      case UnitKind::kWeightless:
      case UnitKind::kParametric:
        nodes.push_back(lower_unit(net, cell[unit], read_or_zero(unit)));
        break;
      case UnitKind::kPart:
      case UnitKind::kOutput:
        nodes.push_back(read_or_zero(unit));
        break;
    }
  }
  ZEROTH_CHECK(!nodes.empty() && cell[nodes.size() - 1].kind == UnitKind::kOutput);
  return nodes.back();
}

int lower_cell(OpGraph& net, const UnitGraph& cell, int input, const std::string& scope, const LowerUnit& lower_unit) {
  return lower_cell(net, cell, {input}, Join::kSum, scope, lower_unit,
                    [&](OpGraph& graph, const Unit&) { return graph.zero(input, scope); });
}

}  // namespace zeroth::spaces
