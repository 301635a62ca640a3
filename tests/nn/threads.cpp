// Workers run tensor operators at the same time. A BLAS that shares one buffer between threads makes them wrong by a
// little, now and then: this is what tells.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;

struct Product {
  Tensor a, b, expected;
};

}  // namespace

TEST_CASE("matrix products of two threads do not disturb each other") {
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  const bool first_transposed = GENERATE(false, true), second_transposed = GENERATE(false, true);
  at::set_num_threads(1);
  constexpr int64_t kRows = 64, kInner = 16, kColumns = 32;  // no size that a BLAS has a kernel without buffers for
  std::vector<Product> products(2);
  for (size_t i = 0; i < products.size(); ++i) {
    // Each thread has numbers of its own, or a shared buffer would go unseen.
    const auto numbers = [&](int64_t rows, int64_t columns, bool transposed) {
      const Tensor wave = at::sin(torch::arange(rows * columns, torch::kFloat64) + static_cast<double>(i)).to(type);
      return transposed ? wave.reshape({columns, rows}).t() : wave.reshape({rows, columns});
    };
    products[i].a = numbers(kRows, kInner, first_transposed);
    products[i].b = numbers(kInner, kColumns, second_transposed);
    products[i].expected = at::mm(products[i].a, products[i].b);
  }
  std::atomic<int> wrong{0}, ready{0};
  const auto work = [&](const Product& product) {
    const at::NoGradGuard no_gradients;
    at::set_num_threads(1);
    for (++ready; ready < 2;) std::this_thread::yield();
    for (int round = 0; round < 20000; ++round) {
      if (!at::equal(at::mm(product.a, product.b), product.expected)) ++wrong;
    }
  };
  std::thread first(work, products[0]), second(work, products[1]);
  first.join();
  second.join();
  INFO("the BLAS that LibTorch uses is not safe to call from several threads; libopenblas0-openmp is");
  CHECK(wrong == 0);
}

}  // namespace zeroth::nn
