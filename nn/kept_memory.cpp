#include "nn/kept_memory.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::nn {
namespace {

constexpr size_t kAlignment = 64;    // of c10::alloc_cpu; before each block stands a header of that size
constexpr size_t kSmall = 32 << 10;  // malloc keeps smaller blocks by itself, and needs no lock for them

// Bytes of the block that serves `bytes`: the next of eight steps between two powers of two, so that batches which
// differ by an image share theirs.
size_t block_size(size_t bytes) {
  size_t step = kAlignment;
  while (step * 16 <= bytes) step *= 2;
  return (bytes + step - 1) / step * step;
}

// The blocks that no tensor uses.
class Blocks {
 public:
  // One of them, or a new one.
  void* take(size_t bytes) {
    const size_t size = block_size(bytes);
    if (size >= kSmall) {
      const std::lock_guard<std::mutex> lock(mutex_);
      std::vector<char*>& free = free_[size];
      if (!free.empty()) {
        char* block = free.back();
        free.pop_back();
        return block + kAlignment;
      }
    }
    char* block = static_cast<char*>(c10::alloc_cpu(kAlignment + size));
    new (block) size_t(size);
    return block + kAlignment;
  }

  void give_back(void* data) {
    char* block = static_cast<char*>(data) - kAlignment;
    const size_t size = *std::launder(reinterpret_cast<size_t*>(block));
    if (size >= kSmall) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (keepers_ > 0) {
        free_[size].push_back(block);
        return;
      }
    }
    c10::free_cpu(block);
  }

  void keep() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++keepers_;
  }

  void keep_no_longer() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--keepers_ > 0) return;
    for (const auto& [size, blocks] : free_) {
      for (char* block : blocks) c10::free_cpu(block);
    }
    free_.clear();
  }

 private:
  std::mutex mutex_;
  int keepers_ = 0;
  std::unordered_map<size_t, std::vector<char*>> free_;  // by size
};

Blocks& blocks() {
  static auto* const all = new Blocks;  // never deleted: tensors may outlive what is static
  return *all;
}

void give_back(void* data) {
  if (data != nullptr) blocks().give_back(data);
}

// The newer LibTorch has an allocate() that is not const, and a copy_data(): of each pair of functions below, one
// overrides and the other is not called, so none of them can say `override`.
class KeepingAllocator final : public c10::Allocator {
 public:
  // NOLINTBEGIN(modernize-use-override)
  c10::DataPtr allocate(size_t bytes) const {
    void* data = bytes == 0 ? nullptr : blocks().take(bytes);
    return {data, data, &give_back, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DataPtr allocate(size_t bytes) { return static_cast<const KeepingAllocator*>(this)->allocate(bytes); }
  void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }
  // NOLINTEND(modernize-use-override)
  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }
};

}  // namespace

KeptMemory::KeptMemory() {
  static KeepingAllocator allocator;
  c10::SetCPUAllocator(&allocator);  // for good: a tensor finds its way back whoever is set when it is dropped
  blocks().keep();
}

KeptMemory::~KeptMemory() { blocks().keep_no_longer(); }

}  // namespace zeroth::nn
