// The NAS-Bench-201 network, operator by operator.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

using Lines = std::vector<std::string>;

const SearchSpace& space() { return find_space("nasbench201"); }

std::string cell_of(const std::string& operation) {
  return fmt::format("|{0}~0|+|{0}~0|{0}~1|+|{0}~0|{0}~1|{0}~2|", operation);
}

NetShape one_cell(int64_t channels = 16) {
  NetShape shape;
  shape.channels = channels;
  shape.cells = 1;
  return shape;
}

NetShape thin() {
  NetShape shape = one_cell(1);
  shape.input_channels = 1;
  shape.resolution = 3;
  shape.thin = true;
  return shape;
}

OpGraph written(const std::string& text, const NetShape& shape) {
  return space().lower(space().cells(space().parse(text)), shape);
}

OpGraph canonical(const std::string& text, const NetShape& shape) {
  return space().lower(canonical_form(space().cells(space().parse(text))).cells, shape);
}

// "name shape" of convolution and linear weights, in order.
Lines weights(const OpGraph& net) {
  Lines lines;
  for (const ParamSpec& param : net.params()) {
    if (is_weight(param.role)) lines.push_back(fmt::format("{} {}", param.name, param.shape));
  }
  return lines;
}

// "scope kind(operands)" of the nodes whose scope begins so; operands are numbered from the first such node, and what
// lies before it is "x".
Lines nodes_in(const OpGraph& net, const std::string& scope) {
  static const std::map<OpKind, std::string> kinds = {
      {OpKind::kInput, "input"},   {OpKind::kConv2d, "conv"},  {OpKind::kBatchNorm, "bn"},
      {OpKind::kRelu, "relu"},     {OpKind::kAvgPool, "pool"}, {OpKind::kGlobalAvgPool, "gap"},
      {OpKind::kLinear, "linear"}, {OpKind::kAdd, "add"},      {OpKind::kZero, "zero"}};
  const auto& nodes = net.nodes();
  const auto inside = [&scope](const OpNode& node) { return node.scope.rfind(scope, 0) == 0; };
  const auto first = static_cast<int>(std::find_if(nodes.begin(), nodes.end(), inside) - nodes.begin());
  Lines lines;
  for (const OpNode& node : nodes) {
    if (!inside(node)) continue;
    Lines operands;
    for (const int operand : node.operands) {
      operands.push_back(operand < first ? "x" : std::to_string(operand - first));
    }
    lines.push_back(fmt::format("{} {}({})", node.scope, kinds.at(node.kind), fmt::join(operands, " ")));
  }
  return lines;
}

int count(const OpGraph& net, OpKind kind) {
  const auto& nodes = net.nodes();
  return static_cast<int>(
      std::count_if(nodes.begin(), nodes.end(), [kind](const OpNode& node) { return node.kind == kind; }));
}

TEST_CASE("weights of the best CIFAR-10 architecture come in module order") {
  Lines expected = {"stem.0.weight [16, 3, 3, 3]"};
  const auto cell = [&expected](int index, int channels) {
    for (const int layer : {0, 1, 2, 4, 5}) {
      expected.push_back(
          fmt::format("cells.{}.layers.{}.op.1.weight [{}, {}, 3, 3]", index, layer, channels, channels));
    }
  };
  const auto reduction = [&expected](int index, int in) {
    expected.push_back(fmt::format("cells.{}.conv_a.op.1.weight [{}, {}, 3, 3]", index, 2 * in, in));
    expected.push_back(fmt::format("cells.{}.conv_b.op.1.weight [{}, {}, 3, 3]", index, 2 * in, 2 * in));
    expected.push_back(fmt::format("cells.{}.downsample.1.weight [{}, {}, 1, 1]", index, 2 * in, in));
  };
  cell(0, 16);
  reduction(1, 16);
  cell(2, 32);
  reduction(3, 32);
  cell(4, 64);
  expected.push_back("classifier.weight [10, 64]");
  CHECK(weights(written(std::string(space().example()), one_cell())) == expected);
}

TEST_CASE("the stem, a reduction and the head have the operators of the published network") {
  const OpGraph net = written(cell_of("skip_connect"), one_cell());
  CHECK(nodes_in(net, "stem") == Lines{"stem.0 conv(x)", "stem.1 bn(0)"});
  CHECK(nodes_in(net, "cells.1") ==
        Lines{"cells.1.conv_a.op.0 relu(x)", "cells.1.conv_a.op.1 conv(0)", "cells.1.conv_a.op.2 bn(1)",
              "cells.1.conv_b.op.0 relu(2)", "cells.1.conv_b.op.1 conv(3)", "cells.1.conv_b.op.2 bn(4)",
              "cells.1.downsample.0 pool(x)", "cells.1.downsample.1 conv(6)", "cells.1 add(7 5)"});
  CHECK(nodes_in(net, "lastact") == Lines{"lastact.0 bn(x)", "lastact.1 relu(0)"});
  CHECK(nodes_in(net, "global_pooling") == Lines{"global_pooling gap(x)"});
  CHECK(nodes_in(net, "classifier") == Lines{"classifier linear(x)"});
}

TEST_CASE("a reduction halves the map and doubles the channels") {
  const OpGraph net = written(cell_of("none"), one_cell());
  std::vector<std::vector<int64_t>> maps;
  for (const int tap : net.taps()) {
    const FeatureShape& shape = net.nodes()[tap].shape;
    maps.push_back({shape.channels, shape.height, shape.width});
  }
  CHECK(maps == std::vector<std::vector<int64_t>>{
                    {16, 32, 32}, {16, 32, 32}, {32, 16, 16}, {32, 16, 16}, {64, 8, 8}, {64, 8, 8}});
}

TEST_CASE("windows have the kernel, stride and padding of their operation") {
  const OpGraph net =
      written("|nor_conv_1x1~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|none~1|skip_connect~2|", one_cell());
  const auto window = [&net](const std::string& scope) {
    for (const OpNode& node : net.nodes()) {
      if (node.scope == scope) return std::vector<int>{node.window.height, node.window.stride, node.window.pad_height};
    }
    return std::vector<int>{};
  };
  CHECK(window("cells.0.layers.0.op.1") == std::vector<int>{1, 1, 0});
  CHECK(window("cells.0.layers.1.op.1") == std::vector<int>{3, 1, 1});
  CHECK(window("cells.0.layers.2.op") == std::vector<int>{3, 1, 1});
  CHECK(window("cells.1.conv_a.op.1") == std::vector<int>{3, 2, 1});
  CHECK(window("cells.1.conv_b.op.1") == std::vector<int>{3, 1, 1});
  CHECK(window("cells.1.downsample.0") == std::vector<int>{2, 2, 0});
  CHECK(window("cells.1.downsample.1") == std::vector<int>{1, 1, 0});
}

TEST_CASE("a written cell keeps its dead convolutions and sums in the order of its edges") {
  const OpGraph net =
      written("|nor_conv_1x1~0|+|skip_connect~0|none~1|+|avg_pool_3x3~0|none~1|skip_connect~2|", one_cell());
  CHECK(nodes_in(net, "cells.0") == Lines{"cells.0.layers.0.op.0 relu(x)", "cells.0.layers.0.op.1 conv(0)",
                                          "cells.0.layers.0.op.2 bn(1)", "cells.0.layers.3.op pool(x)",
                                          "cells.0 add(3 x)"});
  CHECK(count(net, OpKind::kZero) == 0);
}

TEST_CASE("two convolutions on one value have a ReLU each") {
  const OpGraph net = written("|nor_conv_1x1~0|+|none~0|none~1|+|nor_conv_3x3~0|skip_connect~1|none~2|", one_cell());
  CHECK(nodes_in(net, "cells.0") == Lines{"cells.0.layers.0.op.0 relu(x)", "cells.0.layers.0.op.1 conv(0)",
                                          "cells.0.layers.0.op.2 bn(1)", "cells.0.layers.3.op.0 relu(x)",
                                          "cells.0.layers.3.op.1 conv(3)", "cells.0.layers.3.op.2 bn(4)",
                                          "cells.0 add(5 2)"});
}

TEST_CASE("a unit that reads zeros reads the cell's input times zero") {
  const OpGraph net = written("|none~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|none~2|", one_cell());
  CHECK(nodes_in(net, "cells.0") == Lines{"cells.0 zero(x)", "cells.0.layers.2.op.0 relu(0)",
                                          "cells.0.layers.2.op.1 conv(1)", "cells.0.layers.2.op.2 bn(2)"});
}

TEST_CASE("a cell of nothing is its input times zero, written and canonical") {
  CHECK(nodes_in(written(cell_of("none"), one_cell()), "cells.0") == Lines{"cells.0 zero(x)"});
  CHECK(nodes_in(canonical(cell_of("none"), one_cell()), "cells.0") == Lines{"cells.0 zero(x)"});
}

TEST_CASE("a cell of skips is a sum of its input, one by one as written and at once when canonical") {
  CHECK(nodes_in(written(cell_of("skip_connect"), one_cell()), "cells.0") ==
        Lines{"cells.0 add(x x)", "cells.0 add(x x 0)"});
  CHECK(nodes_in(canonical(cell_of("skip_connect"), one_cell()), "cells.0") == Lines{"cells.0 add(x x x x)"});
}

TEST_CASE("an identity cell adds no operator and is tapped all the same") {
  const OpGraph net = written("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|", one_cell());
  CHECK(nodes_in(net, "cells.0").empty());
  CHECK(net.taps().size() == 6);
  CHECK(net.taps()[0] == net.taps()[1]);
}

TEST_CASE("a stage repeats its cell and numbers cells and reductions together") {
  NetShape shape = one_cell();
  shape.cells = 5;
  const OpGraph net = written(cell_of("skip_connect"), shape);
  CHECK(net.taps().size() == 18);
  CHECK(nodes_in(net, "cells.4") == Lines{"cells.4 add(x x)", "cells.4 add(x x 0)"});
  CHECK(nodes_in(net, "cells.5").front() == "cells.5.conv_a.op.0 relu(x)");
  CHECK(nodes_in(net, "cells.11").back() == "cells.11 add(7 5)");
  CHECK(nodes_in(net, "cells.16").back() == "cells.16 add(x x 0)");
  CHECK(nodes_in(net, "cells.17").empty());
}

TEST_CASE("the thin network has no stem, one cell and one reduction") {
  const OpGraph net = written(std::string(space().example()), thin());
  CHECK(weights(net) == Lines{"cells.0.layers.0.op.1.weight [1, 1, 3, 3]", "cells.0.layers.1.op.1.weight [1, 1, 3, 3]",
                              "cells.0.layers.2.op.1.weight [1, 1, 3, 3]", "cells.0.layers.4.op.1.weight [1, 1, 3, 3]",
                              "cells.0.layers.5.op.1.weight [1, 1, 3, 3]", "cells.1.conv_a.op.1.weight [2, 1, 3, 3]",
                              "cells.1.conv_b.op.1.weight [2, 2, 3, 3]", "cells.1.downsample.1.weight [2, 1, 1, 1]",
                              "classifier.weight [10, 2]"});
  CHECK(net.taps().size() == 2);
  // Of 3x3 pixels pooling leaves one, a strided convolution four: the one is added to each of the four.
  CHECK(net.nodes()[net.taps()[1]].shape.height == 2);
}

TEST_CASE("a shape that the network cannot have is a usage error") {
  const auto lower_with = [](void (*change)(NetShape&)) {
    NetShape shape = one_cell();
    change(shape);
    written(cell_of("none"), shape);
  };
  CHECK_THROWS_AS(lower_with([](NetShape& shape) { shape.resolution = 30; }), core::UsageError);
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.resolution = 30; }),
                    "resolution 30: nasbench201 divides the image by 4, so it must be a multiple of 4");
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.cells = 0; }), "cells 0: must be at least 1");
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.channels = -1; }), "channels -1: must be at least 1");
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.resolution = 0; }), "resolution 0: must be at least 1");
}

TEST_CASE("facts tell what is written from what is alive") {
  // Nobody reads the second convolution: one is dead in each of the three stages.
  const Facts known = facts(
      space(), space().parse("|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|none~0|avg_pool_3x3~1|none~2|"), one_cell());
  const int64_t layer = 9 * (16 * 16 + 32 * 32 + 64 * 64) + 2 * (16 + 32 + 64);
  CHECK(known.params - known.live_params == layer);
  CHECK(known.macs - known.live_macs == 9 * (16 * 16 * 32 * 32 + 32 * 32 * 16 * 16 + 64 * 64 * 8 * 8));
  CHECK(known.convolution_path == 1);
  CHECK(known.pool_terms == 1);
}

TEST_CASE("the convolution path is the longest one, and merged pools count as often as they are added") {
  const auto known = [](const char* text) { return facts(space(), space().parse(text), one_cell()); };
  CHECK(known("|nor_conv_1x1~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_1x1~2|").convolution_path == 3);
  CHECK(known("|skip_connect~0|+|none~0|none~1|+|avg_pool_3x3~0|avg_pool_3x3~1|none~2|").pool_terms == 2);
  CHECK(known("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|").convolution_path == 0);
}

}  // namespace
}  // namespace zeroth::spaces
