#include "eval/evaluation.h"

#include <filesystem>

#include "core/error.h"
#include "eval/population.h"
#include "eval/space_facts.h"

namespace zeroth::eval {

Evaluation evaluate(const core::ScoreTable& scores, const Benchmark& benchmark, const spaces::SearchSpace* space,
                    const EvaluationOptions& options) {
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
  const size_t measured = population.rows();
  if (options.only) population = restricted(population, *options.only, /*without=*/false);
  if (options.without) population = restricted(population, *options.without, /*without=*/true);
  evaluation.not_counted = measured - population.rows();
  evaluation.rows = population.rows();
  evaluation.functions = population.functions;
  evaluation.not_measured = scores.rows.size() - measured;
  evaluation.averaged = benchmark.repeated();

  if (options.unique) population = unique_functions(population);
  if (space != nullptr) add_data_free(population);
  evaluation.columns = correlate(population, options.correlation);
  return evaluation;
}

}  // namespace zeroth::eval
