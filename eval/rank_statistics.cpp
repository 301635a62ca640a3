#include "eval/rank_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "eval/count_tree.h"
#include "eval/picked.h"

namespace zeroth::eval {
namespace {

int64_t pairs(int64_t count) { return count * (count - 1) / 2; }

// Rows by level where the row at place k stands counts[k] times.
std::vector<uint32_t> level_sizes(const Levels& levels, const std::vector<uint32_t>& counts) {
  std::vector<uint32_t> sizes(levels.count(), 0);
  for (size_t k = 0; k < counts.size(); ++k) sizes[levels.level[k]] += counts[k];
  return sizes;
}

// Sums of products of two ranks reach a third of the cube of the number of rows, more than 64 bits hold of 2^31 rows.
__extension__ using Wide = __int128;

Wide sum_of_squares(const std::vector<int64_t>& ranks, const std::vector<uint32_t>& sizes) {
  Wide sum = 0;
  for (size_t level = 0; level < ranks.size(); ++level) sum += Wide{sizes[level] * ranks[level]} * ranks[level];
  return sum;
}

int64_t tied_pairs(const std::vector<uint32_t>& sizes) {
  int64_t sum = 0;
  for (const int64_t size : sizes) sum += pairs(size);
  return sum;
}

}  // namespace

PairedRanks::PairedRanks(const std::vector<double>& x, const std::vector<double>& y)
    : PairedRanks(levels_of(x), levels_of(y)) {}

PairedRanks::PairedRanks(const Levels& x, const Levels& y) : row_(x.level.size()) {
  ZEROTH_CHECK(x.level.size() == y.level.size());
  std::iota(row_.begin(), row_.end(), 0U);
  row_ = ordered_by(x, ordered_by(y, row_));
  x_ = {picked(x.level, row_), x.sizes};
  y_ = {picked(y.level, row_), y.sizes};
}

std::optional<double> PairedRanks::spearman() const { return spearman(std::vector<uint32_t>(row_.size(), 1)); }

RankCorrelation PairedRanks::correlation() const { return correlation(std::vector<uint32_t>(row_.size(), 1)); }

RankCorrelation PairedRanks::correlation(const std::vector<uint32_t>& counts) const {
  ZEROTH_CHECK(counts.size() == row_.size());
  const std::vector<uint32_t> sorted = picked(counts, row_);
  return {spearman(sorted), kendall(sorted)};
}

std::optional<double> PairedRanks::spearman(const std::vector<uint32_t>& counts) const {
  const std::vector<uint32_t> x_sizes = level_sizes(x_, counts), y_sizes = level_sizes(y_, counts);
  const std::vector<int64_t> x_ranks = centred_ranks(x_sizes), y_ranks = centred_ranks(y_sizes);
  Wide product = 0;
  for (size_t k = 0; k < counts.size(); ++k) {
    product += Wide{counts[k] * x_ranks[x_.level[k]]} * y_ranks[y_.level[k]];
  }
  const Wide x_squares = sum_of_squares(x_ranks, x_sizes), y_squares = sum_of_squares(y_ranks, y_sizes);
  if (x_squares == 0 || y_squares == 0) return std::nullopt;
  const double squares = static_cast<double>(x_squares) * static_cast<double>(y_squares);
  return std::clamp(static_cast<double>(product) / std::sqrt(squares), -1.0, 1.0);
}

std::optional<double> PairedRanks::kendall(const std::vector<uint32_t>& counts) const {
  const int64_t all = pairs(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
  const int64_t tied_x = tied_pairs(level_sizes(x_, counts)), tied_y = tied_pairs(level_sizes(y_, counts));
  if (all == tied_x || all == tied_y) return std::nullopt;

  // Pairs that x orders one way and y the other are, for each row, the rows with smaller x and larger y.
  CountTree seen(y_.count());
  int64_t tied_both = 0, discordant = 0, seen_total = 0;
  for (size_t first = 0; first < counts.size();) {
    const size_t end = end_of_run(x_.level, first, counts.size());
    for (size_t begin = first; begin < end;) {
      const size_t next = end_of_run(y_.level, begin, end);
      const auto size = std::accumulate(counts.begin() + static_cast<ptrdiff_t>(begin),
                                        counts.begin() + static_cast<ptrdiff_t>(next), int64_t{0});
      if (size > 0) discordant += size * (seen_total - seen.up_to(y_.level[begin]));
      tied_both += pairs(size);
      begin = next;
    }
    for (; first < end; ++first) {
      if (counts[first] == 0) continue;
      seen.add(y_.level[first], counts[first]);
      seen_total += counts[first];
    }
  }
  // concordant + discordant = pairs that are tied in neither column.
  const int64_t difference = all - tied_x - tied_y + tied_both - 2 * discordant;
  return static_cast<double>(difference) /
         std::sqrt(static_cast<double>(all - tied_x) * static_cast<double>(all - tied_y));
}

RankCorrelation rank_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  return PairedRanks(x, y).correlation();
}

}  // namespace zeroth::eval
