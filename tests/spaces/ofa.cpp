#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "core/random.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

using tests::canonical_text;
using tests::has_node;
using tests::message;
using tests::node_at;
using tests::with_part;
using tests::written;

const SearchSpace& space() { return find_space("ofa"); }

// All stages alike.
std::string uniform(const std::string& stage) { return fmt::format("{0}_{0}_{0}_{0}_{0}", stage); }
const std::string kSmall = uniform("d2.k3e3.k3e3.k3e3.k3e3");
const std::string kLarge = uniform("d4.k7e6.k7e6.k7e6.k7e6");

std::string dictionary(int kernel, int expansion, int depth, const std::string& rest = "") {
  return fmt::format(R"({{"ks": {}, "e": {}, "d": {}{}}})", std::vector<int>(20, kernel),
                     std::vector<int>(20, expansion), std::vector<int>(5, depth), rest);
}

TEST_CASE("Once-for-All stages are a depth and four blocks") {
  const Architecture small = space().parse(with_part(kSmall, '_', 1, "d3.k5e4.k7e6.k3e3.k3e3"));
  CHECK(small.choices.size() == 45);
  CHECK(std::vector<int>(small.choices.begin() + 9, small.choices.begin() + 14) == std::vector<int>{1, 1, 1, 2, 2});
  CHECK(space().print(space().parse(kLarge)) == kLarge);
  CHECK(space().neighbours(small).size() == 90);
  CHECK_FALSE(space().size().has_value());
}

TEST_CASE("the authors' dictionary is read, as JSON and as Python prints it") {
  CHECK(space().parse(dictionary(7, 6, 4)) == space().parse(kLarge));
  CHECK(space().parse(dictionary(3, 3, 2, R"(, "r": [224])")) == space().parse(kSmall));
  std::string python = dictionary(3, 3, 2, R"(, "r": 176)");
  for (char& c : python) c = c == '"' ? '\'' : c;
  CHECK(space().parse(python) == space().parse(kSmall));
  // Block by block: kernels of all stages first, as in the authors' list.
  std::vector<int> kernels(20, 3);
  kernels[5] = 7;
  const std::string text =
      fmt::format(R"({{"ks": {}, "e": {}, "d": [2, 2, 2, 2, 2]}})", kernels, std::vector<int>(20, 3));
  CHECK(space().print(space().parse(text)) == with_part(kSmall, '_', 1, "d2.k3e3.k7e3.k3e3.k3e3"));
}

TEST_CASE("wrong Once-for-All words are named with their place") {
  CHECK_THAT(
      message(space(), with_part(kSmall, '_', 2, "d2.k3e3.k3e5.k3e3.k3e3")),
      Catch::Contains("is no ofa architecture: stage 3, block 2: \"k3e5\" should have e3 or e4 or e6 at character 3"));
  CHECK_THAT(message(space(), with_part(kSmall, '_', 0, "d5.k3e3.k3e3.k3e3.k3e3")),
             Catch::Contains("stage 1: \"d5\" should have d2 or d3 or d4 at character 1"));
  CHECK_THAT(message(space(), with_part(kSmall, '_', 4, "d2.k3e3.k3e3")),
             Catch::Contains("stage 5: 3 word(s) joined by '.', should be 5"));
  CHECK_THAT(message(space(), "d2.k3e3.k3e3.k3e3.k3e3"), Catch::Contains("1 stage(s) joined by '_', should be 5"));
}

TEST_CASE("wrong Once-for-All dictionaries are named with their entry") {
  CHECK_THAT(message(space(), "{"), Catch::Contains("it should be a dictionary"));
  CHECK_THAT(message(space(), "{}"), Catch::Contains("\"ks\" should be a list of 20 numbers"));
  CHECK_THAT(message(space(), dictionary(4, 6, 4)), Catch::Contains("\"ks\": 4 should be one of 3, 5, 7"));
  CHECK_THAT(message(space(), dictionary(3, 2, 4)), Catch::Contains("\"e\": 2 should be one of 3, 4, 6"));
  CHECK_THAT(message(space(), dictionary(3, 3, 0)), Catch::Contains("\"d\": 0 should be one of 2, 3, 4"));
  CHECK_THAT(message(space(), dictionary(3, 3, 2, R"(, "kernels": 1)")), Catch::Contains("unknown entry \"kernels\""));
  CHECK_THAT(message(space(), R"({"ks": 3, "e": 3, "d": 2})"), Catch::Contains("\"ks\" should be a list"));
  CHECK_THAT(message(space(), "{\"ks\": \xff}"), Catch::Contains("it should be a dictionary"));
  std::string deep = dictionary(3, 3, 2);
  deep.replace(deep.find('3'), 1, std::string(20000, '[') + std::string(20000, ']'));
  CHECK_THAT(message(space(), deep), Catch::Contains("\"ks\": array should be one of"));
}

TEST_CASE("Once-for-All networks have the parameters and multiply-adds of their blocks") {
  const OpGraph large = written(space(), kLarge, space().full_shape());
  CHECK(large.parameter_count() == 7664760);
  CHECK(large.macs() == 566170656);
  const OpGraph small = written(space(), kSmall, space().full_shape());
  CHECK(small.parameter_count() == 3410792);
  CHECK(small.macs() == 121278672);
  CHECK(tests::maps(small) == std::vector<std::string>{"16x112", "16x112", "24x56", "24x56", "40x28", "40x28", "80x14",
                                                       "80x14", "112x14", "112x14", "160x7", "160x7"});
}

TEST_CASE("Once-for-All blocks have their stage's activation, gate and stride") {
  const OpGraph net = written(space(), kSmall, space().full_shape());
  CHECK_FALSE(has_node(net, "blocks.0.conv.inverted_bottleneck.conv"));
  CHECK(node_at(net, "blocks.0").kind == OpKind::kAdd);
  CHECK(node_at(net, "blocks.1.conv.depth_conv.act").kind == OpKind::kRelu);
  CHECK(node_at(net, "blocks.1.conv.depth_conv.conv").window == Window::square(3, 2, 1));
  CHECK_FALSE(has_node(net, "blocks.1.conv.depth_conv.se.fc.reduce"));
  // 24 * 3 = 72 channels, a quarter of which is 18: 16 would be less than nine tenths.
  CHECK(node_at(net, "blocks.3.conv.depth_conv.se.fc.reduce").shape.channels == 24);
  CHECK(node_at(net, "blocks.3.conv.depth_conv.se.fc.gate").activation == Activation::kHardSigmoid);
  CHECK(node_at(net, "blocks.5.conv.depth_conv.act").activation == Activation::kHardSwish);
  CHECK_FALSE(has_node(net, "blocks.5.conv.depth_conv.se.fc.reduce"));
  CHECK(node_at(net, "blocks.7.conv.depth_conv.conv").window.stride == 1);
  CHECK(has_node(net, "blocks.9.conv.depth_conv.se.fc.reduce"));
  CHECK(node_at(net, "global_avg_pool").shape.height == 1);
  CHECK(node_at(net, "feature_mix_layer.conv").shape.channels == 1280);
}

TEST_CASE("a Once-for-All map with an answer for each pixel is not pooled") {
  NetShape shape = space().fast_shape();
  shape.dense = true;
  const OpGraph net = written(space(), kSmall, shape);
  CHECK_FALSE(has_node(net, "global_avg_pool"));
  CHECK(node_at(net, "head").shape.height == 2);
}

TEST_CASE("Once-for-All blocks beyond the depth are no part of the function") {
  const std::string other = with_part(kSmall, '_', 3, "d2.k3e3.k3e3.k7e6.k5e4");
  CHECK_FALSE(space().parse(other) == space().parse(kSmall));
  CHECK(canonical_text(space(), other) == canonical_text(space(), kSmall));
  CHECK(canonical_text(space(), with_part(kSmall, '_', 3, "d3.k3e3.k3e3.k7e6.k5e4")) !=
        canonical_text(space(), kSmall));
  CHECK(canonical_text(space(), kSmall).find("1=k3_e3_g1_w24_s2(0);2=k3_e3_g1_w24_s1(1);3=k3_e3_g1_w40_s2_se(2);") ==
        0);
}

TEST_CASE("random Once-for-All architectures are read back, and their depths counted") {
  rc::check([] {
    const core::Stream stream(*rc::gen::arbitrary<uint64_t>(), "ofa");
    const Architecture architecture = space().sample(stream, 0);
    RC_ASSERT(space().parse(space().print(architecture)) == architecture);
    size_t blocks = 0;
    for (size_t stage = 0; stage < 5; ++stage) blocks += static_cast<size_t>(architecture.choices[9 * stage]) + 2;
    RC_ASSERT(space().lower(space().cells(architecture), space().fast_shape()).taps().size() == blocks + 2);
  });
}

}  // namespace
}  // namespace zeroth::spaces
