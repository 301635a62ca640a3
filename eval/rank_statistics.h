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
  // By place when sorted by x, then y.
  const Levels& x() const { return x_; }
  const Levels& y() const { return y_; }

  RankCorrelation correlation() const;
  std::optional<double> spearman() const;
  // As if row i stood in the columns counts[i] times; the sum of the counts is below 2^31.
  RankCorrelation correlation(const std::vector<uint32_t>& counts) const;

 private:
  std::optional<double> spearman(const std::vector<uint32_t>& counts) const;
  std::optional<double> kendall(const std::vector<uint32_t>& counts) const;

  // Counts are handed to the private functions in the order of the places.
  std::vector<uint32_t> row_;  // by place
  Levels x_, y_;
};

RankCorrelation rank_correlation(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace zeroth::eval
