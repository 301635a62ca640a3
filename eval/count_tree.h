// Counts by level with running sums in O(log levels) (Fenwick, A new data structure for cumulative frequency tables,
// 1994).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace zeroth::eval {

class CountTree {
 public:
  explicit CountTree(size_t levels) : sums_(levels + 1, 0) {}

  void add(uint32_t level, uint32_t count) {
    for (size_t i = level + 1; i < sums_.size(); i += i & (~i + 1)) sums_[i] += count;
  }
  // Of all levels up to and with this one.
  uint32_t up_to(uint32_t level) const { return below(level + 1); }
  // Of all levels less than this one.
  uint32_t below(uint32_t level) const {
    uint32_t sum = 0;
    for (size_t i = level; i > 0; i &= i - 1) sum += sums_[i];
    return sum;
  }

 private:
  std::vector<uint32_t> sums_;
};

}  // namespace zeroth::eval
