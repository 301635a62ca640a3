// What one forward pass shows of the layers of a transformer.
#pragma once

#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

struct TokenStatistics {
  // By feed-forward activation: over all pairs of tokens of the first image, a token with itself included, the number
  // of units that are on (> 0) for both or off for both.
  std::vector<double> agreements;
  // By query, key and value layer: the largest result over the tokens, averaged over images and channels.
  std::vector<double> projection_peaks;
  // By attention: the largest score over the heads, averaged over images, queries and keys; and the largest over the
  // keys, averaged over images, heads and queries.
  std::vector<double> head_peaks, key_peaks;

  // Adds what the result of a node shows, if anything.
  void add(const spaces::OpGraph& graph, const nn::NodeResult& result);
};

}  // namespace zeroth::proxies
