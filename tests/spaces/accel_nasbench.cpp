#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "core/csv.h"
#include "tests/benchmarks.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

using tests::canonical_text;
using tests::has_node;
using tests::message;
using tests::node_at;
using tests::with_part;
using tests::written;

const SearchSpace& space() { return find_space("accel-nasbench"); }

constexpr const char* kPlain = "e1k3l1s0_e1k3l1s0_e1k3l1s0_e1k3l1s0_e1k3l1s0_e1k3l1s0_e1k3l1s0";
constexpr const char* kMixed = "e6k3l2s1_e4k5l1s0_e1k3l1s1_e1k3l1s0_e1k3l1s0_e6k5l4s0_e1k3l1s0";

TEST_CASE("Accel-NASBench words are expansion, kernel, layers and squeeze-excite of a stage") {
  CHECK(space().parse(kMixed).choices ==
        std::vector<int>{2, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 3, 0, 0, 0, 0, 0});
  CHECK(space().print(space().parse(kMixed)) == kMixed);
  CHECK(space().size() == 36ULL * 36 * 36 * 36 * 36 * 36 * 48);
  CHECK(space().neighbours(space().parse(kMixed)).size() == 7 * (2 + 1 + 2 + 1) + 1);
}

TEST_CASE("wrong Accel-NASBench words are named with their place") {
  CHECK(
      message(space(), with_part(kPlain, '_', 2, "e5k3l1s0")) ==
      "\"e1k3l1s0_e1k3l1s0_e5k3l1s0_e1k3l1s0_e1k3l1s0_e1k3l1s0_e1k3l1s0\" is no accel-nasbench architecture: stage 3: "
      "\"e5k3l1s0\" should have e1 or e4 or e6 at character 1");
  CHECK_THAT(message(space(), with_part(kPlain, '_', 0, "e1k3l4s0")),
             Catch::Contains("stage 1: \"e1k3l4s0\" should have l1 or l2 or l3 at character 5"));
  CHECK_THAT(message(space(), with_part(kPlain, '_', 6, "e1k3l1s0s0")), Catch::Contains("goes on behind character 8"));
  CHECK_THAT(message(space(), with_part(kPlain, '_', 1, "")), Catch::Contains("stage 2: \"\" should have e1"));
  CHECK_THAT(message(space(), with_part(kPlain, '_', 1, "e1k3l1s")), Catch::Contains("s0 or s1 at character 7"));
  CHECK_THAT(message(space(), with_part(kPlain, '_', 1, "k3e1l1s0")), Catch::Contains("at character 1"));
  CHECK_THAT(message(space(), "e1k3l1s0"), Catch::Contains("1 stage(s) joined by '_', should be 7"));
}

TEST_CASE("Accel-NASBench's maps shrink where the stages say, and grow by the stages' widths") {
  const OpGraph net = written(space(), kPlain, space().full_shape());
  CHECK(tests::maps(net) ==
        std::vector<std::string>{"32x112", "16x112", "24x56", "40x28", "80x14", "112x14", "192x7", "320x7"});
  CHECK(tests::maps(written(space(), kPlain, space().fast_shape())) ==
        std::vector<std::string>{"8x32", "4x32", "6x16", "10x8", "20x4", "28x4", "48x2", "80x2"});
}

TEST_CASE("an Accel-NASBench block has the operators of the published code") {
  const OpGraph net = written(space(), kMixed, space().full_shape());
  CHECK(node_at(net, "features.1.0.block.0.0").shape.channels == 6 * 32);
  CHECK(node_at(net, "features.1.0.block.0.2").activation == Activation::kSwish);
  CHECK(node_at(net, "features.1.0.block.1.0").groups == 6 * 32);
  CHECK(node_at(net, "features.1.0.block.2.reduce").shape.channels == 32 / 4);
  CHECK(node_at(net, "features.1.0.block.2.act").activation == Activation::kSwish);
  CHECK(node_at(net, "features.1.0.block.2.gate").activation == Activation::kSigmoid);
  CHECK(node_at(net, "features.1.0.block.3.1").shape.channels == 16);
  // 32 to 16 channels: nothing to add; 16 to 16: the sum, which begins with the block's own result.
  CHECK_FALSE(has_node(net, "features.1.0"));
  CHECK(net.nodes()[static_cast<size_t>(node_at(net, "features.1.1").operands[0])].scope == "features.1.1.block.3.1");
  CHECK(node_at(net, "features.2.0.block.1.0").window == Window::square(5, 2, 2));
  // Without expansion the numbers move up.
  CHECK(node_at(net, "features.3.0.block.0.0").groups == 24);
  CHECK(node_at(net, "features.3.0.block.1.reduce").shape.channels == 24 / 4);
  CHECK(node_at(net, "features.6.3.block.1.0").window == Window::square(5, 1, 2));
  CHECK(node_at(net, "classifier.1").shape.channels == 1000);
}

TEST_CASE("Accel-NASBench blocks are one chain, and differ by each of their numbers") {
  CHECK(canonical_text(space(), with_part(kPlain, '_', 0, "e6k5l2s1"))
            .find("1=k5_e6_g1_w16_s1_se(0);2=k5_e6_g1_w16_s1_se(1);3=k3_e1_g1_w24_s2(2);") == 0);
  for (const Architecture& other : space().neighbours(space().parse(kMixed))) {
    CHECK(canonical_form(space().cells(other)).text != canonical_text(space(), kMixed));
  }
}

TEST_CASE("random Accel-NASBench architectures are read back and have their depth in blocks") {
  rc::check([] {
    const Architecture architecture = space().at(*rc::gen::inRange<uint64_t>(0, 36ULL * 36 * 36 * 36 * 36 * 36 * 48));
    RC_ASSERT(space().parse(space().print(architecture)) == architecture);
    size_t blocks = 0;
    for (size_t stage = 0; stage < 7; ++stage) blocks += static_cast<size_t>(architecture.choices[4 * stage + 2]) + 1;
    const OpGraph net = space().lower(space().cells(architecture), space().fast_shape());
    RC_ASSERT(net.taps().size() == blocks + 1);
  });
}

// The table's multiply-adds count four for each number of a batch norm's result, and what pooling reads and yields.
int64_t tables_macs(const OpGraph& net) {
  return net.macs() + 4 * tests::numbers_in(net, OpKind::kBatchNorm) + tests::numbers_pooled(net) +
         tests::numbers_in(net, OpKind::kGlobalAvgPool);
}

TEST_CASE("parameters and multiply-adds equal the table's for all 5,138 rows of Accel-NASBench") {
  const std::string path = tests::benchmark_file("accel_nasbench_imagenet.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  const size_t arch = table.column("arch"), params = table.column("params_m"), macs = table.column("macs_m");
  int wrong = 0;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const OpGraph net = written(space(), table.rows[row].fields[arch], space().full_shape());
    const bool right = net.parameter_count() == std::llround(1e6 * *table.number(row, params)) &&
                       tables_macs(net) == std::llround(1e6 * *table.number(row, macs));
    wrong += right ? 0 : 1;
  }
  CHECK(table.rows.size() == 5138);
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace zeroth::spaces
