#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/csv.h"
#include "core/error.h"
#include "core/random.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"
#include "tests/benchmarks.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

using tests::weights_of;
using Lines = std::vector<std::string>;

const SearchSpace& space() { return find_space("transnas101-macro"); }

std::string message(const char* text) { return tests::message(space(), text); }

OpGraph network(const char* text, const NetShape& shape) {
  return space().lower(space().cells(space().parse(text)), shape);
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

TEST_CASE("TransNAS-Bench-101 macro choices are the modules' kinds, absent ones last") {
  CHECK(space().parse("64-224131-basic").choices == std::vector<int>{1, 1, 3, 0, 2, 0});
  CHECK(space().parse("64-1234-basic").choices == std::vector<int>{0, 1, 2, 3, 4, 4});
  CHECK(space().parse("\t64-1234-basic ").choices == std::vector<int>{0, 1, 2, 3, 4, 4});
  CHECK(space().print({{0, 1, 2, 3, 0, 4}}) == "64-12341-basic");
}

TEST_CASE("what is wrong in a TransNAS-Bench-101 macro text is named") {
  CHECK(message("64-12345-basic") ==
        "\"64-12345-basic\" is no transnas101-macro architecture: module 5: kind '5' should be 1, 2, 3 or 4");
  CHECK_THAT(message("64-1204-basic"), Catch::Contains("module 3: kind '0'"));
  CHECK_THAT(message("64-124-basic"), Catch::Contains("3 module(s), should be 4 to 6"));
  CHECK_THAT(message("64-1241111-basic"), Catch::Contains("7 module(s), should be 4 to 6"));
  CHECK_THAT(message("64--basic"), Catch::Contains("0 module(s)"));
  CHECK_THAT(message("64-basic"), Catch::Contains("it should be 64-DIGITS-basic"));
  CHECK_THAT(message("32-1234-basic"), Catch::Contains("it should be 64-DIGITS-basic"));
  CHECK_THAT(message("64-1234-3_33_333"), Catch::Contains("it should be 64-DIGITS-basic"));
  CHECK_THAT(message("64-11311-basic"), Catch::Contains("0 module(s) of kind 2 or 4, which double the channels, should "
                                                        "be 1 to 3"));
  CHECK_THAT(message("64-22243-basic"), Catch::Contains("4 module(s) of kind 2 or 4"));
  CHECK_THAT(message("64-11211-basic"), Catch::Contains("0 module(s) of kind 3 or 4, which halve the map, should be 1 "
                                                        "to 4"));
  CHECK_THAT(message("64-33343-basic"), Catch::Contains("5 module(s) of kind 3 or 4"));
}

TEST_CASE("TransNAS-Bench-101 macro has 210, 750 and 2,296 architectures of 4, 5 and 6 modules, each a function") {
  std::vector<int> of_length(7);
  std::set<std::string> functions;
  for (uint64_t index = 0; index < *space().size(); ++index) {
    const Architecture architecture = space().at(index);
    const std::string text = space().print(architecture);
    ++of_length.at(text.size() - std::string("64--basic").size());
    functions.insert(canonical_form(space().cells(architecture)).text);
  }
  CHECK(of_length == std::vector<int>{0, 0, 0, 0, 210, 750, 2296});
  CHECK(functions.size() == 3256);
  CHECK_THROWS_AS(space().at(3256), core::Bug);
}

TEST_CASE("every TransNAS-Bench-101 macro architecture has mutual neighbours within the bounds") {
  for (uint64_t index = 0; index < *space().size(); ++index) {
    const Architecture architecture = space().at(index);
    const std::vector<Architecture> neighbours = space().neighbours(architecture);
    REQUIRE_FALSE(neighbours.empty());
    const Architecture& other = neighbours[index % neighbours.size()];
    REQUIRE(space().parse(space().print(other)) == other);
    const std::vector<Architecture> back = space().neighbours(other);
    REQUIRE(std::count(back.begin(), back.end(), architecture) == 1);
  }
  // The last module may go, or another come.
  const std::vector<Architecture> neighbours = space().neighbours(space().parse("64-11124-basic"));
  const auto has = [&neighbours](const char* text) {
    return std::find(neighbours.begin(), neighbours.end(), space().parse(text)) != neighbours.end();
  };
  CHECK(has("64-111241-basic"));
  CHECK(has("64-111244-basic"));
  CHECK(has("64-41124-basic"));
  CHECK_FALSE(has("64-11124-basic"));
  // Twelve of the first four modules, of the fifth the one that still halves, and four kinds of a sixth.
  CHECK(neighbours.size() == 12 + 1 + 4);
}

TEST_CASE("children of TransNAS-Bench-101 macro architectures are architectures") {
  rc::prop("crossover", [] {
    const Architecture a = space().at(*rc::gen::inRange<uint64_t>(0, 3256));
    const Architecture b = space().at(*rc::gen::inRange<uint64_t>(0, 3256));
    const core::Stream stream(*rc::gen::inRange<uint64_t>(0, 1000), "macro");
    const Architecture child = space().crossover(a, b, stream, 0);
    RC_ASSERT(space().parse(space().print(child)) == child);
    for (size_t module = 0; module < child.choices.size(); ++module) {
      RC_ASSERT(child.choices[module] == a.choices[module] || child.choices[module] == b.choices[module]);
    }
  });
}

TEST_CASE("TransNAS-Bench-101 macro modules double and halve as their kind says") {
  CHECK(tapped_maps(network("64-1234-basic", space().full_shape())) ==
        Lines{"64x64", "64x64", "64x64", "128x64", "128x64", "128x32", "128x32", "256x16", "256x16"});
  CHECK(tapped_maps(network("64-333411-basic", space().fast_shape())) ==
        Lines{"8x16", "8x8", "8x8", "8x4", "8x4", "8x2", "8x2", "16x1", "16x1", "16x1", "16x1", "16x1", "16x1"});
}

TEST_CASE("a residual block has a convolution in its shortcut exactly where it doubles or halves") {
  const OpGraph net = network("64-1234-basic", space().fast_shape());
  CHECK(weights_of(net, "layer0") ==
        Lines{"layer0.0.conv_a.ops.1.weight [8, 8, 3, 3]", "layer0.0.conv_b.ops.1.weight [8, 8, 3, 3]",
              "layer0.1.conv_a.ops.1.weight [8, 8, 3, 3]", "layer0.1.conv_b.ops.1.weight [8, 8, 3, 3]"});
  CHECK(weights_of(net, "layer1") ==
        Lines{"layer1.0.conv_a.ops.1.weight [16, 8, 3, 3]", "layer1.0.conv_b.ops.1.weight [16, 16, 3, 3]",
              "layer1.0.downsample.0.weight [16, 8, 1, 1]", "layer1.1.conv_a.ops.1.weight [16, 16, 3, 3]",
              "layer1.1.conv_b.ops.1.weight [16, 16, 3, 3]"});
  CHECK(weights_of(net, "layer2").at(2) == "layer2.0.downsample.0.weight [16, 16, 1, 1]");
  CHECK(weights_of(net, "layer3").at(2) == "layer3.0.downsample.0.weight [32, 16, 1, 1]");
  CHECK(weights_of(net, "head") == Lines{"head.weight [47, 32]"});
}

TEST_CASE("a residual block is two times ReLU, convolution, batch norm, and a sum that begins with the shortcut") {
  const OpGraph net = network("64-1234-basic", space().fast_shape());
  std::vector<OpKind> kinds;
  for (const OpNode& node : net.nodes()) {
    if (node.scope.rfind("layer3.0", 0) == 0) kinds.push_back(node.kind);
  }
  CHECK(kinds == std::vector<OpKind>{OpKind::kRelu, OpKind::kConv2d, OpKind::kBatchNorm, OpKind::kRelu, OpKind::kConv2d,
                                     OpKind::kBatchNorm, OpKind::kConv2d, OpKind::kBatchNorm, OpKind::kAdd});
  const OpNode& sum = net.nodes()[static_cast<size_t>(net.taps()[7])];
  CHECK(sum.scope == "layer3.0");
  CHECK(net.nodes()[static_cast<size_t>(sum.operands[0])].scope == "layer3.0.downsample.1");
  CHECK(net.nodes()[static_cast<size_t>(sum.operands[1])].scope == "layer3.0.conv_b.ops.2");
}

TEST_CASE("TransNAS-Bench-101 macro: parameters and multiply-adds by hand") {
  const OpGraph net = network("64-1114-basic", space().full_shape());
  CHECK(net.parameter_count() == conv_bn(3, 32, 3) + conv_bn(32, 64, 3) + 12 * conv_bn(64, 64, 3) +
                                     conv_bn(64, 128, 3) + 3 * conv_bn(128, 128, 3) + conv_bn(64, 128, 1) + 128 * 47 +
                                     47);
  CHECK(net.macs() == 27 * 32 * 128 * 128 + 9 * 32 * 64 * 64 * 64 + int64_t{12} * 9 * 64 * 64 * 64 * 64 +
                          (9 * 64 * 128 + 3 * 9 * 128 * 128 + 64 * 128) * 32 * 32 + 128 * 47);
}

TEST_CASE("the canonical form of a TransNAS-Bench-101 macro architecture is its modules in order") {
  CHECK(canonical_form(space().cells(space().parse("64-1234-basic"))).text ==
        "1=basic(0);2=basic_doubling(1);3=basic_halving(2);4=basic_doubling_halving(3);out(4)");
}

TEST_CASE("a shape that TransNAS-Bench-101 macro cannot have is a usage error") {
  NetShape shape = space().fast_shape();
  shape.resolution = 32;
  CHECK_THROWS_WITH(network("64-1234-basic", shape),
                    "resolution 32: transnas101-macro divides the image by 64, so it must be a multiple of 64");
  shape.resolution = 64;
  shape.channels = 1;
  CHECK_THROWS_AS(network("64-1234-basic", shape), core::UsageError);
}

TEST_CASE("the TransNAS-Bench-101 macro table is the enumeration without one architecture") {
  const std::string path = tests::benchmark_file("transnas101_macro.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  std::set<std::string> rows, missing;
  for (const core::CsvRow& row : table.rows) {
    const std::string& text = row.fields[table.column("arch")];
    CHECK(space().print(space().parse(text)) == text);
    rows.insert(text);
  }
  for (uint64_t index = 0; index < *space().size(); ++index) {
    const std::string text = space().print(space().at(index));
    if (rows.count(text) == 0) missing.insert(text);
  }
  CHECK(rows.size() == 3255);
  CHECK(missing == std::set<std::string>{"64-113444-basic"});
}

}  // namespace
}  // namespace zeroth::spaces
