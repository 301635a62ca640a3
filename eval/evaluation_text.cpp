#include <fmt/format.h>

#include "core/csv.h"
#include "eval/evaluation.h"
#include "eval/text_table.h"

namespace zeroth::eval {
namespace {

using nlohmann::ordered_json;

const char* unit(const Evaluation& evaluation) { return evaluation.options.unique ? "functions" : "rows"; }

const char* policy(const Evaluation& evaluation) {
  return evaluation.options.correlation.failed == FailedPolicy::kBottom ? "bottom" : "dropped";
}

std::string fixed(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.3f} .. {:.3f}", interval->low, interval->high) : "-";
}

std::string cells(const Estimate& estimate) {
  std::string text = cell(estimate.value) + ",";
  if (!estimate.interval) return text + ",";
  return text + core::number_text(estimate.interval->low) + "," + core::number_text(estimate.interval->high);
}

ordered_json json_number(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json json_estimate(const Estimate& estimate) {
  ordered_json json = {{"value", json_number(estimate.value)}, {"interval", nullptr}};
  if (estimate.interval) json["interval"] = {estimate.interval->low, estimate.interval->high};
  return json;
}

std::string population_line(const Evaluation& evaluation) {
  const CorrelationOptions& options = evaluation.options.correlation;
  const char* failed = options.failed == FailedPolicy::kBottom ? "failed scores tied at the bottom"
                                                               : "rows with a failed score left out of their column";
  const std::string intervals =
      options.resamples > 0
          ? fmt::format("95 % intervals from {} resamples of functions, seed {}", options.resamples, options.seed)
          : "no intervals";
  return fmt::format("{} against {} of {}: {} architectures, {} functions, one row {}\n{}; {}\n\n", evaluation.scores,
                     evaluation.target, evaluation.benchmark, evaluation.rows, evaluation.functions,
                     evaluation.options.unique ? "a function" : "an architecture", failed, intervals);
}

}  // namespace

std::string as_table(const Evaluation& evaluation) {
  std::vector<std::vector<std::string>> lines = {{"column", "n", "failed", "Spearman", "95 %", "lift", "95 %",
                                                  "Kendall", "95 %", "Kendall top 10 %", "accuracy of top 1",
                                                  "best of top 10"}};
  for (const ColumnQuality& column : evaluation.columns) {
    lines.push_back({column.column, std::to_string(column.rows), std::to_string(column.failed),
                     fixed(column.spearman.value, 3), fixed(column.spearman.interval), signed_text(column.lift.value),
                     fixed(column.lift.interval), fixed(column.kendall.value, 3), fixed(column.kendall.interval),
                     fixed(column.kendall_top_tenth, 3), fixed(column.top_accuracy, 2), fixed(column.best_of_ten, 2)});
  }
  return population_line(evaluation) + aligned(lines);
}

std::string as_csv(const Evaluation& evaluation) {
  std::string text =
      "column,n,functions,failed,spearman,spearman_low,spearman_high,lift,lift_low,lift_high,kendall_tau_b,kendall_low,"
      "kendall_high,"
      "kendall_top_tenth,top_accuracy,best_of_ten,unit,failed_policy,resamples,seed,scores,benchmark,target\n";
  for (const ColumnQuality& column : evaluation.columns) {
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", core::csv_field(column.column), column.rows,
        column.functions, column.failed, cells(column.spearman), cells(column.lift), cells(column.kendall),
        cell(column.kendall_top_tenth), cell(column.top_accuracy), cell(column.best_of_ten), unit(evaluation),
        policy(evaluation), evaluation.options.correlation.resamples, evaluation.options.correlation.seed,
        core::csv_field(evaluation.scores), core::csv_field(evaluation.benchmark), core::csv_field(evaluation.target));
  }
  return text;
}

ordered_json as_json(const Evaluation& evaluation) {
  ordered_json json = {{"scores", evaluation.scores},
                       {"benchmark", evaluation.benchmark},
                       {"target", evaluation.target},
                       {"space", evaluation.space.empty() ? ordered_json(nullptr) : ordered_json(evaluation.space)},
                       {"architectures", evaluation.rows},
                       {"functions", evaluation.functions},
                       {"unit", unit(evaluation)},
                       {"failed_policy", policy(evaluation)},
                       {"not_measured", evaluation.not_measured},
                       {"averaged", evaluation.averaged},
                       {"resamples", evaluation.options.correlation.resamples},
                       {"seed", evaluation.options.correlation.seed},
                       {"columns", ordered_json::array()}};
  for (const ColumnQuality& column : evaluation.columns) {
    json["columns"].push_back({{"column", column.column},
                               {"n", column.rows},
                               {"functions", column.functions},
                               {"failed", column.failed},
                               {"spearman", json_estimate(column.spearman)},
                               {"lift", json_estimate(column.lift)},
                               {"kendall_tau_b", json_estimate(column.kendall)},
                               {"kendall_top_tenth", json_number(column.kendall_top_tenth)},
                               {"top_accuracy", json_number(column.top_accuracy)},
                               {"best_of_ten", json_number(column.best_of_ten)}});
  }
  return json;
}

}  // namespace zeroth::eval
