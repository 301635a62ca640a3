// Rank correlation within parts of the rows: a score that tells large networks from small ones, or hopeless ones from
// the rest, may tell nothing among those that one would choose between.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "eval/rank_statistics.h"

namespace zeroth::eval {

inline constexpr size_t kDeciles = 10, kBands = 5;

// Number of the part that each row falls in when rows are cut into `parts` of equally many by value, 0 = lowest. Equal
// values fall in one part, by their average rank.
std::vector<uint32_t> parts_by_value(const Levels& values, size_t parts);

// Among the rows whose accuracy is at least that of row number ceil(rows / 10), counted from the best.
RankCorrelation top_tenth(const Levels& score, const Levels& accuracy);

// Spearman within each tenth by accuracy, the least accurate first.
std::array<std::optional<double>, kDeciles> spearman_by_decile(const Levels& score, const Levels& accuracy);

// Mean Spearman within fifths of the rows by `size` (multiply-adds), each weighing as many as its rows; over those in
// which it is defined. nan is no size: such rows are left out.
std::optional<double> spearman_within_bands(const Levels& score, const Levels& accuracy,
                                            const std::vector<double>& size);

}  // namespace zeroth::eval
