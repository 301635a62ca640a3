#include "eval/evaluation.h"

namespace zeroth::eval {
namespace {

using nlohmann::ordered_json;

ordered_json number(const std::optional<double>& value) { return value ? ordered_json(*value) : ordered_json(nullptr); }

ordered_json estimate(const Estimate& estimate) {
  ordered_json json = {{"value", number(estimate.value)}, {"interval", nullptr}};
  if (estimate.interval) json["interval"] = {estimate.interval->low, estimate.interval->high};
  return json;
}

ordered_json selected(const std::optional<Selection>& found) {
  if (!found) return nullptr;
  return {{"k", found->k},
          {"precision", found->precision},
          {"best", found->best},
          {"regret", found->regret},
          {"ndcg", number(found->discounted_gain)}};
}

ordered_json json_of(const ColumnQuality& column) {
  ordered_json deciles = ordered_json::array();
  for (const auto& spearman : column.spearman_by_decile) deciles.push_back(number(spearman));
  return {{"column", column.column},
          {"n", column.rows},
          {"functions", column.functions},
          {"failed", column.failed},
          {"spearman", estimate(column.spearman)},
          {"lift", estimate(column.lift)},
          {"kendall_tau_b", estimate(column.kendall)},
          {"kendall_top_tenth", number(column.kendall_top_tenth)},
          {"top_accuracy", number(column.top_accuracy)},
          {"best_of_ten", number(column.best_of_ten)},
          {"pearson", number(column.pearson)},
          {"weighted_tau", number(column.pairs.weighted_kendall)},
          {"pairwise_accuracy", number(column.pairs.pairwise_accuracy)},
          {"spearman_top_tenth", number(column.spearman_top_tenth)},
          {"spearman_in_macs_bands", number(column.spearman_within_bands)},
          {"spearman_by_decile", deciles},
          {"partial_spearman", number(column.partial_spearman)},
          {"conditional_gain", number(column.conditional_gain)},
          {"top", selected(column.selection)},
          {"tied_pairs", number(column.stability.tied_pairs)},
          {"tied_top", number(column.stability.tied_top)},
          {"seed_spread", number(column.stability.seed_spread)},
          {"seed_rank_spread", number(column.stability.rank_spread)}};
}

ordered_json json_of(const PairedDifference& pair) {
  return {{"first", pair.first},
          {"second", pair.second},
          {"n", pair.rows},
          {"functions", pair.functions},
          {"spearman", estimate(pair.spearman)},
          {"kendall_tau_b", estimate(pair.kendall)},
          {"first_better", number(pair.first_better)}};
}

ordered_json json_of(const NoiseCeiling& ceiling) {
  return {{"runs", ceiling.runs},
          {"n", ceiling.rows},
          {"spearman", number(ceiling.spearman)},
          {"reliability", number(ceiling.reliability)},
          {"ceiling", number(ceiling.ceiling)}};
}

}  // namespace

ordered_json as_json(const Evaluation& evaluation) {
  const CorrelationOptions& options = evaluation.options.correlation;
  ordered_json json = {{"scores", evaluation.scores},
                       {"benchmark", evaluation.benchmark},
                       {"target", evaluation.target},
                       {"space", evaluation.space.empty() ? ordered_json(nullptr) : ordered_json(evaluation.space)},
                       {"architectures", evaluation.rows},
                       {"functions", evaluation.functions},
                       {"unit", evaluation.options.unique ? "functions" : "rows"},
                       {"failed_policy", options.failed == FailedPolicy::kBottom ? "bottom" : "dropped"},
                       {"repeated", evaluation.repeated},
                       {"not_measured", evaluation.not_measured},
                       {"averaged", evaluation.averaged},
                       {"resamples", options.resamples},
                       {"seed", options.seed},
                       {"columns", ordered_json::array()},
                       {"pairs", ordered_json::array()},
                       {"noise_ceiling", evaluation.ceiling ? json_of(*evaluation.ceiling) : ordered_json(nullptr)}};
  for (const ColumnQuality& column : evaluation.columns) json["columns"].push_back(json_of(column));
  for (const PairedDifference& pair : evaluation.pairs) json["pairs"].push_back(json_of(pair));
  return json;
}

}  // namespace zeroth::eval
