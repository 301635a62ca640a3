// What a set of architectures leaves of a supernet.
#include "spaces/restriction.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace zeroth::spaces {
namespace {

using Json = nlohmann::json;

Json restriction(const std::string& space, const std::vector<std::string>& texts) {
  std::vector<Architecture> architectures;
  for (const std::string& text : texts) architectures.push_back(find_space(space).parse(text));
  return Json::parse(restriction_json(find_space(space), architectures));
}

}  // namespace

TEST_CASE("on each edge of a cell, the operations that are used and how often") {
  const Json json =
      restriction("nasbench201", {"|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|",
                                  "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|avg_pool_3x3~2|",
                                  "|nor_conv_1x1~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|none~2|"});
  CHECK(json["space"] == "nasbench201");
  CHECK(json["architectures"] == 3);
  CHECK(json["edges"] == Json::parse(R"({"0->1": {"nor_conv_3x3": 2, "nor_conv_1x1": 1}, "0->2": {"none": 3},
                                         "1->2": {"nor_conv_1x1": 2, "skip_connect": 1}, "0->3": {"none": 3},
                                         "1->3": {"none": 3}, "2->3": {"avg_pool_3x3": 2, "none": 1}})"));
}

TEST_CASE("a genotype's edges are counted as DARTS counts them, and reductions keep their names") {
  const std::string genotype(find_space("darts").example());
  const Json json = restriction("darts", {genotype, genotype});
  CHECK(json["edges"]["normal 0->2"] == Json{{"sep_conv_3x3", 2}});
  CHECK(json["edges"]["normal 2->5"] == Json{{"dil_conv_3x3", 2}});
  CHECK(json["edges"]["reduce 0->2"] == Json{{"max_pool_3x3", 2}});
  CHECK(json["edges"]["reduce 2->3"] == Json{{"skip_connect", 2}});
  CHECK_FALSE(json["edges"].contains("normal 3->5"));
}

TEST_CASE("networks of layers in a row have layers") {
  const Json json = restriction("nasbench-macro", {"01201202", "01201201"});
  CHECK(json["edges"].size() == 8);
  CHECK(json["edges"]["layer 0"].begin().value() == 2);
  CHECK(json["edges"]["layer 7"].size() == 2);
  CHECK(json["edges"]["layer 1"] != json["edges"]["layer 0"]);
}

TEST_CASE("every space says where it places which operation") {
  for (const auto& space : all_spaces()) {
    INFO(space->name());
    const Architecture example = space->parse(space->example());
    CHECK_FALSE(placed_operations(*space, example).empty());
    for (const PlacedOperation& one : placed_operations(*space, example)) {
      CHECK((one.layer >= 0) != (one.target >= 0));
      CHECK_FALSE(one.operation.empty());
    }
  }
}

}  // namespace zeroth::spaces
