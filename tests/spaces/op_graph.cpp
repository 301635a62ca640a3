#include "spaces/op_graph.h"

#include <catch2/catch.hpp>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

TEST_CASE("an operator graph knows shapes, parameters and cost") {
  OpGraph net;
  int x = net.input({3, 9, 7});
  x = net.conv2d(x, /*out_channels=*/4, /*kernel=*/3, /*stride=*/2, /*padding=*/1, "a");
  CHECK(net.nodes()[x].shape.height == 5);
  CHECK(net.nodes()[x].shape.width == 4);
  x = net.batch_norm(x, "b");
  x = net.avg_pool(x, 2, 2, 0, "c");
  CHECK(net.nodes()[x].shape.height == 2);
  CHECK(net.nodes()[x].shape.width == 2);
  x = net.global_avg_pool(x, "d");
  x = net.linear(x, 10, "e");
  CHECK(net.output() == x);
  CHECK(net.parameter_count() == 4 * 3 * 9 + 2 * 4 + 10 * 4 + 10);
  CHECK(net.macs() == 4 * 3 * 9 * 5 * 4 + 10 * 4);
  REQUIRE(net.params().size() == 5);
  CHECK(net.params()[0].name == "a.weight");
  CHECK(net.params()[0].shape == std::vector<int64_t>{4, 3, 3, 3});
  CHECK(net.params()[0].role == ParamRole::kConvWeight);
  CHECK(net.params()[2].name == "b.bias");
  CHECK(net.params()[2].role == ParamRole::kNormBias);
  CHECK(net.params()[4].name == "e.bias");
  CHECK(net.nodes()[x].params == std::vector<int>{3, 4});
}

TEST_CASE("a map of one pixel can be added to a larger one, other sizes are a bug") {
  OpGraph net;
  const int large = net.input({2, 4, 4});
  const int pixel = net.avg_pool(large, 4, 4, 0, "pixel");
  const int half = net.avg_pool(large, 2, 2, 0, "half");
  const int sum = net.add({pixel, large, large}, "sum");
  CHECK(net.nodes()[sum].shape.height == 4);
  CHECK(net.nodes()[sum].operands == std::vector<int>{pixel, large, large});
  CHECK_THROWS_AS(net.add({half, large}, "wrong"), core::Bug);
  CHECK_THROWS_AS(net.add({}, "empty"), core::Bug);
}

TEST_CASE("windows larger than the map and linear layers on maps are bugs") {
  OpGraph net;
  const int x = net.input({2, 2, 2});
  CHECK_THROWS_AS(net.conv2d(x, 1, 3, 1, 0, "wide"), core::Bug);
  CHECK_THROWS_AS(net.linear(x, 10, "map"), core::Bug);
}

}  // namespace
}  // namespace zeroth::spaces
