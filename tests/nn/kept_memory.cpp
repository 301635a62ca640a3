#include "nn/kept_memory.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <thread>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::nn {
namespace {

torch::Tensor made(int64_t floats) { return torch::empty({floats}, torch::kFloat32); }

TEST_CASE("a tensor's memory goes to the next one of about its size, while it is kept") {
  const KeptMemory kept;
  const void* place = nullptr;
  {
    const torch::Tensor first = made(1 << 20);
    place = first.data_ptr();
  }
  const torch::Tensor second = made((1 << 20) - 1000);
  CHECK(second.data_ptr() == place);
  CHECK(made(1 << 20).data_ptr() != place);  // which is in use
  CHECK(made(1 << 21).data_ptr() != place);
}

TEST_CASE("tensors of every size have their own aligned memory") {
  const KeptMemory kept;
  for (int round = 0; round < 2; ++round) {  // of new memory, then of kept
    std::vector<torch::Tensor> tensors;
    for (int64_t floats = 0; floats < 2000; floats += 1 + floats / 16) {
      tensors.push_back(made(floats).fill_(static_cast<double>(floats)));
      CHECK(reinterpret_cast<uintptr_t>(tensors.back().data_ptr()) % 64 == 0);
    }
    for (const torch::Tensor& tensor : tensors) {
      CHECK(tensor.eq(static_cast<double>(tensor.numel())).all().item<bool>());
    }
  }
}

TEST_CASE("no more memory is kept than stays below the limit with what is in use") {
  constexpr size_t mebibyte = 1 << 20;
  const KeptMemory kept(10 * mebibyte);
  {
    const torch::Tensor one = made(1 << 20);
    const torch::Tensor two = made(1 << 20);
    const torch::Tensor three = made(1 << 20);  // 12 MiB together
    CHECK(KeptMemory::bytes() == 0);
  }
  CHECK(KeptMemory::bytes() == 8 * mebibyte);
  const torch::Tensor other = made(3 << 18);  // 3 MiB: one of the two must go
  CHECK(KeptMemory::bytes() == 4 * mebibyte);
  const torch::Tensor same = made(1 << 20);
  CHECK(KeptMemory::bytes() == 0);
}

TEST_CASE("a tensor outlives the keeping, and may be dropped by another thread") {
  torch::Tensor after;
  {
    const KeptMemory kept;
    after = torch::ones({1000});
    torch::Tensor elsewhere = torch::ones({1000});
    std::thread([moved = std::move(elsewhere)]() mutable { moved.reset(); }).join();
  }
  CHECK(after.sum().item<double>() == 1000.0);
  after.resize_({5000});
  after.reset();
  CHECK(torch::ones({5000}).sum().item<double>() == 5000.0);
}

}  // namespace
}  // namespace zeroth::nn
