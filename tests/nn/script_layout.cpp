// Layouts, the arithmetic of views: where the numbers of a tensor are after it is reshaped, turned and cut.
#include "nn/script_layout.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "nn/torch_compat.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;

constexpr int64_t kImages = 2;

// The numbers that a layout finds in a value (N, places, channels) of the numbers 0, 1, 2, ...
Tensor read(const Layout& layout, int64_t places, int64_t channels) {
  std::vector<int64_t> sizes, strides, counts;
  for (const Dimension& dim : layout.dims) {
    counts.push_back(1);
    for (const Factor& factor : dim) {
      counts.back() *= factor.size;
      sizes.push_back(factor.size);
      strides.push_back(factor.stride * (factor.axis == Axis::kBatch   ? places * channels
                                         : factor.axis == Axis::kPlace ? channels
                                                                       : 1));
    }
  }
  const Tensor value = torch::arange(kImages * places * channels);
  return value.as_strided(sizes, strides, layout.first_place * channels + layout.first_channel).reshape(counts);
}

Tensor map_value(int64_t channels, int64_t height, int64_t width) {
  return torch::arange(kImages * height * width * channels)
      .reshape({kImages, height, width, channels})
      .permute({0, 3, 1, 2});
}

TEST_CASE("layouts follow views of tensors") {
  const Tensor map = map_value(12, 4, 6);
  const Layout layout = map_layout(kImages, {12, 4, 6});
  REQUIRE(at::equal(read(layout, 24, 12), map));

  const auto tokens = permuted(*reshaped(layout, {2, 12, 24}), {0, 2, 1});
  CHECK(tokens == token_layout(kImages, {12, 24, 1, true}));
  CHECK(at::equal(read(tokens, 24, 12), map.reshape({2, 12, 24}).permute({0, 2, 1})));

  const auto heads = permuted(*reshaped(tokens, {2, 24, 3, 4}), {0, 2, 1, 3});
  const Tensor by_head = map.flatten(2).transpose(1, 2).reshape({2, 24, 3, 4}).transpose(1, 2);
  CHECK(at::equal(read(heads, 24, 12), by_head));
  CHECK(at::equal(read(*reshaped(heads, {6, 24, 4}), 24, 12), by_head.reshape({6, 24, 4})));

  const auto shuffled = *reshaped(permuted(*reshaped(layout, {2, 3, 4, 4, 6}), {0, 2, 1, 3, 4}), {2, 12, 4, 6});
  CHECK(at::equal(read(shuffled, 24, 12), map.reshape({2, 3, 4, 4, 6}).transpose(1, 2).reshape({2, 12, 4, 6})));

  const auto part = *cut(*cut(heads, 1, 1, 2), 2, 5, 7);
  CHECK(at::equal(read(part, 24, 12), by_head.narrow(1, 1, 2).narrow(2, 5, 7)));
  CHECK(at::equal(read(without_dimension(*cut(heads, 1, 2, 1), 1), 24, 12), by_head.select(1, 2)));
}

TEST_CASE("layouts refuse what is no rectangle") {
  const Layout layout = map_layout(kImages, {12, 4, 6});
  CHECK_FALSE(reshaped(layout, {2, 12, 4, 7}));
  CHECK_FALSE(reshaped(layout, {2, 12, 4}));
  CHECK_FALSE(reshaped(layout, {16, 36}));  // the images and two thirds of the channels
  CHECK_FALSE(cut(layout, 0, 1, 1));        // an image of the batch
  const auto flat = *reshaped(layout, {2, 288});
  CHECK_FALSE(cut(flat, 1, 0, 30));  // a channel and a bit
  CHECK(cut(flat, 1, 24, 48));       // two channels
}

TEST_CASE("neighbours are entries without gaps") {
  const auto channels = [](std::vector<std::pair<int64_t, int64_t>> factors) {
    std::vector<Factor> list;
    for (const auto& [size, stride] : factors) list.push_back({Axis::kChannel, size, stride});
    return neighbours(list);
  };
  CHECK(channels({{3, 4}, {4, 1}}) == 12);
  CHECK(channels({}) == 1);
  CHECK_FALSE(channels({{3, 8}, {4, 1}}));
  CHECK_FALSE(channels({{3, 2}}));
}

}  // namespace
}  // namespace zeroth::nn
