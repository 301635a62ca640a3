// Activation patterns: which units of the ReLUs are on (input > 0) for which image, as packed bits.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::proxies {

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
