#include "eval/levels.h"

#include <boost/sort/spreadsort/integer_sort.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace zeroth::eval {
namespace {

// An integer for each number, in the same order. Boost's own sort of floating-point numbers overflows where signs mix.
uint64_t key_of(double value) {
  value += 0.0;  // minus zero is zero
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  constexpr uint64_t kSign = uint64_t{1} << 63;
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

}  // namespace

Levels levels_of(const std::vector<double>& values) {
  ZEROTH_CHECK(values.size() <= std::numeric_limits<int32_t>::max());
  // Values beside their rows: sorting row numbers by values elsewhere takes several times as long.
  std::vector<std::pair<uint64_t, uint32_t>> sorted(values.size());
  for (uint32_t row = 0; row < values.size(); ++row) {
    ZEROTH_CHECK(!std::isnan(values[row]));
    sorted[row] = {key_of(values[row]), row};
  }
  boost::sort::spreadsort::integer_sort(
      sorted.begin(), sorted.end(), [](const auto& value, unsigned offset) { return value.first >> offset; },
      [](const auto& a, const auto& b) { return a.first < b.first; });
  Levels levels;
  levels.level.resize(values.size());
  for (size_t place = 0; place < sorted.size(); ++place) {
    if (place == 0 || sorted[place].first != sorted[place - 1].first) levels.sizes.push_back(0);
    ++levels.sizes.back();
    levels.level[sorted[place].second] = static_cast<uint32_t>(levels.sizes.size() - 1);
  }
  return levels;
}

Levels restricted(const Levels& levels, const std::vector<uint32_t>& rows) {
  std::vector<uint32_t> sizes(levels.count(), 0), number(levels.count());
  for (const uint32_t row : rows) ++sizes[levels.level[row]];
  Levels result;
  for (size_t level = 0; level < sizes.size(); ++level) {
    if (sizes[level] == 0) continue;
    number[level] = static_cast<uint32_t>(result.sizes.size());
    result.sizes.push_back(sizes[level]);
  }
  result.level.reserve(rows.size());
  for (const uint32_t row : rows) result.level.push_back(number[levels.level[row]]);
  return result;
}

std::vector<int64_t> centred_ranks(const std::vector<uint32_t>& sizes) {
  const int64_t total = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  std::vector<int64_t> ranks;
  ranks.reserve(sizes.size());
  int64_t before = 0;
  for (const int64_t size : sizes) {
    ranks.push_back(2 * before + size - total);
    before += size;
  }
  return ranks;
}

size_t end_of_run(const std::vector<uint32_t>& level, size_t begin, size_t end) {
  size_t next = begin;
  while (next < end && level[next] == level[begin]) ++next;
  return next;
}

std::vector<uint32_t> ordered_by(const Levels& levels, const std::vector<uint32_t>& rows) {
  ZEROTH_CHECK(rows.size() == levels.level.size());
  std::vector<uint32_t> next;  // place of the next row of each level
  next.reserve(levels.count());
  uint32_t before = 0;
  for (const uint32_t size : levels.sizes) {
    next.push_back(before);
    before += size;
  }
  std::vector<uint32_t> ordered(rows.size());
  for (const uint32_t row : rows) ordered[next[levels.level[row]]++] = row;
  return ordered;
}

}  // namespace zeroth::eval
