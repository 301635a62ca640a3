#include "search/constraint.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "core/error.h"

namespace zeroth::search {
namespace {

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("constraints are read with any blanks, and written without") {
  const auto constraints = parse_constraints("params<=5e6,  macs >= 100 , activation_mb<=64");
  REQUIRE(constraints.size() == 3);
  CHECK(text_of(constraints[0]) == "params<=5e+06");
  CHECK(text_of(constraints[1]) == "macs>=100");
  CHECK(text_of(constraints[2]) == "activation_mb<=64");
}

TEST_CASE("a constraint that cannot be read says which and why") {
  const auto refused = [](const char* text, const char* why) {
    CHECK_THROWS_WITH(parse_constraints(text), Contains(why));
  };
  refused("params", "constraint \"params\": should be a cost, <= or >=, and a number");
  refused("params<5e6", "\"<\" should be <= or >=");
  refused("params=5e6", "\"=\" should be <= or >=");
  refused("params<=many", "\"many\" should be a number");
  refused("params<=", "\"\" should be a number");
  refused("params<=inf", "\"inf\" should be a number");
  refused("parms<=5", "did you mean \"params\"?");
  refused("params<=5,", "constraint \"\"");
}

TEST_CASE("a broken constraint names the cost, its value and the bound") {
  const spaces::SearchSpace& space = spaces::find_space("nasbench201");
  const CostModel costs(space, space.full_shape());
  const spaces::Architecture architecture = space.parse(space.example());
  const double params = *costs.value(Cost::kParams, architecture);
  const auto with = [&](const std::string& text) { return broken(parse_constraints(text), costs, architecture); };
  CHECK(with("params<=1e9").empty());
  CHECK(with(fmt::format("params<={}", params)).empty());
  CHECK(with("params<=10") == fmt::format("params {} > 10", params));
  CHECK(with("params<=10, macs>=1e12") ==
        fmt::format("params {} > 10 and macs {} < 1e+12", params, *costs.value(Cost::kMacs, architecture)));
  const CostModel unmeasured(space, space.full_shape(), [](const spaces::Architecture&) { return std::nullopt; });
  CHECK(broken(parse_constraints("latency_ms<=10"), unmeasured, architecture) == "latency_ms has no value");
}

}  // namespace zeroth::search
