#include "eval/stability.h"

#include <algorithm>

#include "core/error.h"
#include "eval/pearson.h"

namespace zeroth::eval {
namespace {

using Cells = std::vector<std::optional<double>>;

double ratio(size_t part, size_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

void measure_ties(const std::vector<double>& sorted, Stability& result) {
  double pairs = 0;
  size_t last = 0;  // rows that share the highest score
  for (size_t first = 0; first < sorted.size(); first += last) {
    const auto begin = sorted.begin() + static_cast<ptrdiff_t>(first);
    last = static_cast<size_t>(std::upper_bound(begin, sorted.end(), sorted[first]) - begin);
    pairs += static_cast<double>(last) * static_cast<double>(last - 1);
  }
  const auto rows = static_cast<double>(sorted.size());
  result.tied_pairs = pairs / (rows * (rows - 1));
  result.tied_top = last > 1 ? ratio(last, sorted.size()) : 0;
}

void measure_spread(const std::vector<double>& sorted, const Cells& scores, const Cells& errors, Stability& result) {
  const auto up_to = [&](double value) {
    return static_cast<size_t>(std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
  };
  const auto below = [&](double value) {
    return static_cast<size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
  };
  double error_sum = 0, share_sum = 0;
  size_t rows = 0;
  for (size_t row = 0; row < scores.size(); ++row) {
    if (!scores[row] || !errors[row] || *errors[row] < 0) continue;
    const double score = *scores[row], error = *errors[row];
    const size_t equal = up_to(score) - below(score);
    share_sum += ratio(up_to(score + error) - below(score - error) - equal, sorted.size() - 1);
    error_sum += error;
    ++rows;
  }
  if (rows == 0) return;
  const double spread = deviation(sorted);
  if (spread > 0) result.seed_spread = error_sum / static_cast<double>(rows) / spread;
  result.rank_spread = share_sum / static_cast<double>(rows);
}

}  // namespace

Stability stability(const Cells& scores, const Cells& standard_errors) {
  ZEROTH_CHECK(standard_errors.empty() || standard_errors.size() == scores.size());
  std::vector<double> sorted;
  for (const auto& score : scores) {
    if (score) sorted.push_back(*score);
  }
  Stability result;
  if (sorted.size() < 2) return result;
  std::sort(sorted.begin(), sorted.end());
  measure_ties(sorted, result);
  if (!standard_errors.empty()) measure_spread(sorted, scores, standard_errors, result);
  return result;
}

}  // namespace zeroth::eval
