// Sums over tensors, whatever their layout in memory.
#include "proxies/reduce.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "proxies/position_sums.h"

namespace zeroth::proxies {
namespace {

using torch::Tensor;

Tensor counting(std::vector<int64_t> shape, torch::ScalarType type) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return torch::arange(count, torch::kFloat64).reshape(shape).to(type);
}

double product_sum(const Tensor& a, const Tensor& b) {
  return sum_over(a, b, [](double x, double y) { return x * y; });
}

}  // namespace

TEST_CASE("a sum takes every element once, for any number of them") {
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  for (int64_t count = 0; count < 40; ++count) {
    CHECK(sum_over(counting({count}, type), [](double x) { return x + 1.0; }) ==
          static_cast<double>(count * (count + 1) / 2));
  }
}

TEST_CASE("elements of two tensors meet by their index, whatever the strides") {
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  const Tensor a = counting({3, 4, 5, 2}, type), b = a.flip({0, 2}).contiguous();
  const double expected = (a.to(torch::kFloat64) * b.to(torch::kFloat64)).sum().item<double>();
  const auto last = [](const Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); };
  // The same values in steps of two: neither dense nor contiguous.
  const Tensor gaps = torch::zeros({3, 4, 5, 4}, type).slice(3, 0, 4, 2).copy_(b);
  CHECK(product_sum(a, b) == expected);
  CHECK(product_sum(last(a), b) == expected);
  CHECK(product_sum(a, last(b)) == expected);
  CHECK(product_sum(last(a), last(b)) == expected);
  CHECK(product_sum(a, gaps) == expected);
  CHECK(product_sum(gaps, a) == expected);
  CHECK(product_sum(a, b.permute({3, 1, 2, 0}).contiguous().permute({3, 1, 2, 0})) == expected);
  CHECK(product_sum(a.set_requires_grad(true), b) == expected);
}

TEST_CASE("an undefined gradient stands for zeros") {
  const Tensor none, some = torch::ones({3});
  CHECK(sum_over(none, [](double) { return 1.0; }) == 0.0);
  CHECK(product_sum(some, none) == 0.0);
  CHECK(product_sum(none, some) == 0.0);
  CHECK(l2_norm(none) == 0.0);
}

TEST_CASE("the norm is that of all elements, added up in double") {
  CHECK(l2_norm(torch::tensor({3.0F, 4.0F})) == 5.0);
  // In float32 the small ones would be lost beside the large one.
  Tensor map = torch::full({4096}, 1.0F);
  map[0] = 1e4F;
  CHECK(l2_norm(map) == Approx(std::sqrt(1e8 + 4095.0)).epsilon(1e-14));
}

TEST_CASE("sums over positions are those of each image and channel") {
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  const bool channels_last = GENERATE(false, true);
  const auto laid_out = [&](const Tensor& x) {
    return channels_last ? x.contiguous(at::MemoryFormat::ChannelsLast) : x.contiguous();
  };
  const Tensor a = laid_out(counting({2, 5, 3, 4}, type) / 8), b = laid_out(a.flip({3}));
  const Tensor expected = (a.to(torch::kFloat64) * b.to(torch::kFloat64)).sum({2, 3});
  const std::vector<double> sums = position_sums(a, b);
  REQUIRE(sums.size() == 10);
  for (int64_t i = 0; i < 10; ++i) {
    CHECK(sums[static_cast<size_t>(i)] == Approx(expected[i / 5][i % 5].item<double>()).epsilon(1e-6));
  }
  const Tensor vectors = counting({2, 3}, type);
  CHECK(position_sums(vectors, vectors) == std::vector<double>{0, 1, 4, 9, 16, 25});
}

}  // namespace zeroth::proxies
