#include "eval/strata.h"

#include <cmath>
#include <utility>

#include "core/error.h"
#include "eval/picked.h"

namespace zeroth::eval {
namespace {

using Rows = std::vector<uint32_t>;

Stratum stratum(Rows rows, const Levels& accuracy) {
  Levels levels = restricted(accuracy, rows);
  return {std::move(rows), std::move(levels)};
}

template <size_t Parts>
std::array<Rows, Parts> rows_by_part(const Levels& values) {
  const std::vector<uint32_t> part = parts_by_value(values, Parts);
  std::array<Rows, Parts> rows;
  for (uint32_t row = 0; row < part.size(); ++row) rows[part[row]].push_back(row);
  return rows;
}

std::array<Rows, kBands> bands_by(const std::vector<double>& size) {
  Rows sized;
  std::vector<double> sizes;
  for (uint32_t row = 0; row < size.size(); ++row) {
    if (std::isnan(size[row])) continue;
    sized.push_back(row);
    sizes.push_back(size[row]);
  }
  auto bands = rows_by_part<kBands>(levels_of(sizes));
  for (Rows& band : bands) {
    for (uint32_t& row : band) row = sized[row];
  }
  return bands;
}

}  // namespace

std::vector<uint32_t> parts_by_value(const Levels& values, size_t parts) {
  const auto rows = static_cast<double>(values.level.size());
  std::vector<uint32_t> part_of_level;
  size_t before = 0;
  for (const size_t size : values.sizes) {
    // The average rank, counted from 1, less a half.
    const double share = (static_cast<double>(before) + static_cast<double>(size) / 2) / rows;
    part_of_level.push_back(static_cast<uint32_t>(share * static_cast<double>(parts)));
    before += size;
  }
  return picked(part_of_level, values.level);
}

Stratum top_tenth(const Levels& accuracy) {
  size_t threshold = accuracy.count(), above = 0;
  while (10 * above < accuracy.level.size()) above += accuracy.sizes[--threshold];
  Rows top;
  for (uint32_t row = 0; row < accuracy.level.size(); ++row) {
    if (accuracy.level[row] >= threshold) top.push_back(row);
  }
  return stratum(std::move(top), accuracy);
}

Strata strata(const Levels& accuracy, const std::vector<double>& size) {
  ZEROTH_CHECK(size.empty() || size.size() == accuracy.level.size());
  Strata result;
  result.top_tenth = top_tenth(accuracy);
  auto deciles = rows_by_part<kDeciles>(accuracy);
  for (size_t d = 0; d < kDeciles; ++d) result.deciles[d] = stratum(std::move(deciles[d]), accuracy);
  auto bands = bands_by(size);
  for (size_t b = 0; b < kBands; ++b) result.bands[b] = stratum(std::move(bands[b]), accuracy);
  return result;
}

PairedRanks ranks_in(const Stratum& stratum, const Levels& score) {
  return {restricted(score, stratum.rows), stratum.accuracy};
}

std::array<std::optional<double>, kDeciles> spearman_by_decile(const Strata& strata, const Levels& score) {
  std::array<std::optional<double>, kDeciles> result;
  for (size_t d = 0; d < kDeciles; ++d) result[d] = ranks_in(strata.deciles[d], score).spearman();
  return result;
}

std::optional<double> spearman_within_bands(const Strata& strata, const Levels& score) {
  double sum = 0, weight = 0;
  for (const Stratum& band : strata.bands) {
    const std::optional<double> spearman = ranks_in(band, score).spearman();
    if (!spearman) continue;
    sum += static_cast<double>(band.rows.size()) * *spearman;
    weight += static_cast<double>(band.rows.size());
  }
  return weight > 0 ? std::optional(sum / weight) : std::nullopt;
}

}  // namespace zeroth::eval
