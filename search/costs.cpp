#include "search/costs.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "spaces/activation_memory.h"
#include "spaces/canonical.h"

namespace zeroth::search {
namespace {

// In the order of the enumerators.
const std::vector<std::string> kNames = {"params", "macs", "live_params", "live_macs", "activation_mb", "latency_ms"};

constexpr double kBytesPerMb = 1e6;

bool is_live(Cost cost) { return cost == Cost::kLiveParams || cost == Cost::kLiveMacs; }

double cost_of(Cost cost, const spaces::OpGraph& network) {
  switch (cost) {
    case Cost::kParams:
    case Cost::kLiveParams:
      return static_cast<double>(network.parameter_count());
    case Cost::kMacs:
    case Cost::kLiveMacs:
      return static_cast<double>(network.macs());
    case Cost::kActivationMb:
      return static_cast<double>(spaces::activation_bytes(network)) / kBytesPerMb;
    case Cost::kLatencyMs:
      break;
  }
  throw core::Bug("a cost that no graph tells");
}

}  // namespace

std::string_view name_of(Cost cost) { return kNames[static_cast<size_t>(cost)]; }

const std::vector<std::string>& cost_names() { return kNames; }

Cost parse_cost(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) throw core::UsageError(core::unknown_name("cost", name, kNames));
  return static_cast<Cost>(found - kNames.begin());
}

CostModel::CostModel(const spaces::SearchSpace& space, const spaces::NetShape& shape, Latency latency)
    : space_(space), shape_(shape), latency_(std::move(latency)) {}

void CostModel::require(Cost cost) const {
  if (cost == Cost::kLatencyMs && !latency_) {
    throw core::UsageError("latency_ms: say where it comes from, --latency measure or --latency table:FILE.csv:COLUMN");
  }
}

std::vector<std::optional<double>> CostModel::values(const std::vector<Cost>& costs,
                                                     const spaces::Architecture& architecture) const {
  const std::vector<spaces::UnitGraph> cells = space_.cells(architecture);
  std::optional<spaces::OpGraph> written, live;
  std::vector<std::optional<double>> values;
  for (const Cost cost : costs) {
    require(cost);
    if (cost == Cost::kLatencyMs) {
      values.push_back(latency_(architecture));
    } else if (is_live(cost)) {
      if (!live) live = space_.lower(spaces::canonical_form(cells).cells, shape_);
      values.emplace_back(cost_of(cost, *live));
    } else {
      if (!written) written = space_.lower(cells, shape_);
      values.emplace_back(cost_of(cost, *written));
    }
  }
  return values;
}

}  // namespace zeroth::search
