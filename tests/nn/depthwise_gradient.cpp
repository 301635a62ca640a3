// Gradients of depthwise convolutions against those of LibTorch.
#include "nn/depthwise_gradient.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "core/random.h"
#include "nn/convolution.h"
#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

using spaces::Window;
using tests::largest_difference;
using torch::Tensor;

Tensor random_map(std::vector<int64_t> sizes, const char* purpose) {
  const Tensor map = torch::empty(sizes, torch::kFloat64);
  core::Stream(5, purpose).fill_normal(map.data_ptr<double>(), static_cast<size_t>(map.numel()), 1.0);
  return map;
}

struct Case {
  int64_t channels, height, width;
  Window window;
};

// Strides that leave pixels over, windows larger than the map, no padding, more than half a window of it, rectangles.
const std::vector<Case> kCases = {
    {1, 8, 8, Window::square(3, 1, 2, 2)},  {36, 16, 16, Window::square(5, 1, 4, 2)},
    {20, 9, 8, Window::square(5, 2, 4, 2)}, {7, 8, 9, Window::square(3, 2, 2, 2)},
    {16, 2, 2, Window::square(5, 1, 4, 2)}, {5, 11, 10, Window::square(3, 3, 0, 3)},
    {8, 6, 6, Window::square(7, 1, 3)},     {12, 9, 9, Window::square(5, 2, 2)},
    {6, 1, 1, Window::square(5, 1, 4)},     {4, 10, 7, {1, 7, 1, 0, 3, 1}},
    {4, 7, 12, {5, 3, 2, 3, 0, 2}},
};

spaces::OpNode node_of(const Case& c) {
  spaces::OpNode node;
  node.kind = spaces::OpKind::kConv2d;
  node.window = c.window;
  node.groups = static_cast<int>(c.channels);
  return node;
}

struct Pass {
  Tensor x, weight, y, along;  // along: what y is multiplied by before it is summed
};

// Of the same numbers in either type.
Pass random_pass(const Case& c, torch::ScalarType type) {
  Pass pass;
  pass.x = random_map({3, c.channels, c.height, c.width}, "x").to(type).contiguous(at::MemoryFormat::ChannelsLast);
  pass.weight = random_map({c.channels, 1, c.window.height, c.window.width}, "weight").to(type);
  pass.x.requires_grad_();
  pass.weight.requires_grad_();
  pass.y = convolution(pass.x, pass.weight, node_of(c));
  pass.along = random_map(pass.y.sizes().vec(), "along").to(type);
  return pass;
}

// By LibTorch in float64, to x and to the weight.
std::vector<Tensor> expected_gradients(const Case& c) {
  const Pass pass = random_pass(c, torch::kFloat64);
  const Window& w = c.window;
  const Tensor y = at::convolution(pass.x, pass.weight, {}, {w.stride, w.stride}, {w.pad_height, w.pad_width},
                                   {w.dilation, w.dilation}, false, {0, 0}, c.channels);
  return torch::autograd::grad({y}, {pass.x, pass.weight}, {pass.along});
}

}  // namespace

TEST_CASE("gradients of dilated and large depthwise convolutions are LibTorch's") {
  const auto [type, tolerance] = GENERATE(std::pair(torch::kFloat64, 1e-13), std::pair(torch::kFloat32, 1e-6));
  for (const Case& c : kCases) {
    const Window& w = c.window;
    INFO(fmt::format("{} channels of {} x {}, window {} x {}, stride {}, padding {}, dilation {}", c.channels, c.height,
                     c.width, w.height, w.width, w.stride, w.pad_height, w.dilation));
    const std::vector<Tensor> expected = expected_gradients(c);
    const Pass pass = random_pass(c, type);
    const auto found = torch::autograd::grad({pass.y}, {pass.x, pass.weight}, {pass.along}, /*retain_graph=*/true);
    for (size_t i = 0; i < 2; ++i) {
      REQUIRE(found[i].sizes() == expected[i].sizes());
      CHECK(found[i].scalar_type() == type);
      CHECK(largest_difference(found[i].to(torch::kFloat64), expected[i]) <=
            tolerance * expected[i].abs().max().item<double>());
    }
    // One at a time, as proxies ask for them: the same bits.
    CHECK(torch::equal(torch::autograd::grad({pass.y}, {pass.x}, {pass.along}, true)[0], found[0]));
    CHECK(torch::equal(torch::autograd::grad({pass.y}, {pass.weight}, {pass.along}, true)[0], found[1]));
    CHECK(torch::equal(convolution_gradient_to_input(pass.along, pass.x, pass.weight, node_of(c)).detach(), found[0]));
  }
}

TEST_CASE("the gradient to the weights of a depthwise convolution loses no digits over many images") {
  const int64_t images = 512;
  const Tensor x = torch::ones({images, 2, 16, 16}).contiguous(at::MemoryFormat::ChannelsLast);
  const Tensor gradient = torch::full({images, 2, 16, 16}, 0.1F).contiguous(at::MemoryFormat::ChannelsLast);
  const Tensor sums = depthwise_gradient_to_weight(gradient, x, Window::square(5, 1, 2));
  CHECK(std::abs(sums[1][0][2][2].item<double>() / (0.1 * images * 256) - 1.0) < 3e-6);
  CHECK(std::abs(sums[1][0][0][4].item<double>() / (0.1 * images * 14 * 14) - 1.0) < 3e-6);
}

TEST_CASE("a depthwise convolution that is differentiated twice by mistake says so") {
  const Case c{4, 6, 6, Window::square(3, 1, 2, 2)};
  const Pass pass = random_pass(c, torch::kFloat64);
  CHECK_THROWS(torch::autograd::grad({pass.y}, {pass.x}, {pass.along}, true, /*create_graph=*/true));
}

}  // namespace zeroth::nn
