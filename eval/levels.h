// The different values of a column in ascending order, 0 = smallest, and who has them: what rank statistics need of a
// column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace zeroth::eval {

struct Levels {
  std::vector<uint32_t> level;  // by row
  std::vector<uint32_t> sizes;  // rows by level

  size_t count() const { return sizes.size(); }
};

// O(n log n). No value may be nan; at most 2^31 - 1 rows.
Levels levels_of(const std::vector<double>& values);

// Of some rows alone, in the order given. O(levels + rows).
Levels restricted(const Levels& levels, const std::vector<uint32_t>& rows);

// By level, twice the distance of its average rank from the mean rank: a whole number.
std::vector<int64_t> centred_ranks(const std::vector<uint32_t>& sizes);

// The place after the last of those that follow `begin` and have its level.
size_t end_of_run(const std::vector<uint32_t>& level, size_t begin, size_t end);

// All `rows` by ascending level; rows of one level stay in their order. O(n).
std::vector<uint32_t> ordered_by(const Levels& levels, const std::vector<uint32_t>& rows);

}  // namespace zeroth::eval
