// The networks of the spaces of DARTS and NDS, operator by operator.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kPcDarts =
    "Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 0), ('dil_conv_3x3', 1), "
    "('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 1)], normal_concat=range(2, 6), "
    "reduce=[('sep_conv_5x5', 1), ('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), "
    "('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2)], reduce_concat=range(2, 6))";

const SearchSpace& darts() { return find_space("darts"); }

// The same operation on all edges; both edges of each node read the cell's two inputs.
Architecture all_edges(const SearchSpace& space, const std::string& operation) {
  const Lines pairs(space.draws() / 8, fmt::format("('{0}', 0), ('{0}', 1)", operation));
  const std::string nodes = pairs.size() == 4 ? "[2, 3, 4, 5]" : "[2, 3, 4, 5, 6]";
  return space.parse(fmt::format("Genotype(normal=[{0}], normal_concat={1}, reduce=[{0}], reduce_concat={1})",
                                 fmt::join(pairs, ", "), nodes));
}

NetShape small() {
  NetShape shape = darts().fast_shape();
  shape.channels = 4;
  return shape;
}

OpGraph written(const SearchSpace& space, const Architecture& architecture, const NetShape& shape) {
  return space.lower(space.cells(architecture), shape);
}
OpGraph full(const SearchSpace& space, std::string_view text) {
  return written(space, space.parse(text), space.full_shape());
}

Lines weights_in(const OpGraph& net, const std::string& scope) {
  Lines lines;
  for (const ParamSpec& param : net.params()) {
    const bool inside = param.name.rfind(scope, 0) == 0 && is_weight(param.role);
    if (inside) lines.push_back(fmt::format("{} {}", param.name.substr(scope.size()), param.shape));
  }
  return lines;
}

const OpNode& node_at(const OpGraph& net, const std::string& scope, OpKind kind) {
  const auto found = std::find_if(net.nodes().begin(), net.nodes().end(),
                                  [&](const OpNode& node) { return node.scope == scope && node.kind == kind; });
  REQUIRE(found != net.nodes().end());
  return *found;
}

int count(const OpGraph& net, OpKind kind) {
  return static_cast<int>(
      std::count_if(net.nodes().begin(), net.nodes().end(), [kind](const OpNode& node) { return node.kind == kind; }));
}

TEST_CASE("DARTS_V2 and PC-DARTS have the parameters that are published, and the multiply-adds of a separate count") {
  // Published: 3,349,342, and 3.6 M. The other digits are a count over the authors' modules, made apart from this code.
  const OpGraph v2 = full(darts(), darts().example());
  CHECK(v2.parameter_count() == 3349342);
  CHECK(v2.macs() == 528359040);
  const OpGraph pc = full(darts(), kPcDarts);
  CHECK(pc.parameter_count() == 3634678);
  CHECK(pc.macs() == 556670592);
}

TEST_CASE("the NDS examples have the parameters and multiply-adds of a separate count") {
  const auto params = [](const char* name) {
    return full(find_space(name), find_space(name).example()).parameter_count();
  };
  CHECK(params("nds-enas") == 843834);
  CHECK(params("nds-amoeba") == 682938);
  CHECK(params("nds-pnas") == 1007290);
  CHECK(params("nds-nasnet") == 1160954);
  CHECK(full(find_space("nds-enas"), find_space("nds-enas").example()).macs() == 136498304);
  CHECK(full(find_space("nds-pnas"), find_space("nds-pnas").example()).macs() == 166005888);
}

TEST_CASE("a small network of skips has the parameters of a count by hand") {
  // Convolutions and norms. Stem: 27 * 12 + 24. Cell 0: two times 12 * 4 + 8. Cell 1, 8 channels: 12 * 8 + 16,
  // 16 * 8 + 16, eight reductions of 8 * 8 + 16. Cell 2: 16 * 8 + 16, 32 * 8 + 16. Cell 3, 16 channels: two times
  // 32 * 16 + 32, eight reductions of 16 * 16 + 32. Cell 4: 32 * 16 + 32, 64 * 16 + 32. Classifier: 64 * 10 + 10.
  const OpGraph net = written(darts(), all_edges(darts(), "skip_connect"), small());
  CHECK(net.parameter_count() == 348 + 112 + (112 + 144 + 640) + (144 + 272) + (1088 + 2304) + (544 + 1056) + 650);
}

TEST_CASE("every operation has its own parameters") {
  // One edge of the normal cell, whose widths are 4, 8 and 16 at this shape: a * 28 + b * 336 for a * c + b * c^2.
  struct Case {
    const char *space, *operation;
    int linear, square;
  };
  for (const Case& one : {Case{"darts", "none", 0, 0},
                          {"darts", "max_pool_3x3", 0, 0},
                          {"darts", "avg_pool_3x3", 0, 0},
                          {"darts", "sep_conv_3x3", 22, 2},
                          {"darts", "sep_conv_5x5", 54, 2},
                          {"darts", "dil_conv_3x3", 11, 1},
                          {"darts", "dil_conv_5x5", 27, 1},
                          {"nds-enas", "sep_conv_5x5", 54, 2},
                          {"nds-amoeba", "sep_conv_7x7", 102, 2},
                          {"nds-amoeba", "dil_sep_conv_3x3", 22, 2},
                          {"nds-amoeba", "conv_7x1_1x7", 2, 14},
                          {"nds-pnas", "dil_conv_3x3", 11, 1},
                          {"nds-nasnet", "conv_3x1_1x3", 2, 6},
                          {"nds-nasnet", "conv_1x1", 2, 1},
                          {"nds-nasnet", "conv_3x3", 2, 9},
                          {"nds-nasnet", "max_pool_5x5", 0, 0},
                          {"nds-nasnet", "max_pool_7x7", 0, 0}}) {
    INFO(one.space << " " << one.operation);
    const SearchSpace& space = find_space(one.space);
    const Architecture skips = all_edges(space, "skip_connect");
    Architecture changed = skips;
    changed.choices[0] = all_edges(space, one.operation).choices[0];
    const int64_t more =
        written(space, changed, small()).parameter_count() - written(space, skips, small()).parameter_count();
    CHECK(more == one.linear * 28 + one.square * 336);
  }
}

TEST_CASE("weights come in the order of the authors' modules") {
  const OpGraph net = written(darts(), darts().parse(darts().example()), small());
  Lines normal = {"preprocess0.op.1.weight [4, 12, 1, 1]", "preprocess1.op.1.weight [4, 12, 1, 1]"};
  for (int edge = 0; edge < 5; ++edge) {
    for (const int part : {1, 5}) {
      normal.push_back(fmt::format("_ops.{}.op.{}.weight [4, 1, 3, 3]", edge, part));
      normal.push_back(fmt::format("_ops.{}.op.{}.weight [4, 4, 1, 1]", edge, part + 1));
    }
  }
  normal.emplace_back("_ops.7.op.1.weight [4, 1, 3, 3]");
  normal.emplace_back("_ops.7.op.2.weight [4, 4, 1, 1]");
  CHECK(weights_in(net, "cells.0.") == normal);
  CHECK(weights_in(net, "cells.1.") ==
        Lines{"preprocess0.op.1.weight [8, 12, 1, 1]", "preprocess1.op.1.weight [8, 16, 1, 1]"});
  const Lines after = weights_in(net, "cells.2.");
  REQUIRE(after.size() == 3 + 22);
  CHECK(Lines(after.begin(), after.begin() + 3) == Lines{"preprocess0.conv_1.weight [4, 16, 1, 1]",
                                                         "preprocess0.conv_2.weight [4, 16, 1, 1]",
                                                         "preprocess1.op.1.weight [8, 32, 1, 1]"});
  CHECK(net.params().front().name == "stem.0.weight");
  CHECK(weights_in(net, "classifier") == Lines{".weight [10, 64]"});
}

TEST_CASE("cells are numbered together, reductions halve the map and double the channels") {
  NetShape shape = darts().full_shape();
  const OpGraph net = written(darts(), darts().parse(darts().example()), shape);
  REQUIRE(net.taps().size() == 21);
  for (size_t tap = 0; tap < net.taps().size(); ++tap) {
    const FeatureShape& map = net.nodes()[net.taps()[tap]].shape;
    const int stage = tap < 7 ? 0 : tap < 14 ? 1 : 2;
    CHECK(map.height == 32 >> stage);
    CHECK(map.channels == (tap == 0 ? 108 : (4 * 36) << stage));
  }
  CHECK_FALSE(weights_in(net, "cells.7.preprocess0.conv_1").empty());
  CHECK_FALSE(weights_in(net, "cells.14.preprocess0.conv_2").empty());
  CHECK(weights_in(net, "cells.6.preprocess0.conv_1").empty());
}

TEST_CASE("a factorized reduction reads even and odd pixels of one ReLU") {
  const OpGraph net = written(darts(), all_edges(darts(), "skip_connect"), small());
  const std::string scope = "cells.1._ops.0";
  const auto relu = static_cast<int>(&node_at(net, scope + ".relu", OpKind::kRelu) - net.nodes().data());
  const auto crop = static_cast<int>(&node_at(net, scope, OpKind::kCrop) - net.nodes().data());
  const OpNode& even = node_at(net, scope + ".conv_1", OpKind::kConv2d);
  const OpNode& odd = node_at(net, scope + ".conv_2", OpKind::kConv2d);
  CHECK(even.operands == std::vector<int>{relu});
  CHECK(net.nodes()[crop].operands == std::vector<int>{relu});
  CHECK(odd.operands == std::vector<int>{crop});
  for (const OpNode* half : {&even, &odd}) {
    CHECK(half->window == Window::square(1, 2, 0));
    CHECK(half->shape.channels == 4);
    CHECK(half->shape.height == 4);
  }
  CHECK(node_at(net, scope + ".bn", OpKind::kBatchNorm).shape.channels == 8);
}

TEST_CASE("windows have the kernel, stride, padding and dilation of their operation") {
  const auto window = [](const char* space, const char* operation, const char* scope, OpKind kind = OpKind::kConv2d) {
    const OpGraph net = written(find_space(space), all_edges(find_space(space), operation), small());
    return node_at(net, scope, kind).window;
  };
  CHECK(window("darts", "sep_conv_5x5", "cells.0._ops.0.op.1") == Window::square(5, 1, 2));
  CHECK(window("darts", "sep_conv_5x5", "cells.1._ops.0.op.1") == Window::square(5, 2, 2));
  CHECK(window("darts", "sep_conv_5x5", "cells.1._ops.0.op.5") == Window::square(5, 1, 2));
  CHECK(window("darts", "dil_conv_5x5", "cells.1._ops.1.op.1") == Window::square(5, 2, 4, 2));
  CHECK(window("darts", "dil_conv_3x3", "cells.0._ops.1.op.2") == Window::square(1, 1, 0));
  CHECK(window("nds-amoeba", "dil_sep_conv_3x3", "cells.0._ops.1.op.5") == Window::square(3, 1, 2, 2));
  CHECK(window("nds-amoeba", "conv_7x1_1x7", "cells.0._ops.0.1") == Window{1, 7, 1, 0, 3});
  CHECK(window("nds-amoeba", "conv_7x1_1x7", "cells.1._ops.0.2") == Window{7, 1, 2, 3, 0});
  CHECK(window("nds-nasnet", "conv_3x3", "cells.1._ops.0.1") == Window::square(3, 2, 1));
  CHECK(window("nds-nasnet", "max_pool_7x7", "cells.1._ops.9", OpKind::kMaxPool) == Window::square(7, 2, 3));
  CHECK(window("darts", "avg_pool_3x3", "cells.0._ops.7", OpKind::kAvgPool) == Window::square(3, 1, 1));
}

TEST_CASE("cells of nothing are zeros of the right size, written and canonical") {
  const Architecture nothing = all_edges(darts(), "none");
  for (const auto& cells : {darts().cells(nothing), canonical_form(darts().cells(nothing)).cells}) {
    const OpGraph net = darts().lower(cells, small());
    CHECK(count(net, OpKind::kZero) == 5 * 4);
    CHECK(count(net, OpKind::kAdd) == 0);
    CHECK(net.nodes()[net.taps().back()].shape.channels == 64);
    CHECK(net.nodes()[net.taps().back()].shape.height == 2);
  }
}

TEST_CASE("the output joins loose ends alone, so its width depends on them") {
  const SearchSpace& space = find_space("nds-amoeba");
  NetShape shape = space.fast_shape();
  const OpGraph net = written(space, space.parse(space.example()), shape);
  std::vector<int64_t> channels;
  for (const int tap : net.taps()) channels.push_back(net.nodes()[tap].shape.channels);
  CHECK(channels == std::vector<int64_t>{24, 3 * 8, 3 * 16, 3 * 16, 3 * 32, 3 * 32});
}

TEST_CASE("the fast DARTS network has five cells") {
  const OpGraph net = written(darts(), darts().parse(darts().example()), darts().fast_shape());
  CHECK(net.taps().size() == 6);
  CHECK(net.nodes().size() == 208);
  CHECK(net.parameter_count() == 37018);
  CHECK(net.macs() == 463232);
}

TEST_CASE("an image that two reductions cannot halve is refused") {
  NetShape shape = small();
  shape.resolution = 6;
  const auto cells = darts().cells(darts().parse(darts().example()));
  CHECK_THROWS_AS(darts().lower(cells, shape), core::UsageError);
  CHECK_THROWS_WITH(darts().lower(cells, shape), Catch::Contains("multiple of 4"));
}

}  // namespace
}  // namespace zeroth::spaces
