// What one gives up of a score for a cheaper network.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace zeroth::eval {

// Rows that no other beats: none costs less with as high a score, or scores higher at as low a cost. From the cheapest
// on; of rows with equal cost and score the first. Rows without a cost or a score do not count.
std::vector<size_t> pareto_front(const std::vector<std::optional<double>>& cost,
                                 const std::vector<std::optional<double>>& score);

}  // namespace zeroth::eval
