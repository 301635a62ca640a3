#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eval/evaluation.h"
#include "eval/text_table.h"

namespace zeroth::eval {
namespace {

using Lines = std::vector<std::vector<std::string>>;

std::string range(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.3f} .. {:.3f}", interval->low, interval->high) : "-";
}

std::string population_line(const Evaluation& evaluation) {
  const CorrelationOptions& options = evaluation.options.correlation;
  const char* failed = options.failed == FailedPolicy::kBottom ? "failed scores tied at the bottom"
                                                               : "rows with a failed score left out of their column";
  const std::string intervals =
      options.resamples > 0
          ? fmt::format("95 % intervals from {} resamples of functions, seed {}", options.resamples, options.seed)
          : "no intervals";
  return fmt::format("{} against {} of {}: {} architectures, {} functions, one row {}\n{}; {}\n", evaluation.scores,
                     evaluation.target, evaluation.benchmark, evaluation.rows, evaluation.functions,
                     evaluation.options.unique ? "a function" : "an architecture", failed, intervals);
}

std::string ceiling_line(const NoiseCeiling& ceiling) {
  return fmt::format(
      "noise ceiling by {} on {} rows: Spearman {} between training runs, reliability of the mean of {} {}, no "
      "score can be expected above {}\n",
      fmt::join(ceiling.runs, ", "), ceiling.rows, fixed(ceiling.spearman, 3), ceiling.runs.size(),
      fixed(ceiling.reliability, 3), fixed(ceiling.ceiling, 3));
}

std::string pair_table(const std::vector<PairedDifference>& pairs) {
  Lines lines = {{"difference", "n", "Spearman", "95 %", "Kendall", "95 %", "first better"}};
  for (const PairedDifference& pair : pairs) {
    lines.push_back({pair.first + " - " + pair.second, std::to_string(pair.rows), signed_text(pair.spearman.value),
                     range(pair.spearman.interval), signed_text(pair.kendall.value), range(pair.kendall.interval),
                     fixed(pair.first_better, 3)});
  }
  return aligned(lines);
}

std::string agreement_table(const Evaluation& evaluation) {
  Lines lines = {{"column", "Pearson", "weighted tau", "pairwise accuracy", "Spearman top 10 %", "in MACs bands",
                  "given the others", "gain over them"}};
  for (const ColumnQuality& column : evaluation.columns) {
    lines.push_back({column.column, fixed(column.pearson, 3), fixed(column.pairs.weighted_kendall, 3),
                     fixed(column.pairs.pairwise_accuracy, 3), fixed(column.spearman_top_tenth, 3),
                     fixed(column.spearman_within_bands, 3), fixed(column.partial_spearman, 3),
                     fixed(column.conditional_gain, 4)});
  }
  return aligned(lines);
}

std::string selection_table(const Evaluation& evaluation) {
  const size_t k = evaluation.options.correlation.k;
  Lines lines = {
      {"column", fmt::format("precision of top {}", k), fmt::format("best of top {}", k), "regret", "discounted gain"}};
  for (const ColumnQuality& column : evaluation.columns) {
    if (!column.selection) {
      lines.push_back({column.column, "-", "-", "-", "-"});
      continue;
    }
    const Selection& found = *column.selection;
    lines.push_back({column.column, fixed(found.precision, 3), fixed(found.best, 2), fixed(found.regret, 2),
                     fixed(found.discounted_gain, 3)});
  }
  return aligned(lines);
}

std::string decile_table(const Evaluation& evaluation) {
  Lines lines = {{"Spearman by accuracy"}};
  for (size_t d = 0; d < kDeciles; ++d) lines[0].push_back(fmt::format("{}-{} %", 10 * d, 10 * (d + 1)));
  for (const ColumnQuality& column : evaluation.columns) {
    lines.push_back({column.column});
    for (const auto& spearman : column.spearman_by_decile) lines.back().push_back(fixed(spearman, 3));
  }
  return aligned(lines);
}

std::string stability_table(const Evaluation& evaluation) {
  Lines lines = {{"without labels", "n", "failed", "tied pairs", "tied at the top", "seed spread", "of ranks"}};
  for (const ColumnQuality& column : evaluation.columns) {
    const Stability& stability = column.stability;
    lines.push_back({column.column, std::to_string(column.rows), std::to_string(column.failed),
                     fixed(stability.tied_pairs, 3), fixed(stability.tied_top, 3), fixed(stability.seed_spread, 3),
                     fixed(stability.rank_spread, 3)});
  }
  return aligned(lines);
}

}  // namespace

std::string as_table(const Evaluation& evaluation) {
  if (evaluation.target.empty()) {
    return fmt::format("{}: {} architectures, no accuracies\n\n{}", evaluation.scores, evaluation.rows,
                       stability_table(evaluation));
  }
  Lines lines = {{"column", "n", "failed", "Spearman", "95 %", "lift", "95 %", "Kendall", "95 %", "Kendall top 10 %",
                  "accuracy of top 1", "best of top 10"}};
  for (const ColumnQuality& column : evaluation.columns) {
    lines.push_back({column.column, std::to_string(column.rows), std::to_string(column.failed),
                     fixed(column.spearman.value, 3), range(column.spearman.interval), signed_text(column.lift.value),
                     range(column.lift.interval), fixed(column.kendall.value, 3), range(column.kendall.interval),
                     fixed(column.kendall_top_tenth, 3), fixed(column.top_accuracy, 2), fixed(column.best_of_ten, 2)});
  }
  std::string text = population_line(evaluation);
  if (evaluation.ceiling) text += ceiling_line(*evaluation.ceiling);
  text += "\n" + aligned(lines);
  if (!evaluation.pairs.empty()) text += "\n" + pair_table(evaluation.pairs);
  return text;
}

std::string details(const Evaluation& evaluation) {
  return agreement_table(evaluation) + "\n" + selection_table(evaluation) + "\n" + decile_table(evaluation) + "\n" +
         stability_table(evaluation);
}

}  // namespace zeroth::eval
