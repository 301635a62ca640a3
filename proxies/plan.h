// Which networks and passes a set of proxies costs: the union of what they need, equal settings merged.
#pragma once

#include <optional>
#include <vector>

#include "proxies/proxy.h"
#include "spaces/search_space.h"

namespace zeroth::proxies {

// What the user sets explicitly; wins over the fidelity's and every proxy's own setting. The thin network has a fixed
// shape and batch of its own, so that only view, init, dtype and repeats reach it.
struct Overrides {
  std::optional<nn::GraphView> view;
  std::optional<nn::Init> init;
  std::optional<nn::DType> dtype;
  std::optional<nn::Loss> loss;
  std::optional<int64_t> channels, cells, resolution, classes, batch;
  std::optional<int> repeats;
};

struct PlanMember {
  size_t proxy;  // number in Plan::proxies
  PassSet passes;
  int repeats;
};

// Proxies that share a network.
struct PlanGroup {
  nn::Setting setting;
  std::vector<PlanMember> members;

  int repeats() const;
  // What the members with more than `repeat` repeats need.
  PassSet passes(int repeat) const;
};

struct Plan {
  std::vector<const Proxy*> proxies;
  std::vector<PlanGroup> groups;  // of the proxies that need a network
  nn::GraphView view = nn::GraphView::kCanonical;
  spaces::NetShape cost_shape;  // of the network whose size and cost are counted: the full one, unless overridden

  // Passes that any group runs.
  PassSet passes() const;
  bool has_repeats() const;
};

// The common setting of a fidelity in a space.
nn::Setting base_setting(const spaces::SearchSpace& space, Fidelity fidelity);

// Throws core::UsageError for sizes that the space cannot build.
Plan make_plan(const spaces::SearchSpace& space, const std::vector<const Proxy*>& proxies, Fidelity fidelity,
               const Overrides& overrides);

// Makes the minibatches that the plan's passes read.
void prepare_minibatches(const Plan& plan, nn::MinibatchStore& store);

}  // namespace zeroth::proxies
