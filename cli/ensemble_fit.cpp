// zeroth ensemble fit: learns from past tasks how to weigh columns of scores.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/ensemble.h"
#include "cli/ensemble_tasks.h"
#include "core/error.h"
#include "core/log.h"
#include "core/manifest.h"
#include "ensemble/ensemble_file.h"
#include "ensemble/method.h"
#include "eval/text_table.h"
#include "proxies/proxy.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter =
    R"(Learns, from tasks whose accuracies are known, weights that carry over to a space without labels: a Bayesian linear
model on ranks and log ranks of the columns and of families of columns that agree. Spaces weigh equally; rows that are
one function count once. The table gives Spearman correlations on each task of weights that were learned without its
group of spaces, beside the mean log rank of the task's columns: with all columns, and with those alone that
`zeroth rank` computes by default. The file holds those weights too, and `auto` follows what the table says.
--method gbt learns boosted trees beside the weights and judges those.

Example:
  zeroth ensemble fit --task nb201.csv,benchmarks/nb201.csv,cifar10_test_acc \
      --task nb101.csv,benchmarks/nb101.csv,cifar10_test_acc --out weights.json)";

struct Settings {
  std::vector<std::string> tasks;
  std::string out, method = "bayes", fidelity = "fast";
};

// What `zeroth rank` computes where no proxies are named, in spaces of feature maps.
ensemble::ColumnSet default_columns() {
  ensemble::ColumnSet set{"default", proxies::default_proxies(), proxies::default_proxies()};
  for (const char* cost : {"params", "macs", "live_params", "live_macs"}) set.columns.emplace_back(cost);
  return set;
}

void print_held_out(const ensemble::EnsembleFile& file) {
  std::vector<std::vector<std::string>> lines = {{"task", "group", "rows"}};
  std::vector<std::string> means = {"mean over spaces", "", ""};
  for (size_t set = 0; set < file.sets.size(); ++set) {
    const std::string& name = file.sets[set].name;
    lines[0].insert(lines[0].end(), {"learned:" + name, "log_rank:" + name});
    const ensemble::HeldOut mean = file.held_out(set);
    means.insert(means.end(), {eval::fixed(mean.learned, 3), eval::fixed(mean.log_rank, 3)});
  }
  for (const ensemble::LearnedFrom& task : file.tasks) {
    lines.push_back({task.task, task.group, std::to_string(task.rows)});
    for (const ensemble::HeldOut& held_out : task.held_out) {
      lines.back().insert(lines.back().end(), {eval::fixed(held_out.learned, 3), eval::fixed(held_out.log_rank, 3)});
    }
  }
  lines.push_back(means);
  fmt::print("{}", eval::aligned(lines));
  if (!file.held_out().learned) {
    fmt::print("All tasks are of one group of spaces: what the weights are worth elsewhere is not known.\n");
    return;
  }
  for (size_t set = 0; set < file.sets.size(); ++set) {
    const std::optional<ensemble::Lift> lift = file.lift(set);
    if (!lift || file.beats_log_rank(set)) continue;
    fmt::print(
        "With the {} columns the learned ensemble is not better than log_rank by two standard errors where it was not "
        "learned ({:+.3f}, standard error {:.3f} over {} spaces); there auto is log_rank.\n",
        file.sets[set].name, lift->mean, lift->standard_error, lift->spaces);
  }
}

void fit(const Settings& settings) {
  if (!ensemble::find_method(settings.method).without_labels) {
    throw core::UsageError(
        fmt::format("--method {} learns from labels of the pool alone; fit takes bayes or gbt", settings.method));
  }
  ensemble::EnsembleFile file =
      ensemble::learn_ensemble(tasks_of(read_tasks(settings.tasks)), {default_columns()}, settings.method);
  file.fidelity = settings.fidelity;
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
  command->add_option("--method", settings->method, "bayes or gbt")->capture_default_str();
  command->add_option("--fidelity", settings->fidelity, "At which the scores were made: `zeroth rank` heeds it")
      ->check(CLI::IsMember({"fast", "shared", "paper"}))
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    fit(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
