// Structure and variance on graphs that can be counted by hand.
#include "spaces/structure.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "spaces/log_variance.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

// Two 3x3 convolutions in a row beside a 1x1 one and an identity, added; then the head.
OpGraph small_graph() {
  OpGraph graph;
  const int x = graph.conv2d(graph.input({3, 8, 8}), 4, 5, 1, 2, "stem");
  const int deep = graph.conv2d(graph.relu(graph.conv2d(x, 4, 3, 1, 1, "a"), "relu"), 4, 3, 1, 1, "b");
  const int flat = graph.conv2d(x, 4, 1, 1, 0, "c");
  const int sum = graph.add({deep, flat, x}, "sum");
  const int pooled = graph.avg_pool(sum, 2, 2, 0, "pool");
  graph.linear(graph.global_avg_pool(pooled, "gap"), 10, "classifier");
  return graph;
}

std::vector<UnitGraph> cells_of(const char* text) {
  const SearchSpace& space = find_space("nasbench201");
  return space.cells(space.parse(text));
}

OpGraph network_of(const char* text) { return find_space("nasbench201").lower(cells_of(text), {}); }

constexpr const char* kMixed =
    "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_1x1~2|";
constexpr const char* kDead = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";

}  // namespace

TEST_CASE("operators are counted by kind") {
  const OpCounts counts = count_operators(small_graph());
  CHECK(counts.convolutions_1x1 == 1);
  CHECK(counts.convolutions_3x3 == 2);
  CHECK(counts.other_convolutions == 1);
  CHECK(counts.poolings == 1);
  CHECK(counts.sums == 1);
  CHECK(counts.linears == 1);
}

TEST_CASE("paths: three of them, with two, three and four parametric operations") {
  const auto found = paths(small_graph());
  REQUIRE(found);
  CHECK(found->log_count == Approx(std::log(3.0)));
  CHECK(found->shortest == 2);  // stem, identity, classifier
  CHECK(found->longest == 4);   // stem, a, b, classifier
}

TEST_CASE("an operand that repeats is as many ways, and zeros are none") {
  OpGraph twice;
  const int x = twice.input({2, 4, 4});
  const int sum = twice.add({x, x, twice.zero(x, "none")}, "sum");
  twice.add({sum, sum, sum}, "again");
  CHECK(paths(twice)->log_count == Approx(std::log(6.0)));
  CHECK(paths(twice)->longest == 0);
  twice.zero(sum, "end");
  CHECK_FALSE(paths(twice));
}

TEST_CASE("paths of a whole network are those of its cells and reductions multiplied") {
  // Through a cell of kMixed: conv, then skip and 1x1, or pooling; or the skip past all: 3 ways, of 0 to 2 operations.
  const auto found = paths(network_of(kMixed));
  REQUIRE(found);
  CHECK(found->log_count == Approx(15.0 * std::log(3.0) + 2.0 * std::log(2.0)));
  CHECK(found->shortest == 2 + 2);              // stem, two shortcuts, classifier
  CHECK(found->longest == 2 + 2 * 2 + 15 * 2);  // both convolutions of each reduction
  CHECK_FALSE(paths(network_of(kDead)));
}

TEST_CASE("width is the most operators at one depth") {
  CHECK(width(small_graph()) == 2);  // a and c beside each other
  OpGraph chain;
  chain.relu(chain.relu(chain.input({1, 2, 2}), "a"), "b");
  CHECK(width(chain) == 1);
}

TEST_CASE("what the cells chose is counted, their nodes are not") {
  const auto cells = cells_of(kMixed);
  CHECK(chosen_units(cells, UnitKind::kIdentity) == 2);
  CHECK(chosen_units(cells, UnitKind::kZero) == 1);
  CHECK(chosen_units(cells, UnitKind::kParametric) == 2);
  CHECK(chosen_units(cells, UnitKind::kWeightless) == 1);
}

TEST_CASE("skip connections span the nodes between their ends") {
  // From node 1 to 2: 0; from 0 to 3: 2.
  CHECK(mean_skip_span(cells_of(kMixed)) == 1.0);
  CHECK(mean_skip_span(cells_of(kDead)) == 0.0);
  // All six: spans 0, 1, 0, 2, 1, 0.
  CHECK(mean_skip_span(cells_of("|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|"
                                "skip_connect~2|")) == Approx(4.0 / 6.0));
  CHECK(mean_skip_span(cells_of("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|")) == 2.0);
}

TEST_CASE("variances multiply along convolutions and add up in sums") {
  const OpGraph graph = small_graph();
  const std::vector<double> logs = log_variances(graph);
  const double stem = 3 * 25, deep = stem * (4 * 9) * (4 * 9), flat = stem * 4;
  CHECK(logs[1] == Approx(std::log(stem)));
  CHECK(logs[4] == Approx(std::log(deep)));
  CHECK(logs[6] == Approx(std::log(deep + flat + stem)));
  CHECK(logs[8] == logs[6]);  // poolings leave it
  CHECK(logs[9] == Approx(std::log((deep + flat + stem) * 4)));
}

TEST_CASE("a stage ends with what the next resolution reads") {
  const std::vector<Stage> found = stages(small_graph());
  REQUIRE(found.size() == 2);
  CHECK(found[0].shape.height == 8);
  CHECK(found[0].shape.channels == 4);
  CHECK(found[1].shape.height == 4);
  CHECK(found[1].log_variance == found[0].log_variance);  // a pooling only

  const std::vector<Stage> whole = stages(network_of(kMixed));
  REQUIRE(whole.size() == 3);
  CHECK(whole[0].shape.channels == 16);
  CHECK(whole[2].shape.channels == 64);
  CHECK(whole[2].shape.height == 8);
  CHECK(whole[1].log_variance < whole[2].log_variance);
  CHECK(std::isinf(stages(network_of(kDead)).back().log_variance));
}

TEST_CASE("nodes know how many modules of the authors' network return them") {
  const OpGraph net = network_of(kMixed);
  const auto modules = [&net](const std::string& scope, OpKind kind) {
    int found = -1;
    for (const OpNode& node : net.nodes()) {
      if (node.scope == scope && node.kind == kind) found = node.modules;
    }
    return found;
  };
  CHECK(modules("input", OpKind::kInput) == 0);
  CHECK(modules("stem.0", OpKind::kConv2d) == 1);
  // Batch norm, the stem around it, and the skip connection of the first cell.
  CHECK(modules("stem.1", OpKind::kBatchNorm) == 3);
  CHECK(modules("cells.0.layers.0.op.0", OpKind::kRelu) == 1);
  // Batch norm, the sequence, the unit; and the skip connection that reads node 1.
  CHECK(modules("cells.0.layers.0.op.2", OpKind::kBatchNorm) == 4);
  CHECK(modules("cells.0.layers.4.op", OpKind::kAvgPool) == 2);
  CHECK(modules("cells.0.layers.5.op.2", OpKind::kBatchNorm) == 3);
  CHECK(modules("cells.5.downsample.0", OpKind::kAvgPool) == 1);
  CHECK(modules("cells.5.downsample.1", OpKind::kConv2d) == 2);
  // The reduction, and the skip connection of the next cell.
  CHECK(modules("cells.5", OpKind::kAdd) == 2);
  CHECK(modules("lastact.0", OpKind::kBatchNorm) == 1);
  CHECK(modules("lastact.1", OpKind::kRelu) == 2);
  CHECK(modules("global_pooling", OpKind::kGlobalAvgPool) == 1);
  CHECK(modules("classifier", OpKind::kLinear) == 2);
}

}  // namespace zeroth::spaces
