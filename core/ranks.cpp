#include "core/ranks.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace zeroth::core {

std::vector<double> ranks(const std::vector<double>& values) {
  // Values beside their places: sorting places by values elsewhere takes several times as long.
  std::vector<std::pair<double, size_t>> sorted(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    ZEROTH_CHECK(!std::isnan(values[i]));
    sorted[i] = {values[i], i};
  }
  std::sort(sorted.begin(), sorted.end());

  std::vector<double> result(values.size());
  for (size_t first = 0; first < sorted.size();) {
    size_t last = first;
    while (last + 1 < sorted.size() && sorted[last + 1].first == sorted[first].first) ++last;
    // Positions count from 0 and ranks from 1.
    const double shared = static_cast<double>(first + last) / 2 + 1;
    for (; first <= last; ++first) result[sorted[first].second] = shared;
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
