// The NAS-Bench-101 network, operator by operator.
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

// Vertex 1 is read by 3, which is one channel narrower, 1 to 3 by the output, as is the input.
constexpr const char* kUneven = "1101011011:021";

const SearchSpace& space() { return find_space("nasbench101"); }

NetShape one_cell() {
  NetShape shape = space().full_shape();
  shape.cells = 1;
  return shape;
}

OpGraph written(const std::string& text, const NetShape& shape) {
  return space().lower(space().cells(space().parse(text)), shape);
}

// "scope kind(operands) channels" of the nodes whose scope begins so; operands are numbered from the first such node,
// and what lies before it is "x".
Lines nodes_in(const OpGraph& net, const std::string& scope) {
  static const std::map<OpKind, std::string> kinds = {
      {OpKind::kConv2d, "conv"}, {OpKind::kBatchNorm, "bn"},  {OpKind::kRelu, "relu"},
      {OpKind::kMaxPool, "max"}, {OpKind::kConcat, "concat"}, {OpKind::kGlobalAvgPool, "gap"},
      {OpKind::kAdd, "add"},     {OpKind::kLinear, "linear"}, {OpKind::kNarrow, "narrow"}};
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
    lines.push_back(
        fmt::format("{} {}({}) {}", node.scope, kinds.at(node.kind), fmt::join(operands, " "), node.shape.channels));
  }
  return lines;
}

// The same of a cell of the first stack, the scope's beginning cut off, and of convolutions only the ReLU.
Lines cell_lines(const std::string& text) {
  Lines lines;
  for (const std::string& line : nodes_in(written(text, one_cell()), "stack0.module0")) {
    if (line.find(" conv(") == std::string::npos && line.find(" bn(") == std::string::npos) {
      lines.push_back(line.substr(std::string("stack0.module0.").size()));
    }
  }
  return lines;
}

Window window(const OpGraph& net, const std::string& scope) {
  for (const OpNode& node : net.nodes()) {
    if (node.scope == scope) return node.window;
  }
  FAIL("no " << scope);
  return {};
}

// Of a convolution without bias and its batch norm.
int64_t layer(int64_t in, int64_t out, int64_t kernel) { return kernel * kernel * in * out + 2 * out; }

TEST_CASE("a cell projects its input for each vertex that reads it, sums, and concatenates at its output") {
  CHECK(nodes_in(written(kUneven, one_cell()), "stack0.module0") ==
        Lines{"stack0.module0.vertex_1.projection.0 conv(x) 43", "stack0.module0.vertex_1.projection.1 bn(0) 43",
              "stack0.module0.vertex_1.projection.2 relu(1) 43", "stack0.module0.vertex_1.op.0 conv(2) 43",
              "stack0.module0.vertex_1.op.1 bn(3) 43", "stack0.module0.vertex_1.op.2 relu(4) 43",
              "stack0.module0.vertex_2.projection.0 conv(x) 43", "stack0.module0.vertex_2.projection.1 bn(6) 43",
              "stack0.module0.vertex_2.projection.2 relu(7) 43", "stack0.module0.vertex_2.op max(8) 43",
              "stack0.module0.vertex_3.truncate narrow(5) 42", "stack0.module0.vertex_3.op.0 conv(10) 42",
              "stack0.module0.vertex_3.op.1 bn(11) 42", "stack0.module0.vertex_3.op.2 relu(12) 42",
              "stack0.module0.output concat(5 9 13) 128", "stack0.module0.output.projection.0 conv(x) 128",
              "stack0.module0.output.projection.1 bn(15) 128", "stack0.module0.output.projection.2 relu(16) 128",
              "stack0.module0.output add(14 17) 128"});
}

TEST_CASE("a vertex sums other vertices first and the projected input last") {
  // Vertex 3 reads the input, 1 and 2, and alone is read by the output.
  CHECK(cell_lines("1110010101:000") == Lines{"vertex_1.projection.2 relu(1) 128", "vertex_1.op.2 relu(4) 128",
                                              "vertex_2.projection.2 relu(7) 128", "vertex_2.op.2 relu(10) 128",
                                              "vertex_3.projection.2 relu(13) 128", "vertex_3 add(5 11 14) 128",
                                              "vertex_3.op.2 relu(17) 128"});
}

TEST_CASE("a vertex that the output does not read is as wide as its widest reader") {
  // The output reads 2, 3 and 4 of 43, 43 and 42 channels; 1 is read by 3 and 4.
  CHECK(cell_lines("110000110001011:0210") == Lines{"vertex_1.projection.2 relu(1) 43", "vertex_1.op.2 relu(4) 43",
                                                    "vertex_2.projection.2 relu(7) 43", "vertex_2.op max(8) 43",
                                                    "vertex_3.op.2 relu(11) 43", "vertex_4.truncate narrow(5) 42",
                                                    "vertex_4.op.2 relu(15) 42", "output concat(9 12 16) 128"});
}

TEST_CASE("a cell without vertices is one projection") {
  CHECK(nodes_in(written("1:", one_cell()), "stack1.module0") ==
        Lines{"stack1.module0.output.projection.0 conv(x) 256", "stack1.module0.output.projection.1 bn(0) 256",
              "stack1.module0.output.projection.2 relu(1) 256"});
}

TEST_CASE("the stem, the pooling between stacks and the head are the published network's") {
  const OpGraph net = written("1:", space().full_shape());
  CHECK(nodes_in(net, "stem") == Lines{"stem.0 conv(x) 128", "stem.1 bn(0) 128", "stem.2 relu(1) 128"});
  CHECK(nodes_in(net, "stack0.downsample").empty());
  CHECK(nodes_in(net, "stack1.downsample") == Lines{"stack1.downsample max(x) 128"});
  CHECK(nodes_in(net, "stack2.downsample") == Lines{"stack2.downsample max(x) 256"});
  CHECK(nodes_in(net, "global_pooling") == Lines{"global_pooling gap(x) 512"});
  CHECK(nodes_in(net, "dense") == Lines{"dense linear(x) 10"});
}

TEST_CASE("NAS-Bench-101 windows have the kernel, stride and padding of their operation") {
  const OpGraph net = written(kUneven, one_cell());
  CHECK(window(net, "stem.0") == Window::square(3, 1, 1));
  CHECK(window(net, "stack0.module0.vertex_1.projection.0") == Window::square(1, 1, 0));
  CHECK(window(net, "stack0.module0.vertex_1.op.0") == Window::square(3, 1, 1));
  CHECK(window(net, "stack0.module0.vertex_2.op") == Window::square(3, 1, 1));
  CHECK(window(net, "stack0.module0.vertex_3.op.0") == Window::square(1, 1, 0));
  CHECK(window(net, "stack1.downsample") == Window::square(2, 2, 0));
}

TEST_CASE("stem and cells are tapped, each stack at half the size and twice the width") {
  const OpGraph net = written(kUneven, space().full_shape());
  std::vector<std::vector<int64_t>> maps;
  for (const int tap : net.taps()) {
    const FeatureShape& shape = net.nodes()[tap].shape;
    maps.push_back({shape.channels, shape.height, shape.width});
  }
  const std::vector<int64_t> first = {128, 32, 32}, second = {256, 16, 16}, third = {512, 8, 8};
  CHECK(maps ==
        std::vector<std::vector<int64_t>>{first, first, first, first, second, second, second, third, third, third});
}

TEST_CASE("NAS-Bench-101 parameters are those counted by hand") {
  const int64_t ends = layer(3, 128, 3) + 512 * 10 + 10;
  int64_t projections = 0, uneven = 0;
  for (const int64_t out : {128, 256, 512}) {
    const int64_t wide = out / 3 + (out % 3 > 0), middle = out / 3 + (out % 3 > 1), narrow = out / 3;
    for (int cell = 0; cell < 3; ++cell) {
      const int64_t in = cell == 0 && out > 128 ? out / 2 : out;
      projections += layer(in, out, 1);
      uneven += layer(in, wide, 1) + layer(wide, wide, 3) + layer(in, middle, 1) + layer(narrow, narrow, 1) +
                layer(in, out, 1);
    }
  }
  CHECK(written("1:", space().full_shape()).parameter_count() == ends + projections);
  CHECK(ends + projections == 882570);  // the benchmark's number
  CHECK(written(kUneven, space().full_shape()).parameter_count() == ends + uneven);
  CHECK(written(std::string(space().example()), space().full_shape()).parameter_count() == 2694282);
  CHECK(written("110011000101000100101:10200", space().full_shape()).parameter_count() == 32426634);
}

TEST_CASE("NAS-Bench-101 multiply-adds are those counted by hand") {
  // A projection and a 3x3 convolution in each of three cells of each stack.
  const auto cell = [](int64_t in, int64_t out, int64_t side) { return (in * out + 9 * out * out) * side * side; };
  int64_t macs = 27 * 128 * 32 * 32 + 512 * 10;
  macs += 3 * cell(128, 128, 32);
  macs += cell(128, 256, 16) + 2 * cell(256, 256, 16);
  macs += cell(256, 512, 8) + 2 * cell(512, 512, 8);
  CHECK(written("101:0", space().full_shape()).macs() == macs);
}

TEST_CASE("facts of a NAS-Bench-101 cell count its convolutions, not its projections") {
  const Facts known = facts(space(), space().parse(kUneven), space().fast_shape());
  CHECK(known.params == known.live_params);
  CHECK(known.macs == known.live_macs);
  CHECK(known.convolution_path == 2);
  CHECK(known.pool_terms == 1);
}

TEST_CASE("the fast shape divides evenly and keeps three stacks of one cell") {
  const OpGraph net = written(kUneven, space().fast_shape());
  CHECK(nodes_in(net, "stack0.module0.vertex_3.truncate").empty());
  CHECK(nodes_in(net, "stack0.module0.vertex_2.op") == Lines{"stack0.module0.vertex_2.op max(x) 20"});
  CHECK(nodes_in(net, "stack2.module0.vertex_3.op.0") == Lines{"stack2.module0.vertex_3.op.0 conv(x) 80"});
  CHECK(nodes_in(net, "stack0.module1").empty());
  CHECK(net.taps().size() == 4);
}

TEST_CASE("a shape that the NAS-Bench-101 network cannot have is a usage error") {
  const auto lower_with = [](void (*change)(NetShape&)) {
    NetShape shape = one_cell();
    change(shape);
    written("1:", shape);
  };
  CHECK_THROWS_AS(lower_with([](NetShape& shape) { shape.channels = 4; }), core::UsageError);
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.channels = 4; }),
                    "channels 4: nasbench101 divides them among up to 5 vertices, so there must be at least 5");
  CHECK_NOTHROW(lower_with([](NetShape& shape) { shape.channels = 5; }));
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.resolution = 30; }),
                    "resolution 30: nasbench101 divides the image by 4, so it must be a multiple of 4");
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.cells = 0; }), "cells 0: must be at least 1");
}

}  // namespace
}  // namespace zeroth::spaces
