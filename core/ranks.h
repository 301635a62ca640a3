// Ranks of values: 1 is the smallest, n the largest, and equal values share the average of the ranks they cover.
#pragma once

#include <optional>
#include <vector>

namespace zeroth::core {

// O(n log n). No value may be NaN.
std::vector<double> ranks(const std::vector<double>& values);

// The same where some cells have no value: those all tie below every value. Larger value = larger rank, n = best.
// Example: {7, none, 9, none} -> {3, 1.5, 4, 1.5}
std::vector<double> ranks_with_failures(const std::vector<std::optional<double>>& values);

}  // namespace zeroth::core
