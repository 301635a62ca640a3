#include "spaces/operator_text.h"

#include <catch2/catch.hpp>

namespace zeroth::spaces {
namespace {

TEST_CASE("an operator's text says what its time depends on") {
  OpGraph net;
  const int x = net.input({4, 8, 6});
  const auto text = [&](int node) { return operator_text(net, net.nodes()[static_cast<size_t>(node)]); };
  CHECK(text(net.conv2d(x, 8, Window::square(3, 2, 2, 2), 4, "a")) ==
        "conv2d in=4x8x6 out=8x4x3 kernel=3x3 stride=2 padding=2x2 dilation=2 groups=4");
  CHECK(text(net.avg_pool(x, 3, 1, 1, "b")) == "avg_pool in=4x8x6 out=4x8x6 kernel=3x3 stride=1 padding=1x1");
  CHECK(text(net.relu(x, "c")) == "relu in=4x8x6 out=4x8x6");
  CHECK(text(net.add({x, x}, "d")) == "add in=4x8x6+4x8x6 out=4x8x6");
  CHECK(text(net.activation(x, Activation::kHardSwish, "e")) == "hard_swish in=4x8x6 out=4x8x6");
  const int tokens = net.tokens(x, "f");
  CHECK(text(net.attention_scores(tokens, tokens, 2, "g")) == "attention_scores in=4x48x1+4x48x1 out=2x48x48 heads=2");
  // The same operator elsewhere in the network has the same text.
  CHECK(text(net.relu(net.relu(x, "h"), "i")) == "relu in=4x8x6 out=4x8x6");
}

}  // namespace
}  // namespace zeroth::spaces
