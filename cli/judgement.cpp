#include "cli/judgement.h"

#include <algorithm>
#include <functional>

#include "core/error.h"
#include "eval/rank_statistics.h"
#include "eval/selection.h"

namespace zeroth::cli {

Judgement judge(const std::vector<double>& score, const std::vector<double>& accuracy) {
  ZEROTH_CHECK(!accuracy.empty() && score.size() == accuracy.size());
  const eval::RankCorrelation all = eval::rank_correlation(score, accuracy);
  std::vector<double> sorted = accuracy;
  const size_t tenth = (accuracy.size() + 9) / 10;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(tenth - 1), sorted.end(),
                   std::greater<>());
  std::vector<double> top_score, top_accuracy;
  for (size_t row = 0; row < accuracy.size(); ++row) {
    if (accuracy[row] < sorted[tenth - 1]) continue;
    top_score.push_back(score[row]);
    top_accuracy.push_back(accuracy[row]);
  }
  return {all.spearman, all.kendall, eval::best_of_top(score, accuracy, 10),
          eval::rank_correlation(top_score, top_accuracy).kendall};
}

std::optional<double> number_of(const Judgement& judgement, size_t place) {
  const std::optional<double> numbers[] = {judgement.spearman, judgement.kendall, judgement.best_of_top_10,
                                           judgement.top_decile_kendall};
  return numbers[place];
}

}  // namespace zeroth::cli
