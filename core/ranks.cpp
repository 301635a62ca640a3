#include "core/ranks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace zeroth::core {

std::vector<double> ranks(const std::vector<double>& values) {
  for (const double value : values) ZEROTH_CHECK(!std::isnan(value));
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });

  std::vector<double> result(values.size());
  for (size_t first = 0; first < order.size();) {
    size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    // Positions count from 0 and ranks from 1.
    const double shared = static_cast<double>(first + last) / 2 + 1;
    for (; first <= last; ++first) result[order[first]] = shared;
  }
  return result;
}

std::vector<double> ranks_with_failures(const std::vector<std::optional<double>>& values) {
  std::vector<double> present;
  for (const auto& value : values) {
    if (value) present.push_back(*value);
  }
  const std::vector<double> present_ranks = ranks(present);
  const auto failures = static_cast<double>(values.size() - present.size());

  std::vector<double> result;
  result.reserve(values.size());
  auto next = present_ranks.begin();
  for (const auto& value : values) result.push_back(value ? failures + *next++ : (failures + 1) / 2);
  return result;
}

}  // namespace zeroth::core
