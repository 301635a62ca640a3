// Activation patterns seen from the units: for which images of a minibatch each unit of the ReLUs is on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::proxies {

// A set of distinct patterns: a hash table of bits, one word for each 64 images.
class UnitPatterns {
 public:
  // Adds the pattern of each unit of a ReLU's result (N, ...), N the same at every call.
  void add(const torch::Tensor& map);

  int64_t distinct() const { return static_cast<int64_t>(filled_) + (has_all_off_ ? 1 : 0); }

 private:
  template <typename T>
  void add_units(const T* first_image, size_t images, size_t units);
  void insert(const uint64_t* pattern);
  bool place(const uint64_t* pattern);
  void grow();

  size_t words_ = 0;             // of a pattern
  std::vector<uint64_t> slots_;  // a power of two of them, `words_` words each, all zero where empty
  size_t filled_ = 0;
  bool has_all_off_ = false;  // the pattern that cannot lie in a slot
};

}  // namespace zeroth::proxies
