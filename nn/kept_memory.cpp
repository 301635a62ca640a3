#include "nn/kept_memory.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
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

// Asks for a new block's pages by two megabytes instead of by four kilobytes, where it is large enough to have such: to
// touch them for the first time takes a fifth of the time.
void prefer_huge_pages(char* block, size_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr size_t kHuge = 2 << 20;
  void* begin = block;
  if (std::align(kHuge, kHuge, begin, bytes) == nullptr) return;
  madvise(begin, bytes / kHuge * kHuge, MADV_HUGEPAGE);  // a wish: refused, the pages are small ones
#endif
}

// The blocks that no tensor uses.
class Blocks {
 public:
  // One of them, or a new one.
  void* take(size_t bytes) {
    const size_t size = block_size(bytes);
    if (size >= kSmall) {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto free = free_.find(size);
      if (free != free_.end() && !free->second.empty()) {
        used_ += size;
        return pop(*free) + kAlignment;
      }
      while (kept_ > 0 && used_ + size + kept_ > most_) drop_one();
    }
    char* block = static_cast<char*>(c10::alloc_cpu(kAlignment + size));  // throws where memory is short
    prefer_huge_pages(block, kAlignment + size);
    new (block) size_t(size);
    if (size >= kSmall) {
      const std::lock_guard<std::mutex> lock(mutex_);
      used_ += size;
    }
    return block + kAlignment;
  }

  void give_back(void* data) {
    char* block = static_cast<char*>(data) - kAlignment;
    const size_t size = *std::launder(reinterpret_cast<size_t*>(block));
    if (size >= kSmall) {
      const std::lock_guard<std::mutex> lock(mutex_);
      used_ -= size;
      if (keepers_ > 0 && used_ + kept_ + size <= most_) {
        free_[size].push_back(block);
        kept_ += size;
        return;
      }
    }
    c10::free_cpu(block);
  }

  void keep(size_t most) {
    const std::lock_guard<std::mutex> lock(mutex_);
    most_ = most;
    ++keepers_;
  }

  void keep_no_longer() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--keepers_ > 0) return;
    while (kept_ > 0) drop_one();
    free_.clear();
  }

  size_t kept() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return kept_;
  }

 private:
  using Free = std::unordered_map<size_t, std::vector<char*>>;  // by size

  char* pop(Free::value_type& free) {
    char* block = free.second.back();
    free.second.pop_back();
    kept_ -= free.first;
    return block;
  }

  // Of the size of which most is kept.
  void drop_one() {
    const auto bytes = [](const Free::value_type& free) { return free.first * free.second.size(); };
    c10::free_cpu(pop(*std::max_element(free_.begin(), free_.end(),
                                        [&](const auto& a, const auto& b) { return bytes(a) < bytes(b); })));
  }

  std::mutex mutex_;
  int keepers_ = 0;
  size_t most_ = 0;
  size_t used_ = 0, kept_ = 0;  // bytes of the blocks that tensors have, without the small ones, and of those in free_
  Free free_;
};

Blocks& blocks() {
  static auto* const all = new Blocks;  // never deleted: tensors may outlive what is static
  return *all;
}

void give_back(void* data) {
  if (data != nullptr) blocks().give_back(data);
}

// The newer LibTorch has an allocate() that is not const, and a copy_data(): of each pair of functions below, one
// overrides and the other is not called, so none of them can say `override`, nor, for Clang, what stands beside them.
class KeepingAllocator final : public c10::Allocator {
 public:
  // NOLINTBEGIN(modernize-use-override)
  c10::DataPtr allocate(size_t bytes) const {
    void* data = bytes == 0 ? nullptr : blocks().take(bytes);
    return {data, data, &give_back, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DataPtr allocate(size_t bytes) { return static_cast<const KeepingAllocator*>(this)->allocate(bytes); }
  void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }
  c10::DeleterFnPtr raw_deleter() const { return &give_back; }
  // NOLINTEND(modernize-use-override)
};

}  // namespace

KeptMemory::KeptMemory(size_t most) {
  static KeepingAllocator allocator;
  c10::SetCPUAllocator(&allocator);  // for good: a tensor finds its way back whoever is set when it is dropped
  blocks().keep(most);
}

KeptMemory::~KeptMemory() { blocks().keep_no_longer(); }

size_t KeptMemory::bytes() { return blocks().kept(); }

size_t KeptMemory::half_of_the_machine() {
  return static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace zeroth::nn
