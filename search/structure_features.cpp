#include "search/structure_features.h"

#include <cmath>

#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/factored_space.h"
#include "spaces/facts.h"
#include "spaces/structure.h"

namespace zeroth::search {
namespace {

using spaces::UnitKind;

constexpr size_t kFeatures = 20;

std::vector<double> features_of(const spaces::Facts& facts) {
  const auto logarithm = [](int64_t count) { return std::log1p(static_cast<double>(count)); };
  const spaces::OpCounts counts = spaces::count_operators(facts.live_network);
  const spaces::Paths paths = spaces::paths(facts.live_network).value_or(spaces::Paths{});
  const auto units = [&](UnitKind kind) { return static_cast<double>(spaces::chosen_units(facts.cells, kind)); };
  const auto live_units = [&](UnitKind kind) {
    return static_cast<double>(spaces::chosen_units(facts.live_cells, kind));
  };
  return {logarithm(facts.params),
          logarithm(facts.macs),
          logarithm(facts.live_params),
          logarithm(facts.live_macs),
          static_cast<double>(facts.convolution_path),
          static_cast<double>(facts.pool_terms),
          static_cast<double>(counts.convolutions_1x1),
          static_cast<double>(counts.convolutions_3x3),
          static_cast<double>(counts.other_convolutions),
          static_cast<double>(counts.poolings),
          static_cast<double>(counts.sums),
          static_cast<double>(counts.linears),
          paths.log_count,
          static_cast<double>(paths.shortest),
          static_cast<double>(paths.longest),
          static_cast<double>(spaces::width(facts.live_network)),
          units(UnitKind::kZero),
          units(UnitKind::kIdentity),
          live_units(UnitKind::kParametric),
          spaces::mean_skip_span(facts.cells)};
}

std::vector<double> counted(const spaces::SearchSpace& space, const spaces::Architecture& architecture) {
  try {
    const std::vector<spaces::UnitGraph> written = space.cells(architecture);
    const spaces::CanonicalForm form = spaces::canonical_form(written);
    return features_of(spaces::facts(space, written, form.cells, space.full_shape()));
  } catch (const core::Error&) {
    return std::vector<double>(kFeatures, 0.0);
  }
}

}  // namespace

std::vector<double> structure_features(const spaces::SearchSpace& space, const spaces::Architecture& architecture) {
  std::vector<double> features = counted(space, architecture);
  ZEROTH_CHECK(features.size() == kFeatures);
  if (const auto* factored = dynamic_cast<const spaces::FactoredSpace*>(&space)) {
    for (size_t decision = 0; decision < factored->options().size(); ++decision) {
      for (int option = 0; option < factored->options()[decision]; ++option) {
        features.push_back(architecture.choices.at(decision) == option ? 1.0 : 0.0);
      }
    }
  }
  return features;
}

}  // namespace zeroth::search
