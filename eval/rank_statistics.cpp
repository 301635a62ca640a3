#include "eval/rank_statistics.h"

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "eval/count_tree.h"
#include "eval/picked.h"

namespace zeroth::eval {
namespace {

int64_t pairs(int64_t count) { return count * (count - 1) / 2; }

std::vector<int64_t> level_sizes(const std::vector<uint32_t>& level, size_t levels,
                                 const std::vector<uint32_t>& counts) {
  std::vector<int64_t> sizes(levels, 0);
  for (size_t k = 0; k < level.size(); ++k) sizes[level[k]] += counts[k];
  return sizes;
}

// Twice the distance of each level's average rank from the mean rank: an integer, so sums over it do not round.
std::vector<double> centred_ranks(const std::vector<int64_t>& sizes, int64_t total) {
  std::vector<double> ranks(sizes.size());
  int64_t before = 0;
  for (size_t level = 0; level < sizes.size(); ++level) {
    ranks[level] = static_cast<double>(2 * before + sizes[level] - total);
    before += sizes[level];
  }
  return ranks;
}

double sum_of_squares(const std::vector<double>& ranks, const std::vector<int64_t>& sizes) {
  double sum = 0;
  for (size_t level = 0; level < ranks.size(); ++level) {
    sum += static_cast<double>(sizes[level]) * ranks[level] * ranks[level];
  }
  return sum;
}

int64_t tied_pairs(const std::vector<int64_t>& sizes) {
  int64_t sum = 0;
  for (const int64_t size : sizes) sum += pairs(size);
  return sum;
}

}  // namespace

PairedRanks::PairedRanks(const std::vector<double>& x, const std::vector<double>& y)
    : PairedRanks(levels_of(x), levels_of(y)) {}

PairedRanks::PairedRanks(const Levels& x, const Levels& y)
    : row_(x.level.size()), x_levels_(x.count()), y_levels_(y.count()) {
  ZEROTH_CHECK(x.level.size() == y.level.size());
  std::iota(row_.begin(), row_.end(), 0U);
  row_ = ordered_by(x, ordered_by(y, row_));
  x_level_ = picked(x.level, row_);
  y_level_ = picked(y.level, row_);
}

std::optional<double> PairedRanks::spearman() const { return spearman(std::vector<uint32_t>(row_.size(), 1)); }

RankCorrelation PairedRanks::correlation() const { return correlation(std::vector<uint32_t>(row_.size(), 1)); }

RankCorrelation PairedRanks::correlation(const std::vector<uint32_t>& counts) const {
  ZEROTH_CHECK(counts.size() == row_.size());
  const std::vector<uint32_t> sorted = picked(counts, row_);
  return {spearman(sorted), kendall(sorted)};
}

std::optional<double> PairedRanks::spearman(const std::vector<uint32_t>& counts) const {
  const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  const std::vector<int64_t> x_sizes = level_sizes(x_level_, x_levels_, counts);
  const std::vector<int64_t> y_sizes = level_sizes(y_level_, y_levels_, counts);
  const std::vector<double> x_ranks = centred_ranks(x_sizes, total), y_ranks = centred_ranks(y_sizes, total);
  double product = 0;
  for (size_t k = 0; k < counts.size(); ++k) {
    product += static_cast<double>(counts[k]) * x_ranks[x_level_[k]] * y_ranks[y_level_[k]];
  }
  const double squares = sum_of_squares(x_ranks, x_sizes) * sum_of_squares(y_ranks, y_sizes);
  if (squares == 0) return std::nullopt;
  return product / std::sqrt(squares);
}

std::optional<double> PairedRanks::kendall(const std::vector<uint32_t>& counts) const {
  const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  const int64_t tied_x = tied_pairs(level_sizes(x_level_, x_levels_, counts));
  const int64_t tied_y = tied_pairs(level_sizes(y_level_, y_levels_, counts));
  const int64_t all = pairs(total);
  if (all == tied_x || all == tied_y) return std::nullopt;

  int64_t tied_both = 0;
  for (size_t k = 0; k < counts.size();) {
    const size_t first = k;
    int64_t size = 0;
    for (; k < counts.size() && x_level_[k] == x_level_[first] && y_level_[k] == y_level_[first]; ++k) {
      size += counts[k];
    }
    tied_both += pairs(size);
  }
  // concordant + discordant = pairs that are tied in neither column.
  const int64_t untied = all - tied_x - tied_y + tied_both;
  const int64_t difference = untied - 2 * discordant_pairs(counts);
  return static_cast<double>(difference) /
         std::sqrt(static_cast<double>(all - tied_x) * static_cast<double>(all - tied_y));
}

// Pairs that x orders one way and y the other: for each row, the rows with smaller x and larger y.
int64_t PairedRanks::discordant_pairs(const std::vector<uint32_t>& counts) const {
  CountTree seen(y_levels_);
  int64_t discordant = 0, seen_total = 0;
  for (size_t first = 0; first < counts.size();) {
    size_t end = first;
    for (; end < counts.size() && x_level_[end] == x_level_[first]; ++end) {
      if (counts[end] > 0) discordant += counts[end] * (seen_total - seen.up_to(y_level_[end]));
    }
    for (; first < end; ++first) {
      if (counts[first] == 0) continue;
      seen.add(y_level_[first], counts[first]);
      seen_total += counts[first];
    }
  }
  return discordant;
}

RankCorrelation rank_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  return PairedRanks(x, y).correlation();
}

}  // namespace zeroth::eval
