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

// Some of the rows, and the levels of their accuracies among themselves.
struct Stratum {
  std::vector<uint32_t> rows;
  Levels accuracy;
};

// Of the rows whose accuracy is at least that of row number ceil(rows / 10), counted from the best.
Stratum top_tenth(const Levels& accuracy);

// Cut once, whatever the number of columns that are judged.
struct Strata {
  Stratum top_tenth;
  std::array<Stratum, kDeciles> deciles;  // tenths by accuracy, the least accurate first
  std::array<Stratum, kBands> bands;      // fifths by size (multiply-adds); rows without a size, nan, are in none
};

// Without sizes, empty, there are no bands.
Strata strata(const Levels& accuracy, const std::vector<double>& size);

// Of a score among the rows of one stratum.
PairedRanks ranks_in(const Stratum& stratum, const Levels& score);

std::array<std::optional<double>, kDeciles> spearman_by_decile(const Strata& strata, const Levels& score);

// Mean Spearman within the bands, each weighing as many as its rows; over those in which it is defined.
std::optional<double> spearman_within_bands(const Strata& strata, const Levels& score);

}  // namespace zeroth::eval
