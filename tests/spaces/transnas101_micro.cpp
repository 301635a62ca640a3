#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"
#include "tests/benchmarks.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

using Lines = std::vector<std::string>;

const SearchSpace& space() { return find_space("transnas101-micro"); }

std::string message(const char* text) { return tests::message(space(), text); }

std::vector<UnitGraph> cells_of(const std::string& cell) { return space().cells(space().parse("64-41414-" + cell)); }
OpGraph written(const std::string& cell, const NetShape& shape) { return space().lower(cells_of(cell), shape); }
OpGraph canonical(const std::string& cell, const NetShape& shape) {
  return space().lower(canonical_form(cells_of(cell)).cells, shape);
}
std::string canonical_text(const std::string& cell) { return canonical_form(cells_of(cell)).text; }

// Eight channels on 32x32 images: module 1 halves 8x8 to 4x4.
NetShape small() {
  NetShape shape = space().full_shape();
  shape.channels = 8;
  shape.cells = 1;
  shape.resolution = 32;
  return shape;
}

// "scope kind CxHxW" of the nodes whose scope begins so.
Lines nodes_in(const OpGraph& net, const std::string& scope) {
  static const std::map<OpKind, std::string> kinds = {
      {OpKind::kConv2d, "conv"},  {OpKind::kBatchNorm, "bn"},  {OpKind::kRelu, "relu"},
      {OpKind::kAvgPool, "pool"}, {OpKind::kConcat, "concat"}, {OpKind::kCrop, "crop"},
      {OpKind::kAdd, "add"},      {OpKind::kZero, "zero"},     {OpKind::kLinear, "linear"}};
  Lines lines;
  for (const OpNode& node : net.nodes()) {
    if (node.scope.rfind(scope, 0) != 0) continue;
    const FeatureShape& shape = node.shape;
    lines.push_back(
        fmt::format("{} {} {}x{}x{}", node.scope, kinds.at(node.kind), shape.channels, shape.height, shape.width));
  }
  return lines;
}

Lines tapped_maps(const OpGraph& net) {
  Lines maps;
  for (const int tap : net.taps()) {
    const FeatureShape& shape = net.nodes()[static_cast<size_t>(tap)].shape;
    maps.push_back(fmt::format("{}x{}", shape.channels, shape.height));
  }
  return maps;
}

int64_t conv_bn(int64_t in, int64_t out, int64_t kernel) { return kernel * kernel * in * out + 2 * out; }

TEST_CASE("TransNAS-Bench-101 micro choices are the digits of the cell, edge by edge") {
  CHECK(space().parse("64-41414-3_21_013").choices == std::vector<int>{3, 2, 1, 0, 1, 3});
  CHECK(space().parse(" 64-41414-3_21_013\n").choices == std::vector<int>{3, 2, 1, 0, 1, 3});
  CHECK(space().print({{3, 2, 1, 0, 1, 3}}) == "64-41414-3_21_013");
  CHECK(*space().size() == 4096);
  CHECK(space().neighbours(space().parse("64-41414-3_21_013")).size() == 18);
}

TEST_CASE("what is wrong in a TransNAS-Bench-101 micro text is named") {
  CHECK(message("64-41414-3_21_014") ==
        "\"64-41414-3_21_014\" is no transnas101-micro architecture: node 3, edge 3: operation '4' should be 0, 1, 2 "
        "or 3");
  CHECK_THAT(message("64-41414-3_2x_013"), Catch::Contains("node 2, edge 2: operation 'x'"));
  CHECK_THAT(message("64-41414-3_21"), Catch::Contains("2 node(s) joined by '_', should be 3"));
  CHECK_THAT(message("64-41414-"), Catch::Contains("1 node(s)"));
  CHECK_THAT(message("64-41414-33_21_013"), Catch::Contains("node 1: 2 edge(s), should be 1"));
  CHECK_THAT(message("64-41414-3_21_0133"), Catch::Contains("node 3: 4 edge(s), should be 3"));
  CHECK_THAT(message("64-41414-_21_013"), Catch::Contains("node 1: 0 edge(s)"));
  CHECK_THAT(message("32-41414-3_21_013"), Catch::Contains("it should begin with 64-41414-"));
  CHECK_THAT(message("64-41414-basic"), Catch::Contains("1 node(s)"));
}

TEST_CASE("TransNAS-Bench-101 micro: a round trip through the text loses nothing, and a cut text is refused") {
  rc::prop("parse and print", [] {
    const Architecture drawn = space().at(*rc::gen::inRange<uint64_t>(0, 4096));
    const std::string text = space().print(drawn);
    RC_ASSERT(space().parse(text) == drawn);
    const auto length = *rc::gen::inRange<size_t>(0, text.size());
    RC_ASSERT_THROWS_AS(space().parse(text.substr(0, length)), core::Error);
  });
}

TEST_CASE("the TransNAS-Bench-101 skeleton halves the map and doubles the channels in modules 1, 3 and 5") {
  CHECK(tapped_maps(written("3_33_333", space().full_shape())) == Lines{"64x64", "128x32", "128x32", "128x32", "128x32",
                                                                        "256x16", "256x16", "256x16", "256x16", "512x8",
                                                                        "512x8"});
  CHECK(tapped_maps(written("3_33_333", small())) == Lines{"8x8", "16x4", "16x4", "32x2", "32x2", "64x1"});
}

TEST_CASE("TransNAS-Bench-101 micro: parameters of the densest cell by hand") {
  int64_t expected = conv_bn(3, 32, 3) + conv_bn(32, 64, 3);
  for (const int64_t in : {64, 128, 256}) {
    const int64_t out = 2 * in;
    expected += 3 * conv_bn(in, out, 3) + 9 * conv_bn(out, out, 3);
    if (out < 512) expected += 12 * conv_bn(out, out, 3);
  }
  expected += 512 * 47 + 47;
  CHECK(written("3_33_333", space().full_shape()).parameter_count() == expected);
}

TEST_CASE("a cell that halves does so on the edges of its first node") {
  CHECK(nodes_in(written("2_03_001", small()), "layer0.0") ==
        Lines{"layer0.0.edges.0.ops.0 relu 8x8x8", "layer0.0.edges.0.ops.1 conv 16x4x4",
              "layer0.0.edges.0.ops.2 bn 16x4x4", "layer0.0.edges.2.ops.0 relu 16x4x4",
              "layer0.0.edges.2.ops.1 conv 16x4x4", "layer0.0.edges.2.ops.2 bn 16x4x4"});
  const OpGraph net = written("0_00_300", small());
  const auto window = [&net](const std::string& scope) {
    for (const OpNode& node : net.nodes()) {
      if (node.scope == scope) return std::vector<int>{node.window.height, node.window.stride, node.window.pad_height};
    }
    return std::vector<int>{};
  };
  CHECK(window("stem.0") == std::vector<int>{3, 2, 1});
  CHECK(window("stem.2.ops.1") == std::vector<int>{3, 2, 1});
  CHECK(window("layer0.0.edges.3.ops.1") == std::vector<int>{3, 2, 1});
  CHECK(window("layer1.0.edges.3.ops.1") == std::vector<int>{3, 1, 1});
}

TEST_CASE("a skip connection is a factorised reduction where the cell halves, and nothing elsewhere") {
  const OpGraph net = written("0_00_100", small());
  CHECK(nodes_in(net, "layer0.0") == Lines{"layer0.0.edges.3.relu relu 8x8x8", "layer0.0.edges.3.convs.0 conv 8x4x4",
                                           "layer0.0.edges.3.pad crop 8x7x7", "layer0.0.edges.3.convs.1 conv 8x4x4",
                                           "layer0.0.edges.3 concat 16x4x4", "layer0.0.edges.3.bn bn 16x4x4"});
  CHECK(nodes_in(net, "layer1.0").empty());
}

TEST_CASE("a node without terms is zeros of the halved map, or of the same map") {
  const OpGraph net = written("0_03_001", small());
  CHECK(nodes_in(net, "layer0.0") == Lines{"layer0.0 pool 8x4x4", "layer0.0 zero 8x4x4", "layer0.0 concat 16x4x4",
                                           "layer0.0.edges.2.ops.0 relu 16x4x4", "layer0.0.edges.2.ops.1 conv 16x4x4",
                                           "layer0.0.edges.2.ops.2 bn 16x4x4"});
  CHECK(nodes_in(net, "layer1.0").front() == "layer1.0 zero 16x4x4");
  CHECK(nodes_in(canonical("0_03_001", small()), "layer0.0") ==
        Lines{"layer0.0 pool 8x4x4", "layer0.0 zero 8x4x4", "layer0.0 concat 16x4x4"});
}

TEST_CASE("TransNAS-Bench-101 micro: the head is a linear layer, or a map of logits") {
  CHECK(nodes_in(written("1_11_111", small()), "head") == Lines{"head linear 47x1x1"});
  NetShape dense = small();
  dense.dense = true;
  dense.resolution = 64;
  CHECK(nodes_in(written("1_11_111", dense), "head") == Lines{"head conv 47x2x2"});
}

TEST_CASE("a shape that TransNAS-Bench-101 micro cannot have is a usage error") {
  const auto lower_with = [](void (*change)(NetShape&)) {
    NetShape shape = small();
    change(shape);
    written("1_11_111", shape);
  };
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.resolution = 48; }),
                    "resolution 48: transnas101-micro divides the image by 32, so it must be a multiple of 32");
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.channels = 7; }),
                    "channels 7: the stem of transnas101-micro has a half of them, so they must be even");
  CHECK_THROWS_AS(lower_with([](NetShape& shape) { shape.cells = 0; }), core::UsageError);
}

TEST_CASE("both dataflows of a TransNAS-Bench-101 cell are in its canonical form") {
  CHECK(canonical_text("1_00_010") == "1=factorized_reduce(0);out(1) out(0)");
  CHECK(canonical_text("2_01_002") ==
        "1=nor_conv_1x1_s2(0);2=nor_conv_1x1(1);out(2) 1=nor_conv_1x1(0);2=nor_conv_1x1(1);out(2)");
  CHECK(canonical_text("0_00_000") == "out() out()");
  // Where the map stays the two skips are one function; where it is halved one is used twice, or there are two.
  CHECK(canonical_text("1_01_011") == "1=factorized_reduce(0);out(1+1) out(0+0)");
  CHECK(canonical_text("1_10_011") == "1=factorized_reduce(0);2=factorized_reduce(0);out(1+2) out(0+0)");
}

TEST_CASE("TransNAS-Bench-101 micro has 1,376 functions, 1,011 if no cell halved, and is zero in 169 architectures") {
  std::set<std::string> both, keeping;
  int dead = 0;
  for (uint64_t index = 0; index < *space().size(); ++index) {
    const CanonicalForm form = canonical_form(space().cells(space().at(index)));
    both.insert(form.text);
    keeping.insert(encoding(form.cells[1]));
    // Whether anything reaches the output is the same in both kinds of cells.
    CHECK((encoding(form.cells[0]) == "out()") == (encoding(form.cells[1]) == "out()"));
    dead += form.text == "out() out()";
  }
  CHECK(both.size() == 1376);
  CHECK(keeping.size() == 1011);
  CHECK(dead == 169);
}

TEST_CASE("all rows of the TransNAS-Bench-101 micro table are architectures, each once") {
  const std::string path = tests::benchmark_file("transnas101_micro.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  std::set<Architecture> seen;
  for (const core::CsvRow& row : table.rows) seen.insert(space().parse(row.fields[table.column("arch")]));
  CHECK(seen.size() == 4096);
}

// NAS-Bench-Suite-Zero's networks have 63 classes; its FLOPs, in millions, add to our multiply-adds two for each number
// out of a batch norm, one for each out of a ReLU, and 41,472 in the head.
TEST_CASE("parameters and FLOPs equal those of NAS-Bench-Suite-Zero for 2,128 TransNAS-Bench-101 architectures") {
  const std::string path = tests::benchmark_file("transnas101_micro_proxies_suitezero_class_scene.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  NetShape shape = space().full_shape();
  shape.classes = 63;
  Lines wrong;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& text = table.rows[row].fields[table.column("arch")];
    const OpGraph net = space().lower(space().cells(space().parse(text)), shape);
    int64_t flops = net.macs() + 41472;
    for (const OpNode& node : net.nodes()) {
      const int64_t numbers = node.shape.channels * node.shape.height * node.shape.width;
      if (node.kind == OpKind::kBatchNorm) flops += 2 * numbers;
      if (node.kind == OpKind::kRelu) flops += numbers;
    }
    // The table has eight digits of a number below 10^10.
    const bool right =
        std::abs(static_cast<double>(net.parameter_count()) - 1e6 * *table.number(row, table.column("params"))) < 1 &&
        std::abs(static_cast<double>(flops) - 1e6 * *table.number(row, table.column("flops"))) < 100;
    if (!right) wrong.push_back(text);
  }
  CAPTURE(wrong);
  CHECK(wrong.empty());
  CHECK(table.rows.size() == 2128);
}

}  // namespace
}  // namespace zeroth::spaces
