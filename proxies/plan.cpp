#include "proxies/plan.h"

#include <algorithm>

namespace zeroth::proxies {
namespace {

constexpr int64_t kFastBatch = 16;
constexpr int64_t kFullBatch = 64;

const PassSet kReadNoFirstMinibatch = {Pass::kAbsoluteWeights, Pass::kAbsoluteNormed, Pass::kThinCodes,
                                       Pass::kSecondGradient, Pass::kCurve};

void apply(const Overrides& overrides, spaces::NetShape& shape) {
  shape.channels = overrides.channels.value_or(shape.channels);
  shape.cells = overrides.cells.value_or(shape.cells);
  shape.resolution = overrides.resolution.value_or(shape.resolution);
  shape.classes = overrides.classes.value_or(shape.classes);
}

void apply(const Overrides& overrides, nn::Setting& setting) {
  setting.view = overrides.view.value_or(setting.view);
  setting.init = overrides.init.value_or(setting.init);
  setting.dtype = overrides.dtype.value_or(setting.dtype);
  setting.repeats = overrides.repeats.value_or(setting.repeats);
  if (setting.shape.thin) return;
  setting.loss = overrides.loss.value_or(setting.loss);
  setting.shape.dense = setting.loss == nn::Loss::kMse;
  apply(overrides, setting.shape);
  setting.batch = overrides.batch.value_or(setting.batch);
}

}  // namespace

int PlanGroup::repeats() const {
  int most = 0;
  for (const PlanMember& member : members) most = std::max(most, member.repeats);
  return most;
}

PassSet PlanGroup::passes(int repeat) const {
  PassSet needed;
  for (const PlanMember& member : members) {
    if (member.repeats > repeat) needed |= member.passes;
  }
  return needed;
}

PassSet Plan::passes() const {
  PassSet needed;
  for (const PlanGroup& group : groups) needed |= group.passes(0);
  return needed;
}

bool Plan::has_repeats() const {
  return std::any_of(groups.begin(), groups.end(), [](const PlanGroup& group) { return group.repeats() > 1; });
}

nn::Setting base_setting(const spaces::SearchSpace& space, Fidelity fidelity) {
  nn::Setting setting;
  const bool fast = fidelity == Fidelity::kFast;
  setting.view = fast ? nn::GraphView::kCanonical : nn::GraphView::kAsWritten;
  setting.shape = fast ? space.fast_shape() : space.full_shape();
  setting.batch = fast ? kFastBatch : kFullBatch;
  return setting;
}

Plan make_plan(const spaces::SearchSpace& space, const std::vector<const Proxy*>& proxies, Fidelity fidelity,
               const Overrides& overrides) {
  Plan plan;
  plan.proxies = proxies;
  const nn::Setting base = base_setting(space, fidelity);
  plan.view = overrides.view.value_or(base.view);
  plan.cost_shape = space.full_shape();
  apply(overrides, plan.cost_shape);
  for (size_t i = 0; i < proxies.size(); ++i) {
    if (proxies[i]->score_facts) continue;
    Request request = proxies[i]->request(fidelity, base);
    apply(overrides, request.setting);
    auto group = std::find_if(plan.groups.begin(), plan.groups.end(),
                              [&](const PlanGroup& other) { return same_network(other.setting, request.setting); });
    if (group == plan.groups.end()) group = plan.groups.insert(plan.groups.end(), {request.setting, {}});
    group->members.push_back({i, request.passes, request.setting.repeats});
  }
  // Sizes that the space cannot build are told before anything is scored.
  const auto cells = space.cells(space.parse(space.example()));
  space.lower(cells, plan.cost_shape);
  for (const PlanGroup& group : plan.groups) {
    if (!group.setting.shape.thin || space.has_thin_network()) space.lower(cells, group.setting.shape);
  }
  return plan;
}

void prepare_minibatches(const Plan& plan, nn::MinibatchStore& store) {
  for (const PlanGroup& group : plan.groups) {
    for (int repeat = 0; repeat < group.repeats(); ++repeat) {
      const PassSet passes = group.passes(repeat);
      if (!passes.without(kReadNoFirstMinibatch).empty()) store.prepare(group.setting, nn::Draw::kFirst, repeat);
      if (passes.has_any({Pass::kSecondGradient, Pass::kPerturbation}))
        store.prepare(group.setting, nn::Draw::kSecond, repeat);
      if (passes.has(Pass::kThinCodes)) {
        for (const nn::Draw draw : {nn::Draw::kThin1, nn::Draw::kThin2, nn::Draw::kThin3}) {
          store.prepare(group.setting, draw, repeat);
        }
      }
    }
  }
}

}  // namespace zeroth::proxies
