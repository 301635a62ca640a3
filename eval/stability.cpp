#include "eval/stability.h"

#include <algorithm>

#include "core/error.h"
#include "eval/pearson.h"

namespace zeroth::eval {
namespace {

using Cells = std::vector<std::optional<double>>;

double ratio(size_t part, size_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

// `sizes` are numbers of rows with one score, by ascending score.
void measure_ties(const uint32_t* first, const uint32_t* last, size_t rows, Stability& result) {
  double pairs = 0;
  for (const uint32_t* size = first; size != last; ++size) pairs += static_cast<double>(*size) * (*size - 1.0);
  const auto count = static_cast<double>(rows);
  result.tied_pairs = pairs / (count * (count - 1));
  result.tied_top = last[-1] > 1 ? ratio(last[-1], rows) : 0;
}

void measure_spread(const Cells& scores, const Cells& errors, Stability& result) {
  std::vector<double> sorted;
  for (const auto& score : scores) {
    if (score) sorted.push_back(*score);
  }
  std::sort(sorted.begin(), sorted.end());
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

Stability stability(const Levels& levels, const Cells& scores, const Cells& standard_errors) {
  ZEROTH_CHECK(standard_errors.empty() || standard_errors.size() == scores.size());
  const auto failed = static_cast<size_t>(std::count(scores.begin(), scores.end(), std::nullopt));
  const size_t rows = scores.size() - failed;
  ZEROTH_CHECK(levels.level.size() == rows || levels.level.size() == scores.size());
  Stability result;
  if (rows < 2) return result;
  const bool bottom = levels.level.size() > rows;
  measure_ties(levels.sizes.data() + (bottom ? 1 : 0), levels.sizes.data() + levels.count(), rows, result);
  if (!standard_errors.empty()) measure_spread(scores, standard_errors, result);
  return result;
}

}  // namespace zeroth::eval
