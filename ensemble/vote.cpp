// Majority vote. An opponent that stands at quantile q of every column is beaten where more than half of the columns
// put the row higher; the score is the share of such opponents that a row beats, a tied vote counting half: its median
// rank. The pairwise vote of Abdelfattah et al. (ICLR 2021, arXiv:2101.08134) takes the rows of the pool for opponents,
// which costs their number squared.
#include <algorithm>
#include <vector>

#include "ensemble/label_free.h"

namespace zeroth::ensemble {
namespace {

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

Eigen::VectorXd median_rank(const Eigen::ArrayXXd& ranks) {
  Eigen::VectorXd score(ranks.rows());
  std::vector<double> of_row(static_cast<size_t>(ranks.cols()));
  for (Eigen::Index row = 0; row < ranks.rows(); ++row) {
    for (Eigen::Index column = 0; column < ranks.cols(); ++column) {
      of_row[static_cast<size_t>(column)] = ranks(row, column);
    }
    score[row] = median(of_row) / static_cast<double>(ranks.rows());
  }
  return score;
}

}  // namespace

LabelFree ensemble_vote() {
  return {"vote", "median r / n", "Balinski and Laraki, A theory of measuring, electing and ranking, PNAS 2007",
          nullptr, median_rank};
}

}  // namespace zeroth::ensemble
