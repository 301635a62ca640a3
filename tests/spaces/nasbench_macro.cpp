#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
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

using tests::weights_of;
using Lines = std::vector<std::string>;

const SearchSpace& space() { return find_space("nasbench-macro"); }

std::string message(const char* text) { return tests::message(space(), text); }

OpGraph network(const std::string& text, const NetShape& shape) {
  return space().lower(space().cells(space().parse(text)), shape);
}

std::string canonical_text(const std::string& text) { return canonical_form(space().cells(space().parse(text))).text; }

std::vector<OpKind> kinds_in(const OpGraph& net, const std::string& module) {
  std::vector<OpKind> kinds;
  for (const OpNode& node : net.nodes()) {
    if (node.scope.rfind(module, 0) == 0) kinds.push_back(node.kind);
  }
  return kinds;
}

TEST_CASE("NAS-Bench-Macro choices are the digits") {
  CHECK(space().parse("01201201").choices == std::vector<int>{0, 1, 2, 0, 1, 2, 0, 1});
  CHECK(space().parse(" 01201201\n") == space().parse("01201201"));
  CHECK(space().print({{2, 2, 2, 1, 2, 2, 2, 0}}) == "22212220");
  CHECK(*space().size() == 6561);
  CHECK(space().neighbours(space().parse("00000000")).size() == 16);
}

TEST_CASE("what is wrong in a NAS-Bench-Macro text is named") {
  CHECK(message("00300000") ==
        "\"00300000\" is no nasbench-macro architecture: layer 3: block '3' should be 0, 1 or 2");
  CHECK_THAT(message("0120120-"), Catch::Contains("layer 8: block '-'"));
  CHECK_THAT(message("0120120"), Catch::Contains("7 layer(s), should be 8 digits, as in 22212220"));
  CHECK_THAT(message("012012012"), Catch::Contains("9 layer(s), should be 8 digits"));
}

TEST_CASE("NAS-Bench-Macro: a round trip through the text loses nothing, and a broken digit is refused") {
  rc::prop("parse and print", [] {
    const Architecture drawn = space().at(*rc::gen::inRange<uint64_t>(0, 6561));
    std::string text = space().print(drawn);
    RC_ASSERT(space().parse(text) == drawn);
    text[*rc::gen::inRange<size_t>(0, 8)] = *rc::gen::elementOf(std::string("3459/:a-_"));
    RC_ASSERT_THROWS_AS(space().parse(text), core::Error);
  });
}

TEST_CASE("a NAS-Bench-Macro layer at the head of a stage halves the map and doubles the channels") {
  Lines maps;
  const OpGraph net = network("11111111", space().full_shape());
  for (const int tap : net.taps()) {
    const FeatureShape& shape = net.nodes()[static_cast<size_t>(tap)].shape;
    maps.push_back(fmt::format("{}x{}", shape.channels, shape.height));
  }
  CHECK(maps == Lines{"32x32", "64x16", "64x16", "128x8", "128x8", "128x8", "256x4", "256x4", "256x4"});
}

TEST_CASE("an inverted residual block expands, convolves by channel and projects") {
  const OpGraph net = network("21000000", space().full_shape());
  CHECK(weights_of(net, "features.0.") == Lines{"features.0.conv.0.weight [192, 32, 1, 1]",
                                                "features.0.conv.3.weight [192, 1, 5, 5]",
                                                "features.0.conv.6.weight [64, 192, 1, 1]"});
  CHECK(weights_of(net, "features.1.") == Lines{"features.1.conv.0.weight [192, 64, 1, 1]",
                                                "features.1.conv.3.weight [192, 1, 3, 3]",
                                                "features.1.conv.6.weight [64, 192, 1, 1]"});
  std::vector<OpKind> block = {OpKind::kConv2d,    OpKind::kBatchNorm, OpKind::kRelu,   OpKind::kConv2d,
                               OpKind::kBatchNorm, OpKind::kRelu,      OpKind::kConv2d, OpKind::kBatchNorm};
  CHECK(kinds_in(net, "features.0") == block);
  block.push_back(OpKind::kAdd);
  CHECK(kinds_in(net, "features.1") == block);
}

TEST_CASE("an identity is a strided convolution at the head of a stage, and nothing elsewhere") {
  const OpGraph net = network("00000000", space().full_shape());
  CHECK(weights_of(net, "features") == Lines{"features.0.downsample.0.weight [64, 32, 1, 1]",
                                             "features.2.downsample.0.weight [128, 64, 1, 1]",
                                             "features.5.downsample.0.weight [256, 128, 1, 1]"});
  CHECK(kinds_in(net, "features.0") == std::vector<OpKind>{OpKind::kConv2d, OpKind::kBatchNorm});
  CHECK(kinds_in(net, "features.1").empty());
  CHECK(net.taps().size() == 4);
}

TEST_CASE("NAS-Bench-Macro ends in a wide convolution, which the fast shape narrows with the rest") {
  const OpGraph full = network("00000000", space().full_shape()), fast = network("00000000", space().fast_shape());
  CHECK(weights_of(full, "out") == Lines{"out.0.weight [1280, 256, 1, 1]"});
  CHECK(weights_of(full, "classifier") == Lines{"classifier.weight [10, 1280]"});
  CHECK(weights_of(fast, "out") == Lines{"out.0.weight [320, 64, 1, 1]"});
  CHECK(kinds_in(full, "out") == std::vector<OpKind>{OpKind::kConv2d, OpKind::kBatchNorm, OpKind::kRelu});
}

TEST_CASE("NAS-Bench-Macro: parameters and multiply-adds of the empty network by hand") {
  const OpGraph net = network("00000000", space().full_shape());
  const int64_t weights = 27 * 32 + 32 * 64 + 64 * 128 + 128 * 256 + 256 * 1280 + 1280 * 10;
  CHECK(net.parameter_count() == weights + 10 + 2 * (32 + 64 + 128 + 256 + 1280));
  CHECK(net.macs() == 27 * 32 * 1024 + 32 * 64 * 256 + 64 * 128 * 64 + 128 * 256 * 16 + 256 * 1280 * 16 + 1280 * 10);
}

TEST_CASE("identities of NAS-Bench-Macro are no part of the function, wherever they are in a stage") {
  CHECK(canonical_text("00000000") == "1=id_reduce(0);2=id_reduce(1);3=id_reduce(2);out(3)");
  CHECK(canonical_text("12001000") ==
        "1=ir_3x3_t3_reduce(0);2=ir_5x5_t6(1);3=id_reduce(2);4=ir_3x3_t3(3);5=id_reduce(4);out(5)");
  CHECK(canonical_text("12001000") == canonical_text("12010000"));
  CHECK(canonical_text("12001000") != canonical_text("10011000"));
  // The same blocks in another stage are another function.
  CHECK(canonical_text("01000000") != canonical_text("00010000"));
}

TEST_CASE("NAS-Bench-Macro has 3,969 functions: 9 of the first stage, 21 of each of the others") {
  std::set<std::string> functions;
  for (uint64_t index = 0; index < *space().size(); ++index) {
    functions.insert(canonical_form(space().cells(space().at(index))).text);
  }
  CHECK(functions.size() == 9 * 21 * 21);
}

TEST_CASE("written and canonical networks of NAS-Bench-Macro are the same operators") {
  rc::prop("lower", [] {
    const Architecture drawn = space().at(*rc::gen::inRange<uint64_t>(0, 6561));
    const std::vector<UnitGraph> written = space().cells(drawn);
    const OpGraph a = space().lower(written, space().fast_shape());
    const OpGraph b = space().lower(canonical_form(written).cells, space().fast_shape());
    RC_ASSERT(a.nodes().size() == b.nodes().size());
    RC_ASSERT(a.taps() == b.taps());
    for (size_t node = 0; node < a.nodes().size(); ++node) {
      RC_ASSERT(a.nodes()[node].scope == b.nodes()[node].scope);
      RC_ASSERT(a.nodes()[node].operands == b.nodes()[node].operands);
    }
  });
}

TEST_CASE("a shape that NAS-Bench-Macro cannot have is a usage error") {
  NetShape shape = space().full_shape();
  shape.resolution = 12;
  CHECK_THROWS_WITH(network("00000000", shape),
                    "resolution 12: nasbench-macro divides the image by 8, so it must be a multiple of 8");
}

TEST_CASE("parameters and FLOPs equal NAS-Bench-Macro's for all architectures, accuracies those of equal functions") {
  const std::string path = tests::benchmark_file("nasbench_macro.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  Lines wrong;
  std::set<Architecture> seen;
  std::map<std::string, std::set<std::string>> accuracies;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const auto& fields = table.rows[row].fields;
    const std::string& text = fields[table.column("arch")];
    const OpGraph net = network(text, space().full_shape());
    const bool right = static_cast<double>(net.parameter_count()) == table.number(row, table.column("params")) &&
                       static_cast<double>(net.macs()) == table.number(row, table.column("flops"));
    if (!right) wrong.push_back(text);
    seen.insert(space().parse(text));
    accuracies[canonical_text(text)].insert(fields[table.column("cifar10_test_acc_run1")]);
  }
  CAPTURE(wrong);
  CHECK(wrong.empty());
  CHECK(seen.size() == 6561);
  // The benchmark trained each function once and copied its accuracy.
  CHECK(std::all_of(accuracies.begin(), accuracies.end(), [](const auto& entry) { return entry.second.size() == 1; }));
}

}  // namespace
}  // namespace zeroth::spaces
