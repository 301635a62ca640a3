#include <catch2/catch.hpp>

#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

using tests::canonical_text;
using tests::message;
using tests::node_at;
using tests::with_part;
using tests::written;

const SearchSpace& space() { return find_space("proxylessnas"); }

// The blocks that the authors found for phones.
constexpr const char* kMobile =
    "k5e3.k3e3.skip.skip_k7e3.k3e3.k5e3.k5e3_k7e6.k5e3.k5e3.k5e3_k5e6.k5e3.k5e3.k5e3_k7e6.k7e6.k7e3.k7e3_k7e6";

TEST_CASE("ProxylessNAS blocks are kernel and expansion, or a skip") {
  CHECK(space().parse(kMobile).choices ==
        std::vector<int>{2, 0, 6, 6, 4, 0, 2, 2, 5, 2, 2, 2, 3, 2, 2, 2, 5, 5, 4, 4, 5});
  CHECK(space().print(space().parse(kMobile)) == kMobile);
  CHECK(space().size() == 46656ULL * 4747561509943ULL);
  CHECK(space().neighbours(space().parse(kMobile)).size() == 6 * 5 + 15 * 6);
}

TEST_CASE("wrong ProxylessNAS blocks are named with their place") {
  CHECK_THAT(message(space(), with_part(kMobile, '_', 1, "skip.k3e3.k5e3.k5e3")),
             Catch::Contains("is no proxylessnas architecture: stage 2, block 1: the first block of a stage cannot be "
                             "skipped"));
  CHECK_THAT(message(space(), with_part(kMobile, '_', 5, "k3e4")),
             Catch::Contains("stage 6, block 1: \"k3e4\" should have e3 or e6 at character 3"));
  CHECK_THAT(message(space(), with_part(kMobile, '_', 0, "k3e3.skap.skip.skip")),
             Catch::Contains("stage 1, block 2: \"skap\" should have k3 or k5 or k7 at character 1"));
  CHECK_THAT(message(space(), with_part(kMobile, '_', 5, "k3e3.k3e3")),
             Catch::Contains("stage 6: 2 block(s) joined by '.', should be 1"));
  CHECK_THAT(message(space(), "k3e3"), Catch::Contains("1 stage(s) joined by '_', should be 6"));
}

TEST_CASE("ProxylessNAS networks have the parameters and multiply-adds of their blocks") {
  // Published with 32 channels in the first stage: 4.08 million parameters, 320 million multiply-adds.
  const OpGraph net = written(space(), kMobile, space().full_shape());
  CHECK(net.parameter_count() == 4073520);
  CHECK(net.macs() == 304227008);
  CHECK(tests::maps(net).size() == 2 + 21 - 2);
  CHECK(tests::maps(net).front() == "32x112");
  CHECK(tests::maps(net).back() == "320x7");
  CHECK(tests::maps(written(space(), kMobile, space().fast_shape())).back() == "80x2");
}

TEST_CASE("ProxylessNAS blocks cut off at six, and add their input where they can") {
  const OpGraph net = written(space(), kMobile, space().full_shape());
  CHECK(node_at(net, "blocks.1.conv.depth_conv.act").activation == Activation::kRelu6);
  CHECK(node_at(net, "blocks.1.conv.depth_conv.conv").window == Window::square(5, 2, 2));
  CHECK_FALSE(tests::has_node(net, "blocks.1"));
  CHECK(node_at(net, "blocks.2").kind == OpKind::kAdd);
  CHECK_FALSE(tests::has_node(net, "blocks.3.conv.depth_conv.conv"));
  CHECK(node_at(net, "blocks.5.conv.depth_conv.conv").window == Window::square(7, 2, 3));
  CHECK(node_at(net, "blocks.13.conv.depth_conv.conv").window.stride == 1);
  CHECK(node_at(net, "blocks.21.conv.point_linear.bn").shape.channels == 320);
}

TEST_CASE("ProxylessNAS skips leave no trace") {
  CHECK(canonical_text(space(), with_part(kMobile, '_', 0, "k5e3.skip.skip.k3e3")) == canonical_text(space(), kMobile));
  CHECK(canonical_text(space(), with_part(kMobile, '_', 0, "k5e3.skip.k5e3.skip")) != canonical_text(space(), kMobile));
  CHECK(canonical_text(space(), kMobile).find("1=k5_e3_g1_w24_s2(0);2=k3_e3_g1_w24_s1(1);3=k7_e3_g1_w40_s2(2);") == 0);
}

}  // namespace
}  // namespace zeroth::spaces
