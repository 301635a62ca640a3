#include "eval/strata.h"

#include <cmath>

#include "core/error.h"

namespace zeroth::eval {
namespace {

using Rows = std::vector<uint32_t>;

std::vector<Rows> rows_by_part(const std::vector<uint32_t>& part, size_t parts) {
  std::vector<Rows> rows(parts);
  for (uint32_t row = 0; row < part.size(); ++row) rows[part[row]].push_back(row);
  return rows;
}

PairedRanks among(const Rows& rows, const Levels& score, const Levels& accuracy) {
  return {restricted(score, rows), restricted(accuracy, rows)};
}

}  // namespace

std::vector<uint32_t> parts_by_value(const Levels& values, size_t parts) {
  const auto rows = static_cast<double>(values.level.size());
  std::vector<uint32_t> part_of_level, part;
  size_t before = 0;
  for (const size_t size : values.sizes) {
    // The average rank, counted from 1, less a half.
    const double share = (static_cast<double>(before) + static_cast<double>(size) / 2) / rows;
    part_of_level.push_back(static_cast<uint32_t>(share * static_cast<double>(parts)));
    before += size;
  }
  for (const uint32_t level : values.level) part.push_back(part_of_level[level]);
  return part;
}

RankCorrelation top_tenth(const Levels& score, const Levels& accuracy) {
  ZEROTH_CHECK(score.level.size() == accuracy.level.size());
  size_t threshold = accuracy.count(), above = 0;
  while (10 * above < accuracy.level.size()) above += accuracy.sizes[--threshold];
  Rows top;
  for (uint32_t row = 0; row < accuracy.level.size(); ++row) {
    if (accuracy.level[row] >= threshold) top.push_back(row);
  }
  return among(top, score, accuracy).correlation();
}

std::array<std::optional<double>, kDeciles> spearman_by_decile(const Levels& score, const Levels& accuracy) {
  ZEROTH_CHECK(score.level.size() == accuracy.level.size());
  std::array<std::optional<double>, kDeciles> result;
  const std::vector<Rows> deciles = rows_by_part(parts_by_value(accuracy, kDeciles), kDeciles);
  for (size_t d = 0; d < kDeciles; ++d) result[d] = among(deciles[d], score, accuracy).spearman();
  return result;
}

std::optional<double> spearman_within_bands(const Levels& score, const Levels& accuracy,
                                            const std::vector<double>& size) {
  ZEROTH_CHECK(score.level.size() == accuracy.level.size() && score.level.size() == size.size());
  Rows sized;
  std::vector<double> sizes;
  for (uint32_t row = 0; row < size.size(); ++row) {
    if (std::isnan(size[row])) continue;
    sized.push_back(row);
    sizes.push_back(size[row]);
  }
  double sum = 0, weight = 0;
  for (Rows& band : rows_by_part(parts_by_value(levels_of(sizes), kBands), kBands)) {
    for (uint32_t& row : band) row = sized[row];
    const std::optional<double> spearman = among(band, score, accuracy).spearman();
    if (!spearman) continue;
    sum += static_cast<double>(band.size()) * *spearman;
    weight += static_cast<double>(band.size());
  }
  return weight > 0 ? std::optional(sum / weight) : std::nullopt;
}

}  // namespace zeroth::eval
