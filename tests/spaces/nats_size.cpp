#include <catch2/catch.hpp>
#include <set>

#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

using tests::canonical_text;
using tests::has_node;
using tests::message;
using tests::node_at;
using tests::written;

const SearchSpace& space() { return find_space("nats-size"); }

TEST_CASE("NATS-Bench sizes are five multiples of eight") {
  CHECK(space().parse("8:16:64:32:40").choices == std::vector<int>{0, 1, 7, 3, 4});
  CHECK(space().print({{0, 1, 7, 3, 4}}) == "8:16:64:32:40");
  CHECK(space().parse(" 8:16:64:32:40\n") == space().parse("8:16:64:32:40"));
  CHECK(space().size() == 32768);
  CHECK(space().print(space().at(32767)) == "64:64:64:64:64");
}

TEST_CASE("wrong NATS-Bench sizes are named") {
  CHECK(message(space(), "8:16:20:32:40") ==
        "\"8:16:20:32:40\" is no nats-size architecture: layer 3: width \"20\" should be a multiple of 8 from 8 to 64");
  CHECK_THAT(message(space(), "8:16:24:32"), Catch::Contains("4 width(s) joined by ':', should be 5"));
  CHECK_THAT(message(space(), "72:16:24:32:40"), Catch::Contains("layer 1: width \"72\""));
  for (const char* word : {"0", "-8", "08", "8.0", "", "18446744073709551624"}) {
    CHECK_THAT(message(space(), tests::with_part("8:16:24:32:40", ':', 4, word)), Catch::Contains("layer 5"));
  }
}

TEST_CASE("NATS-Bench size networks have the parameters and multiply-adds of their widths") {
  const NetShape full = space().full_shape();
  // Of a cell from a to b channels: two 3x3 convolutions from the input, three after, a projection where a is not b.
  const auto cell = [](int64_t a, int64_t b) {
    return 9 * (2 * a * b + 3 * b * b) + 5 * 2 * b + (a == b ? 0 : a * b + 2 * b);
  };
  const auto reduction = [](int64_t a, int64_t b) { return 9 * (a * b + b * b) + 2 * 2 * b + a * b; };
  const int64_t expected = 27 * 8 + 16 + cell(8, 8) + reduction(8, 16) + cell(16, 24) + reduction(24, 32) +
                           cell(32, 40) + 2 * 40 + 40 * 10 + 10;
  CHECK(written(space(), "8:16:24:32:40", full).parameter_count() == expected);
  CHECK(written(space(), "8:16:24:32:40", full).macs() == 15339920);
  CHECK(written(space(), "64:64:64:64:64", full).parameter_count() == 713674);
  CHECK(written(space(), "64:64:64:64:64", full).macs() == 274399872);
}

TEST_CASE("the NATS-Bench size cell projects its skip connection where the width changes") {
  const OpGraph net = written(space(), "8:16:24:24:24", space().full_shape());
  CHECK(tests::maps(net) == std::vector<std::string>{"8x32", "8x32", "16x16", "24x16", "24x8", "24x8"});
  CHECK_FALSE(has_node(net, "cells.0.layers.3.conv"));
  CHECK(has_node(net, "cells.2.layers.3.conv"));
  CHECK_FALSE(has_node(net, "cells.4.layers.3.conv"));
  CHECK(node_at(net, "cells.2.layers.3.bn").shape.channels == 24);
  CHECK(node_at(net, "cells.2.layers.1.op.1").window == Window::square(3, 1, 1));
  CHECK(node_at(net, "cells.3.downsample.0").kind == OpKind::kAvgPool);
  CHECK(node_at(net, "lastact.0").shape.channels == 24);
}

TEST_CASE("the fast NATS-Bench size network halves every width") {
  const OpGraph net = written(space(), "8:16:64:40:48", space().fast_shape());
  CHECK(tests::maps(net) == std::vector<std::string>{"4x8", "4x8", "8x4", "32x4", "20x2", "24x2"});
  CHECK(net.nodes().size() == 80);
}

TEST_CASE("all 32,768 NATS-Bench sizes are different functions") {
  CHECK(canonical_text(space(), "8:16:24:32:40") ==
        "1=cell_w8(0);2=reduction_w16(1);3=cell_w24(2);4=reduction_w32(3);5=cell_w40(4);out(5)");
  std::set<std::string> functions;
  for (uint64_t index = 0; index < 32768; index += 7) {
    functions.insert(canonical_form(space().cells(space().at(index))).text);
  }
  CHECK(functions.size() == 4682);
}

}  // namespace
}  // namespace zeroth::spaces
