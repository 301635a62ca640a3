// Rank correlation of two columns: Spearman's rho over average ranks and Kendall's tau-b, both with ties, both signed.
// The columns are sorted once; each later question, such as one resample of a bootstrap, costs O(n log n) at most.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "eval/levels.h"

namespace zeroth::eval {

// Both in [-1, 1]; nullopt where a column has fewer than two different values, so that there is nothing to rank.
struct RankCorrelation {
  std::optional<double> spearman;
  std::optional<double> kendall;  // tau-b
};

class PairedRanks {
 public:
  // Columns of one length. Values may be infinite (a failed score is -infinity: tied at the bottom) but not nan.
  PairedRanks(const std::vector<double>& x, const std::vector<double>& y);
  PairedRanks(const Levels& x, const Levels& y);

  size_t rows() const { return row_.size(); }
  // By place when sorted by x, then y: the rank of a row's value among the different values of its column, 0 =
  // smallest.
  const std::vector<uint32_t>& x_level() const { return x_level_; }
  const std::vector<uint32_t>& y_level() const { return y_level_; }
  size_t x_levels() const { return x_levels_; }
  size_t y_levels() const { return y_levels_; }

  RankCorrelation correlation() const;
  std::optional<double> spearman() const;
  // As if row i stood in the columns counts[i] times; the sum of the counts is below 2^31.
  RankCorrelation correlation(const std::vector<uint32_t>& counts) const;

 private:
  std::optional<double> spearman(const std::vector<uint32_t>& counts) const;
  std::optional<double> kendall(const std::vector<uint32_t>& counts) const;
  int64_t discordant_pairs(const std::vector<uint32_t>& counts) const;

  // Entry k is of the k-th row when sorted by x, then y: its number, and its levels. Counts are handed to the private
  // functions in this order.
  std::vector<uint32_t> row_, x_level_, y_level_;
  size_t x_levels_ = 0, y_levels_ = 0;
};

RankCorrelation rank_correlation(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace zeroth::eval
