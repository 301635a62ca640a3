#include "spaces/spelling.h"

#include <catch2/catch.hpp>

namespace zeroth::spaces {

TEST_CASE("a table spells architectures in its column arch, or in all of a space's columns") {
  using Places = std::vector<size_t>;
  CHECK(*spelling_columns({"acc", "arch", "ops"}, {"matrix", "ops"}) == Places{1});
  CHECK(*spelling_columns({"ops", "acc", "matrix"}, {"matrix", "ops"}) == Places{2, 0});
  CHECK_FALSE(spelling_columns({"ops", "acc"}, {"matrix", "ops"}));
  CHECK_FALSE(spelling_columns({"ops", "acc"}, {}));
  CHECK(spelled({" a ", "b", ""}, {1, 0}) == "b:a");
  CHECK(spelled({"a", "b", ""}, {0, 2}) == "a:");
}

TEST_CASE("equal functions have one text") {
  const SearchSpace& space = find_space("nasbench201");
  const auto text_of = [&space](const std::string& cell) { return function_of(space, space.parse(cell)); };
  const std::string with_dead_edge = "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|skip_connect~1|none~2|";
  const std::string without = "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|";
  CHECK(text_of(with_dead_edge) == text_of(without));
  CHECK(text_of(with_dead_edge) == "1=nor_conv_3x3(0);out(1)");
}

}  // namespace zeroth::spaces
