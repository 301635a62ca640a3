#include "cli/judgement.h"

#include "core/error.h"
#include "eval/levels.h"
#include "eval/rank_statistics.h"
#include "eval/selection.h"
#include "eval/strata.h"

namespace zeroth::cli {

Judgement judge(const std::vector<double>& score, const std::vector<double>& accuracy) {
  ZEROTH_CHECK(!accuracy.empty() && score.size() == accuracy.size());
  const eval::Levels ranked = eval::levels_of(score), measured = eval::levels_of(accuracy);
  const eval::RankCorrelation all = eval::PairedRanks(ranked, measured).correlation();
  return {all.spearman, all.kendall, eval::best_of_top(ranked, accuracy, 10),
          eval::ranks_in(eval::top_tenth(measured), ranked).correlation().kendall};
}

std::optional<double> number_of(const Judgement& judgement, size_t place) {
  const std::optional<double> numbers[] = {judgement.spearman, judgement.kendall, judgement.best_of_top_10,
                                           judgement.top_decile_kendall};
  return numbers[place];
}

}  // namespace zeroth::cli
