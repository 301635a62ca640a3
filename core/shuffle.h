// The Fisher-Yates shuffle.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace zeroth::core {

// Its first `count` steps, after which the first `count` values are a sample in random order. draw(n, i) is the draw of
// step i, uniform over {0, ..., n-1}.
template <typename T, typename Draw>
void shuffle_first(std::vector<T>& values, size_t count, const Draw& draw) {
  for (size_t i = 0; i < count; ++i) std::swap(values[i], values[i + draw(values.size() - i, i)]);
}

}  // namespace zeroth::core
