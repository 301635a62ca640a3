#include <fmt/format.h>

#include "core/csv.h"
#include "eval/evaluation.h"
#include "eval/text_table.h"

namespace zeroth::eval {
namespace {

using Cells = std::vector<std::string>;

// Scripts read columns by place: new ones go to the end.
std::string header() {
  std::string text =
      "column,n,functions,failed,spearman,spearman_low,spearman_high,lift,lift_low,lift_high,kendall_tau_b,kendall_low,"
      "kendall_high,kendall_top_tenth,top_accuracy,best_of_ten,unit,failed_policy,resamples,seed,scores,benchmark,"
      "target,pearson,weighted_tau,pairwise_accuracy,spearman_top_tenth,spearman_in_macs_bands,partial_spearman,"
      "conditional_gain,k,precision_of_k,best_of_k,regret_of_k,ndcg_of_k,tied_pairs,tied_top,seed_spread,"
      "seed_rank_spread,noise_ceiling";
  for (size_t d = 1; d <= kDeciles; ++d) text += fmt::format(",spearman_decile_{}", d);
  return text + ",first_better\n";
}

void append(Cells& cells, const Estimate& estimate) {
  cells.push_back(cell(estimate.value));
  cells.push_back(estimate.interval ? core::number_text(estimate.interval->low) : "");
  cells.push_back(estimate.interval ? core::number_text(estimate.interval->high) : "");
}

void append_population(Cells& cells, const Evaluation& evaluation) {
  const CorrelationOptions& options = evaluation.options.correlation;
  cells.insert(cells.end(),
               {evaluation.options.unique ? "functions" : "rows",
                options.failed == FailedPolicy::kBottom ? "bottom" : "dropped", std::to_string(options.resamples),
                std::to_string(options.seed), evaluation.scores, evaluation.benchmark, evaluation.target});
}

void append_selection(Cells& cells, const std::optional<Selection>& found) {
  if (!found) return cells.resize(cells.size() + 5);
  cells.insert(cells.end(),
               {std::to_string(found->k), core::number_text(found->precision), core::number_text(found->best),
                core::number_text(found->regret), cell(found->discounted_gain)});
}

std::string row(const Evaluation& evaluation, const ColumnQuality& column) {
  Cells cells = {column.column, std::to_string(column.rows), std::to_string(column.functions),
                 std::to_string(column.failed)};
  append(cells, column.spearman);
  append(cells, column.lift);
  append(cells, column.kendall);
  for (const auto& value : {column.kendall_top_tenth, column.top_accuracy, column.best_of_ten}) {
    cells.push_back(cell(value));
  }
  append_population(cells, evaluation);
  for (const auto& value :
       {column.pearson, column.pairs.weighted_kendall, column.pairs.pairwise_accuracy, column.spearman_top_tenth,
        column.spearman_within_bands, column.partial_spearman, column.conditional_gain}) {
    cells.push_back(cell(value));
  }
  append_selection(cells, column.selection);
  for (const auto& value : {column.stability.tied_pairs, column.stability.tied_top, column.stability.seed_spread,
                            column.stability.rank_spread}) {
    cells.push_back(cell(value));
  }
  cells.push_back(evaluation.ceiling ? cell(evaluation.ceiling->ceiling) : "");
  for (const auto& spearman : column.spearman_by_decile) cells.push_back(cell(spearman));
  cells.emplace_back();
  return core::csv_line(cells) + "\n";
}

// Between the numbers that are differences and the last, nothing of the header but the population applies.
std::string row(const Evaluation& evaluation, const PairedDifference& pair) {
  Cells cells = {pair.first + " - " + pair.second, std::to_string(pair.rows), std::to_string(pair.functions), ""};
  append(cells, pair.spearman);
  append(cells, Estimate{});
  append(cells, pair.kendall);
  cells.resize(cells.size() + 3);
  append_population(cells, evaluation);
  cells.resize(cells.size() + 17 + kDeciles);
  cells.push_back(cell(pair.first_better));
  return core::csv_line(cells) + "\n";
}

std::string rows(const Evaluation& evaluation) {
  std::string text;
  for (const ColumnQuality& column : evaluation.columns) text += row(evaluation, column);
  for (const PairedDifference& pair : evaluation.pairs) text += row(evaluation, pair);
  return text;
}

}  // namespace

std::string as_csv(const std::vector<Evaluation>& evaluations) {
  std::string text = header();
  for (const Evaluation& evaluation : evaluations) text += rows(evaluation);
  return text;
}

}  // namespace zeroth::eval
