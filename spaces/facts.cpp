#include "spaces/facts.h"

#include "spaces/canonical.h"
#include "spaces/structure.h"

namespace zeroth::spaces {

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
