#include "eval/evaluation.h"

#include <filesystem>

#include "core/error.h"
#include "eval/population.h"
#include "eval/space_facts.h"

namespace zeroth::eval {

Evaluation evaluate(const core::ScoreTable& scores, const Benchmark& benchmark, const spaces::SearchSpace* space,
                    const EvaluationOptions& options, const std::vector<Benchmark>& runs) {
  if (scores.rows.empty()) throw core::Error(scores.path + ": no rows");
  Population population = join(scores, benchmark, space);
  Evaluation evaluation;
  evaluation.options = options;
  evaluation.scores = std::filesystem::path(scores.path).filename().string();
  evaluation.benchmark = benchmark.file_name();
  evaluation.target = benchmark.target();
  if (space != nullptr) {
    evaluation.space = space->name();
    evaluation.not_of_space = add_space_facts(population, *space);
  }
  if (population.columns.empty()) throw core::Error(scores.path + ": no column of scores");
  for (const Benchmark& run : runs) population.runs.push_back(measured(population, run, space));
  const size_t joined = population.rows();
  evaluation.repeated = population.repeated;
  evaluation.not_measured = scores.rows.size() - population.repeated - joined;
  if (options.only) population = restricted(population, *options.only, /*without=*/false);
  if (options.without) population = restricted(population, *options.without, /*without=*/true);
  evaluation.not_counted = joined - population.rows();
  evaluation.rows = population.rows();
  evaluation.functions = population.functions;
  evaluation.averaged = benchmark.repeated();

  if (options.unique) population = unique_functions(population);
  if (space != nullptr) add_data_free(population);
  evaluation.columns = correlate(population, options.correlation);
  try {
    for (const auto& [first, second] : options.pairs) {
      evaluation.pairs.push_back(paired_difference(population, first, second, options.correlation));
    }
  } catch (const core::UsageError& error) {  // which of several tables does not have the column
    throw core::UsageError(scores.path + ": " + error.what());
  }
  if (!runs.empty()) evaluation.ceiling = noise_ceiling(population.runs);
  if (options.redundancy) evaluation.redundancy = rank_matrix(population.columns, options.correlation.failed);
  return evaluation;
}

Evaluation evaluate_without_labels(const core::ScoreTable& scores, bool redundancy) {
  if (scores.rows.empty()) throw core::Error(scores.path + ": no rows");
  const Population population = without_labels(scores);
  if (population.columns.empty()) throw core::Error(scores.path + ": no column of scores");
  Evaluation evaluation;
  evaluation.scores = std::filesystem::path(scores.path).filename().string();
  evaluation.rows = population.rows();
  evaluation.functions = population.functions;
  evaluation.repeated = population.repeated;
  evaluation.columns = qualities_without_labels(population);
  if (redundancy) evaluation.redundancy = rank_matrix(population.columns, FailedPolicy::kBottom);
  return evaluation;
}

}  // namespace zeroth::eval
