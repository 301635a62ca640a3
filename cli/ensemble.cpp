// zeroth ensemble: which columns of scores to combine, and how.
#include "cli/ensemble.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "cli/commands.h"
#include "cli/seed.h"
#include "core/error.h"
#include "core/log.h"
#include "core/replace_file.h"
#include "core/score_table.h"
#include "ensemble/forward_selection.h"
#include "eval/benchmark.h"
#include "eval/population.h"
#include "eval/space_facts.h"
#include "search/candidates.h"
#include "spaces/spelling.h"

namespace zeroth::cli {
namespace {

constexpr const char* kSelectFooter =
    R"(Quality of a set is the mean over the targets of the Spearman correlation of its
mean log rank, on the drawn functions alone, one row a function. Each step adds the column that raises it most.
--out writes the functions that were drawn: zeroth eval --except leaves them out of what is reported.

Example:
  zeroth rank --space nasbench201 --all --proxies all --out all.csv
  zeroth ensemble select all.csv --space nasbench201 --benchmark nb201.csv --target cifar10_test_acc --sample 500 \
      --out drawn.txt)";

struct Settings {
  std::string scores, space, benchmark, out;
  std::vector<std::string> targets, columns;
  uint64_t sample = 500, seed = 0;
  double least_gain = 0.002;
  size_t most = 8;
};

// The drawn functions' rows with scores and one target, one row a function, in an order that is the same for every
// target that all of them have.
eval::Population drawn_rows(const core::ScoreTable& scores, const eval::Benchmark& benchmark,
                            const spaces::SearchSpace& space, const std::unordered_set<std::string>& drawn) {
  eval::Population population = eval::join(scores, benchmark, &space);
  eval::add_space_facts(population, space);
  return eval::unique_functions(eval::restricted(population, drawn, /*without=*/false));
}

// Those named, or all that have a score.
std::vector<eval::ScoreColumn> chosen_columns(const eval::Population& population,
                                              const std::vector<std::string>& names) {
  if (names.empty()) return population.columns;
  std::vector<eval::ScoreColumn> chosen;
  for (const std::string& name : names) {
    const eval::ScoreColumn* found = eval::find_column(population, name);
    if (found == nullptr) {
      std::vector<std::string> known;
      for (const eval::ScoreColumn& column : population.columns) known.push_back(column.name);
      throw core::UsageError(core::unknown_name("column", name, known));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

void select(const Settings& settings) {
  const spaces::SearchSpace& space = spaces::find_space(settings.space);
  std::unordered_set<std::string> drawn;
  std::string drawn_text;
  for (const spaces::Candidate& candidate : search::sample(space, settings.sample, settings.seed, /*unique=*/true)) {
    drawn.insert(spaces::function_of(space, candidate.architecture));
    drawn_text += candidate.text + "\n";
  }
  const auto scores = core::ScoreTable::read(settings.scores);
  std::vector<std::vector<double>> targets;
  eval::Population population;
  for (const std::string& target : settings.targets) {
    population =
        drawn_rows(scores, eval::Benchmark::read(settings.benchmark, target, space.table_columns()), space, drawn);
    if (!targets.empty() && population.rows() != targets.front().size()) {
      throw core::Error(fmt::format("{}: not all of the drawn functions with a {} have a {}", settings.benchmark,
                                    settings.targets.front(), target));
    }
    targets.push_back(population.accuracy);
  }
  if (population.rows() < drawn.size()) {
    core::log_warning("{} of the {} drawn functions are scored in {} and have a {}", population.rows(), drawn.size(),
                      settings.scores, settings.targets.back());
  }
  const std::vector<eval::ScoreColumn> columns = chosen_columns(population, settings.columns);
  std::vector<std::vector<std::optional<double>>> values;
  for (const eval::ScoreColumn& column : columns) values.push_back(column.values);
  if (!settings.out.empty()) core::replace_file(settings.out, drawn_text);
  fmt::print("{} functions, {} columns; mean over {}\n", population.rows(), columns.size(),
             fmt::join(settings.targets, ", "));
  for (const ensemble::SelectionStep& step :
       ensemble::forward_selection(values, targets, settings.least_gain, settings.most)) {
    fmt::print("{:6.4f}  {}\n", step.quality, columns[step.column].name);
  }
}

}  // namespace

void add_ensemble(CLI::App& program, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* ensemble = program.add_subcommand("ensemble", "Which columns of scores to combine, and how");
  ensemble->require_subcommand(1);
  CLI::App* command = ensemble->add_subcommand("select", "Grow a set of columns whose mean log rank predicts best");
  command->add_option("scores", settings->scores, "Score table: CSV, plain or gzip, with a column \"arch\"")
      ->required()
      ->type_name("SCORES");
  command->add_option("--space", settings->space, "Search space: see `zeroth list spaces`, or FILE.yaml")->required();
  command->add_option("--benchmark", settings->benchmark, "Measured accuracies: CSV with a column \"arch\"")
      ->required()
      ->type_name("FILE");
  command->add_option("--target", settings->targets, "Columns of the benchmark, separated by commas")
      ->required()
      ->delimiter(',')
      ->type_name("COLUMN,...");
  command->add_option("--columns", settings->columns, "Columns to choose from; all by default")
      ->delimiter(',')
      ->type_name("NAME,...");
  command->add_option("--sample", settings->sample, "Functions to draw")->check(CLI::Range(2, 1000000000));
  command->add_option("--seed", settings->seed, "Of the draw")->check(seed_check())->capture_default_str();
  command->add_option("--least-gain", settings->least_gain, "Stop where a further column adds less")
      ->capture_default_str();
  command->add_option("--most", settings->most, "Largest set")->check(CLI::Range(1, 1000))->capture_default_str();
  command->add_option("--out", settings->out, "Write the drawn functions, one a line")->type_name("FILE");
  command->footer(kSelectFooter);
  command->callback([settings, &exit_code] {
    select(*settings);
    exit_code = 0;
  });
  add_ensemble_fit(*ensemble, exit_code);
  add_ensemble_apply(*ensemble, exit_code);
  add_ensemble_compare(*ensemble, exit_code);
  add_ensemble_labels(*ensemble, exit_code);
  add_ensemble_explain(*ensemble, exit_code);
}

}  // namespace zeroth::cli
