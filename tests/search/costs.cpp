#include "search/costs.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "spaces/activation_memory.h"
#include "spaces/facts.h"

namespace zeroth::search {
namespace {

const spaces::SearchSpace& nasbench201() { return spaces::find_space("nasbench201"); }

TEST_CASE("costs by name are those of the full network, all with one call") {
  const auto& space = nasbench201();
  // The convolution into node 1 reaches nothing.
  const auto dead = space.parse("|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|");
  const spaces::Facts facts = spaces::facts(space, dead, space.full_shape());
  const CostModel model(space, space.full_shape());
  const auto values = model.values({Cost::kLiveMacs, Cost::kParams, Cost::kMacs, Cost::kLiveParams}, dead);
  REQUIRE(values.size() == 4);
  CHECK(values[0].value() == static_cast<double>(facts.live_macs));
  CHECK(values[1].value() == static_cast<double>(facts.params));
  CHECK(values[2].value() == static_cast<double>(facts.macs));
  CHECK(values[3].value() == static_cast<double>(facts.live_params));
  CHECK(facts.live_macs < facts.macs);
  CHECK(model.value(Cost::kActivationMb, dead).value() ==
        static_cast<double>(spaces::activation_bytes(facts.network)) / 1e6);
}

TEST_CASE("a latency comes from its source, which may not know an architecture") {
  const auto& space = nasbench201();
  const auto known = space.at(7), unknown = space.at(8);
  const CostModel model(space, space.full_shape(),
                        [&](const spaces::Architecture& a) { return a == known ? std::optional(2.5) : std::nullopt; });
  model.require(Cost::kLatencyMs);
  CHECK(model.value(Cost::kLatencyMs, known).value() == 2.5);
  CHECK_FALSE(model.value(Cost::kLatencyMs, unknown).has_value());
}

TEST_CASE("a latency without a source, and a name that is no cost, are mistakes that say what is allowed") {
  const CostModel model(nasbench201(), nasbench201().full_shape());
  model.require(Cost::kMacs);
  CHECK_THROWS_WITH(model.require(Cost::kLatencyMs), Catch::Contains("--latency measure"));
  CHECK_THROWS_AS(model.value(Cost::kLatencyMs, nasbench201().at(0)), core::UsageError);
  CHECK_THROWS_WITH(parse_cost("latency"), Catch::Contains("latency_ms") && Catch::Contains("activation_mb"));
  for (const std::string& name : cost_names()) CHECK(name_of(parse_cost(name)) == name);
}

}  // namespace
}  // namespace zeroth::search
