#include "spaces/activation_memory.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core/random.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

// By the definition, step by step: at each step the results that exist and are needed then or later.
int64_t by_definition(const OpGraph& graph) {
  const auto& nodes = graph.nodes();
  int64_t peak = 0;
  for (size_t step = 0; step < nodes.size(); ++step) {
    std::set<size_t> alive = {step};
    for (size_t later = step; later < nodes.size(); ++later) {
      for (const int operand : nodes[later].operands) {
        if (static_cast<size_t>(operand) <= step) alive.insert(static_cast<size_t>(operand));
      }
    }
    int64_t bytes = 0;
    for (const size_t node : alive) {
      const FeatureShape& shape = nodes[node].shape;
      bytes += 4 * shape.channels * shape.height * shape.width;
    }
    peak = std::max(peak, bytes);
  }
  return peak;
}

TEST_CASE("the peak of a chain is its largest pair of neighbours") {
  OpGraph net;
  int x = net.input({3, 8, 8});                // 768 bytes
  x = net.conv2d(x, 10, 3, 1, 1, "a");         // 2560
  CHECK(activation_bytes(net) == 768 + 2560);  // the input is read by the convolution
  x = net.relu(x, "b");                        // 2560
  CHECK(activation_bytes(net) == 2560 + 2560);
  net.global_avg_pool(x, "c");  // 40
  CHECK(activation_bytes(net) == 2560 + 2560);
}

TEST_CASE("a map that is read again later stays alive, and one that nobody reads does not") {
  OpGraph net;
  const int x = net.input({1, 4, 4});  // 64 bytes
  const int wide = net.conv2d(x, 5, 1, 1, 0, "wide");
  CHECK(activation_bytes(net) == 64 + 5 * 64);
  net.conv2d(x, 7, 1, 1, 0, "dead");
  CHECK(activation_bytes(net) == 64 + 7 * 64);  // so far nobody reads wide
  const int narrow = net.conv2d(wide, 1, 1, 1, 0, "narrow");
  net.add({narrow, x, x}, "sum");  // while dead is made, x and wide wait
  CHECK(activation_bytes(net) == 64 + 5 * 64 + 7 * 64);
}

TEST_CASE("attention scores count by head, tokens by their channels") {
  OpGraph net;
  const int words = net.embedding(net.token_input(5), 30, 4, "words");  // 20 bytes in, 80 out
  const int scores = net.attention_scores(words, words, 2, "scores");   // 2 heads of 5 x 5: 200
  net.attention_context(scores, words, "context");                      // 80
  CHECK(activation_bytes(net) == 80 + 200 + 80);
}

TEST_CASE("activation memory of random graphs is what its definition says") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const core::Stream stream(seed, "graphs");
    OpGraph net;
    net.input({3, 6, 6});
    for (uint32_t i = 0; i < 12; ++i) {
      const auto nodes = static_cast<uint32_t>(net.nodes().size());
      const auto a = static_cast<int>(stream.below(nodes, 4 * i));
      const auto b = static_cast<int>(stream.below(nodes, 4 * i + 1));
      if (stream.below(2, 4 * i + 2) == 0) {
        net.conv2d(a, 1 + stream.below(9, 4 * i + 3), 1, 1, 0, "conv");
      } else {
        net.concat({a, b, a}, "concat");
      }
    }
    CHECK(activation_bytes(net) == by_definition(net));
  }
}

TEST_CASE("activation memory of a sample of every space is what its definition says") {
  for (const auto& space : all_spaces()) {
    const Architecture architecture = space->sample(core::Stream(3, "memory"), 0);
    const OpGraph net = space->lower(space->cells(architecture), space->fast_shape());
    INFO(space->name());
    CHECK(activation_bytes(net) == by_definition(net));
  }
}

}  // namespace
}  // namespace zeroth::spaces
