#include <catch2/catch.hpp>
#include <cmath>
#include <map>

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

const SearchSpace& space() { return find_space("fbnet"); }

constexpr const char* kSkips = "8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8";

TEST_CASE("FBNet architectures are 22 operations' numbers") {
  CHECK(space().parse(space().example()).choices ==
        std::vector<int>{3, 8, 2, 0, 1, 7, 6, 2, 4, 5, 3, 8, 7, 2, 6, 1, 3, 7, 8, 6, 2, 3});
  CHECK(space().print(space().parse(kSkips)) == kSkips);
  CHECK_FALSE(space().size().has_value());
  CHECK(space().neighbours(space().parse(kSkips)).size() == 22 * 8);
}

TEST_CASE("wrong FBNet operations are named with their block") {
  CHECK(
      message(space(), with_part(kSkips, '_', 2, "9")) ==
      "\"8_8_9_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8_8\" is no fbnet architecture: block 3: operation \"9\" should be a "
      "digit from 0 to 8");
  for (const char* word : {"", "-1", "00", "k3_e1", "a"})
    CHECK_FALSE(message(space(), with_part(kSkips, '_', 21, word)).empty());
  CHECK_THAT(message(space(), "8_8"), Catch::Contains("2 block(s) joined by '_', should be 22"));
}

TEST_CASE("FBNet's maps shrink where the CIFAR setting says") {
  const std::vector<std::string> found = tests::maps(written(space(), space().example(), space().full_shape()));
  CHECK(found.size() == 23 - 2);  // the stem and all blocks but the two skips within stages
  CHECK(found.front() == "16x32");
  CHECK(found[6] == "32x16");
  CHECK(found.back() == "352x4");
  CHECK(tests::maps(written(space(), space().example(), space().fast_shape())).back() == "176x2");
}

TEST_CASE("an FBNet block with groups has them in both 1x1 convolutions, and shuffles between") {
  const OpGraph net = written(space(), with_part(kSkips, '_', 1, "5"), space().full_shape());
  CHECK(node_at(net, "cells.1.conv1").groups == 2);
  CHECK(node_at(net, "cells.1.conv1").shape.channels == 16);
  CHECK(node_at(net, "cells.1.shuffle").kind == OpKind::kShuffle);
  CHECK(node_at(net, "cells.1.shuffle").groups == 2);
  CHECK(node_at(net, "cells.1.conv2").groups == 16);
  CHECK(node_at(net, "cells.1.conv2").window == Window::square(5, 1, 2));
  CHECK(node_at(net, "cells.1.conv3").groups == 2);
  CHECK_FALSE(has_node(net, "cells.1"));  // 16 to 24 channels
  CHECK_FALSE(has_node(written(space(), with_part(kSkips, '_', 1, "4"), space().full_shape()), "cells.1.shuffle"));
}

TEST_CASE("an FBNet skip is a convolution where a stage changes the width, and nothing elsewhere") {
  const OpGraph net = written(space(), kSkips, space().full_shape());
  const std::vector<std::pair<int64_t, int64_t>> changes = {{16, 24},  {24, 32},   {32, 64},
                                                            {64, 112}, {112, 184}, {184, 352}};
  int64_t expected = 27 * 16 + 32 + 352 * 1504 + 2 * 1504 + 1504 * 100 + 100;
  for (const auto& [a, b] : changes) expected += a * b + 2 * b;
  CHECK(net.parameter_count() == expected);
  CHECK(node_at(net, "cells.5.conv").window == Window::square(1, 2, 0));
  CHECK_FALSE(has_node(net, "cells.0.conv"));
  CHECK(tests::maps(net) == std::vector<std::string>{"16x32", "24x32", "32x16", "64x8", "112x8", "184x4", "352x4"});
}

TEST_CASE("FBNet skips leave no trace: which of a stage's later blocks are skipped is no matter") {
  const std::string a = with_part(with_part(kSkips, '_', 2, "3"), '_', 3, "7");
  const std::string b = with_part(with_part(kSkips, '_', 3, "3"), '_', 4, "7");
  CHECK(canonical_text(space(), a) == canonical_text(space(), b));
  CHECK(canonical_text(space(), with_part(with_part(kSkips, '_', 2, "7"), '_', 3, "3")) != canonical_text(space(), a));
  // The same operation in the next stage, or as its first block, is another.
  CHECK(canonical_text(space(), with_part(kSkips, '_', 2, "3")) !=
        canonical_text(space(), with_part(kSkips, '_', 6, "3")));
  CHECK(canonical_text(space(), with_part(kSkips, '_', 1, "3")) !=
        canonical_text(space(), with_part(kSkips, '_', 2, "3")));
  CHECK(canonical_text(space(), kSkips) ==
        "1=skip_w24_s1(0);2=skip_w32_s2(1);3=skip_w64_s2(2);4=skip_w112_s1(3);5=skip_w184_s2(4);6=skip_w352_s1(5);out("
        "6)");
}

// The table's FLOPs: multiply-adds, two for each number of a batch norm's result, one for each of a ReLU's and of the
// map that is pooled. A block's two ReLUs are one module there, of which the last result is counted.
double tables_flops(const OpGraph& net) {
  std::map<std::string, int64_t> relus;
  for (const OpNode& node : net.nodes()) {
    if (node.kind == OpKind::kRelu) relus[node.scope] = node.shape.channels * node.shape.height * node.shape.width;
  }
  int64_t sum = net.macs() + 2 * tests::numbers_in(net, OpKind::kBatchNorm) + tests::numbers_pooled(net);
  for (const auto& [scope, numbers] : relus) sum += numbers;
  return static_cast<double>(sum);
}

TEST_CASE("parameters and FLOPs equal the table's for all 5,000 FBNet architectures") {
  const std::string path = tests::benchmark_file("fbnet_latency_proxies.csv.gz");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  const size_t arch = table.column("arch"), params = table.column("proxy_params"), flops = table.column("proxy_flops");
  int wrong = 0;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const OpGraph net = written(space(), table.rows[row].fields[arch], space().full_shape());
    // The table has seven digits of FLOPs.
    const bool right = static_cast<double>(net.parameter_count()) == *table.number(row, params) &&
                       std::abs(tables_flops(net) / *table.number(row, flops) - 1.0) < 5.1e-7;
    wrong += right ? 0 : 1;
  }
  CHECK(table.rows.size() == 5000);
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace zeroth::spaces
