// zeroth ensemble fit: learns from past tasks how to weigh columns of scores.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/ensemble.h"
#include "cli/ensemble_tasks.h"
#include "core/log.h"
#include "core/manifest.h"
#include "ensemble/ensemble_file.h"
#include "eval/text_table.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter =
    R"(Learns, from tasks whose accuracies are known, weights that carry over to a space without labels: a Bayesian linear
model on ranks and log ranks of the columns and of families of columns that agree. Spaces weigh equally; rows that are
one function count once. The table gives Spearman correlations on each task of weights that were learned without its
group of spaces, beside the mean log rank of the task's columns. The file holds those weights too.

Example:
  zeroth ensemble fit --task nb201.csv,benchmarks/nb201.csv,cifar10_test_acc \
      --task nb101.csv,benchmarks/nb101.csv,cifar10_test_acc --out weights.json)";

struct Settings {
  std::vector<std::string> tasks;
  std::string out;
};

void print_held_out(const ensemble::EnsembleFile& file) {
  std::vector<std::vector<std::string>> lines = {{"task", "group", "rows", "learned", "log_rank"}};
  for (const ensemble::LearnedFrom& task : file.tasks) {
    lines.push_back({task.task, task.group, std::to_string(task.rows), eval::fixed(task.learned, 3),
                     eval::fixed(task.log_rank, 3)});
  }
  lines.push_back(
      {"mean over spaces", "", "", eval::fixed(file.held_out_learned(), 3), eval::fixed(file.held_out_log_rank(), 3)});
  fmt::print("{}", eval::aligned(lines));
  if (!file.held_out_learned()) {
    fmt::print("All tasks are of one group of spaces: what the weights are worth elsewhere is not known.\n");
  } else if (!file.beats_log_rank()) {
    fmt::print(
        "The learned weights are not better than log_rank where they were not learned; apply falls back on it.\n");
  }
}

void fit(const Settings& settings) {
  std::vector<ensemble::Task> tasks;
  for (NamedTask& named : read_tasks(settings.tasks)) tasks.push_back(std::move(named.task));
  ensemble::EnsembleFile file = ensemble::learn_ensemble(tasks);
  file.command = core::shell_command(core::command_line());
  file.created = core::utc_now();
  file.write(settings.out);
  print_held_out(file);
  core::log_info("wrote {} ({} columns in {} families, {} tasks)", settings.out, file.model.plan.columns.size(),
                 file.model.plan.families, file.tasks.size());
}

}  // namespace

void add_ensemble_fit(CLI::App& ensemble, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = ensemble.add_subcommand("fit", "Learn from past tasks how to weigh columns of scores");
  command->add_option("--task", settings->tasks, "Score table, benchmark and its column; given once for each task")
      ->required()
      ->take_all()
      ->type_name(kTaskUsage);
  command->add_option("--out", settings->out, "The ensemble: JSON")->required()->type_name("FILE");
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    fit(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
