#include "spaces/facts.h"

#include <algorithm>
#include <string>
#include <vector>

#include "spaces/canonical.h"

namespace zeroth::spaces {
namespace {

// Most parametric units on a path from the input to the output.
int convolution_path(const UnitGraph& cell) {
  std::vector<int> longest;
  for (size_t unit = 0; unit < boost::num_vertices(cell); ++unit) {
    int path = 0;
    for (const size_t operand : operands_of(cell, unit)) path = std::max(path, longest[operand]);
    longest.push_back(path + (cell[unit].kind == UnitKind::kParametric ? 1 : 0));
  }
  return longest.back();
}

// Counting the poolings themselves would count twins, which the canonical form merges, once.
int pool_terms(const UnitGraph& cell) {
  int terms = 0;
  for (size_t unit = 0; unit < boost::num_vertices(cell); ++unit) {
    const bool pool = cell[unit].kind == UnitKind::kWeightless && cell[unit].label.find("pool") != std::string::npos;
    if (pool) terms += static_cast<int>(boost::out_degree(unit, cell));
  }
  return terms;
}

}  // namespace

int convolution_path(const std::vector<UnitGraph>& canonical) {
  int sum = 0;
  for (const UnitGraph& cell : canonical) sum += convolution_path(cell);
  return sum;
}

int pool_terms(const std::vector<UnitGraph>& canonical) {
  int sum = 0;
  for (const UnitGraph& cell : canonical) sum += pool_terms(cell);
  return sum;
}

Facts facts(const SearchSpace& space, const Architecture& architecture, const NetShape& shape) {
  const std::vector<UnitGraph> written = space.cells(architecture);
  return facts(space, written, canonical_form(written).cells, shape);
}

Facts facts(const SearchSpace& space, const std::vector<UnitGraph>& written, const std::vector<UnitGraph>& canonical,
            const NetShape& shape) {
  Facts facts;
  facts.cells = written;
  facts.live_cells = canonical;
  facts.network = space.lower(written, shape);
  facts.live_network = space.lower(canonical, shape);
  facts.params = facts.network.parameter_count();
  facts.macs = facts.network.macs();
  facts.live_params = facts.live_network.parameter_count();
  facts.live_macs = facts.live_network.macs();
  facts.convolution_path = convolution_path(canonical);
  facts.pool_terms = pool_terms(canonical);
  return facts;
}

}  // namespace zeroth::spaces
