// Activation patterns: which units of the ReLUs are on (input > 0) for which image, as packed bits.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::proxies {

// Codes of N images, one row of 64-bit words each. Bits of one feature map start at a new word.
class Codes {
 public:
  explicit Codes(int64_t images) : rows_(static_cast<size_t>(images)) {}

  // Appends the signs of a feature map (N, ...), float32 or float64.
  void append(const torch::Tensor& map);
  const std::vector<std::vector<uint64_t>>& rows() const { return rows_; }

 private:
  std::vector<std::vector<uint64_t>> rows_;
};

// In how many units two images differ, over some ReLUs; a ReLU that several units share counts for each.
struct PatternDistances {
  int64_t units = 0;
  Eigen::Matrix<int64_t, Eigen::Dynamic, Eigen::Dynamic> differing;  // (N, N)

  // Adds a ReLU's result (N, ...) that `uses` units share.
  void add(const torch::Tensor& map, int uses);
};

// Number of distinct rows among all the codes.
int64_t distinct_codes(std::vector<std::vector<uint64_t>> rows);

}  // namespace zeroth::proxies
