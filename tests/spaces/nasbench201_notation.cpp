#include <catch2/catch.hpp>

#include "core/error.h"
#include "spaces/search_space.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& space() { return find_space("nasbench201"); }

constexpr const char* kMixed =
    "|avg_pool_3x3~0|+|none~0|skip_connect~1|+|nor_conv_1x1~0|nor_conv_3x3~1|avg_pool_3x3~2|";

std::string message(const char* text) { return tests::message(space(), text); }

TEST_CASE("NAS-Bench-201 choices are operations in the benchmark's order, edge by edge") {
  CHECK(space().parse(kMixed).choices == std::vector<int>{4, 0, 1, 2, 3, 4});
  CHECK(space().print({{4, 0, 1, 2, 3, 4}}) == kMixed);
}

TEST_CASE("white space around a NAS-Bench-201 string is no part of it") {
  CHECK(space().parse(std::string(" \t") + kMixed + "\r\n") == space().parse(kMixed));
}

TEST_CASE("NAS-Bench-201 is enumerated with the last edge fastest") {
  CHECK(space().at(0).choices == std::vector<int>{0, 0, 0, 0, 0, 0});
  CHECK(space().at(1).choices == std::vector<int>{0, 0, 0, 0, 0, 1});
  CHECK(space().at(5).choices == std::vector<int>{0, 0, 0, 0, 1, 0});
  CHECK(space().at(15624).choices == std::vector<int>{4, 4, 4, 4, 4, 4});
  CHECK_THROWS_AS(space().at(15625), core::Bug);
}

TEST_CASE("a NAS-Bench-201 architecture has four neighbours an edge") {
  CHECK(space().neighbours(space().parse(kMixed)).size() == 24);
}

TEST_CASE("an unknown operation is named with its place, the nearest and all valid ones") {
  CHECK(message("|none~0|+|none~0|nor_conv_3x4~1|+|none~0|none~1|none~2|") ==
        "\"|none~0|+|none~0|nor_conv_3x4~1|+|none~0|none~1|none~2|\" is no nasbench201 architecture: node 2, edge 2: "
        "unknown operation \"nor_conv_3x4\"; did you mean \"nor_conv_3x3\"? known: none, skip_connect, nor_conv_1x1, "
        "nor_conv_3x3, avg_pool_3x3");
}

TEST_CASE("a wrong number of nodes or edges is named") {
  CHECK_THAT(message("|none~0|+|none~0|none~1|"), Catch::Contains("2 node(s) joined by '+', should be 3"));
  CHECK_THAT(message("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|+|none~0|"), Catch::Contains("4 node(s)"));
  CHECK_THAT(message(""), Catch::Contains("1 node(s)"));
  CHECK_THAT(message("|none~0|+|none~0|+|none~0|none~1|none~2|"), Catch::Contains("node 2: 1 edge(s), should be 2"));
  CHECK_THAT(message("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|none~3|"),
             Catch::Contains("node 3: 4 edge(s), should be 3"));
}

TEST_CASE("a wrong source is named with the right one") {
  CHECK_THAT(message("|none~0|+|none~0|none~0|+|none~0|none~1|none~2|"),
             Catch::Contains("node 2, edge 2: source \"0\" should be 1"));
  CHECK_THAT(message("|none~0|+|none~0|none~1|+|none~0|none~1|none~22|"),
             Catch::Contains("node 3, edge 3: source \"22\" should be 2"));
  CHECK_THAT(message("|none~|+|none~0|none~1|+|none~0|none~1|none~2|"),
             Catch::Contains("node 1, edge 1: source \"\" should be 0"));
}

TEST_CASE("broken punctuation is named") {
  CHECK_THAT(message("|none|+|none~0|none~1|+|none~0|none~1|none~2|"),
             Catch::Contains("node 1, edge 1: \"none\" should be OPERATION~0"));
  CHECK_THAT(message("none~0|+|none~0|none~1|+|none~0|none~1|none~2|"),
             Catch::Contains("node 1: \"none~0|\" should begin and end with '|'"));
  CHECK_THAT(message("|none~0|+|none~0|none~1|+|none~0|none~1|none~2| x"), Catch::Contains("node 3:"));
  CHECK_THAT(message("|none~0|+|+|none~0|none~1|none~2|"), Catch::Contains("node 2: \"|\" should begin and end"));
}

}  // namespace
}  // namespace zeroth::spaces
