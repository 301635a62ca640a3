// zeroth ensemble compare: ensembles and baselines side by side, on tasks that nothing was learned from.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/ensemble.h"
#include "cli/ensemble_tasks.h"
#include "cli/judgement.h"
#include "cli/seed.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/ranks.h"
#include "core/replace_file.h"
#include "ensemble/comparison.h"
#include "ensemble/ensemble_file.h"
#include "ensemble/method.h"
#include "eval/bootstrap.h"
#include "eval/correlation.h"
#include "eval/population.h"
#include "eval/rank_statistics.h"
#include "eval/text_table.h"
#include "proxies/proxy.h"
#include "spaces/search_space.h"

namespace zeroth::cli {
namespace {

constexpr const char* kReference = "log_rank";
constexpr const char* kLearned = "bayes";

constexpr const char* kFooter =
    R"(On each task, Spearman correlations of what is learned or chosen on the tasks of all other groups of spaces: bayes
and gbt (see `zeroth ensemble fit`), auto, which is bayes where that beat log_rank when each of those groups was left out
in turn and log_rank elsewhere, and best_single, the column that was best there. Beside them the label-free ensembles of
the task's columns, log_rank of the columns of `--proxies default`, parameters, multiply-adds and the data-free baseline.
One row a function; with --every-row all rows, of which those of a function are drawn together. The last table has means
over spaces and their lift over log_rank; 95 % intervals draw rows, the same for all methods, and not spaces: they say
how well these spaces are measured, and the count says in how many of them the method is better.

Example:
  zeroth ensemble compare --task nb201.csv,benchmarks/nb201.csv,cifar10_test_acc \
      --task nb101.csv,benchmarks/nb101.csv,cifar10_test_acc --out comparison.csv)";

struct Settings {
  std::vector<std::string> tasks;
  std::string out;
  int resamples = 1000;
  uint64_t seed = 0;
  bool every_row = false;
};

using Resamples = std::vector<std::optional<double>>;

struct Quality {
  Judgement judgement;
  Resamples resamples;  // of Spearman
};

struct JudgedTask {
  std::string name, space, group;
  size_t rows = 0;
  std::map<std::string, Quality> methods;
};

// What is learned and chosen on the tasks of all groups but one.
struct Learned {
  ensemble::LearnedModel model;
  bool beats_log_rank;  // when each of those groups was left out in turn
};

std::map<std::string, Learned> learn_without_each(const std::vector<ensemble::Task>& tasks) {
  std::map<std::string, Learned> learned;
  for (const ensemble::Task& task : tasks) {
    if (learned.count(task.group) != 0) continue;
    std::vector<ensemble::Task> others;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(others),
                 [&](const ensemble::Task& other) { return other.group != task.group; });
    if (others.empty()) {
      throw core::UsageError(
          fmt::format("all tasks are of the group {}; a comparison leaves out each group in turn and "
                      "needs two",
                      task.group));
    }
    ensemble::EnsembleFile file = ensemble::learn_ensemble(others);
    for (const ensemble::Method& method : ensemble::learned_methods()) {
      if (method.learn != nullptr) file.model.kept[std::string(method.name)] = method.learn(file.model.plan, others);
    }
    learned.emplace(task.group, Learned{std::move(file.model), file.beats_log_rank()});
  }
  return learned;
}

Quality quality(const std::vector<double>& score, const NamedTask& named, const Settings& settings) {
  const eval::PairedRanks ranks(score, named.task.accuracy);
  return {judge(score, named.task.accuracy),
          eval::bootstrap_intervals(ranks, named.function, settings.resamples, settings.seed).spearman_resamples};
}

// Mean log rank of the columns of the default set that the task has; none where it has none of them.
std::optional<Eigen::VectorXd> default_log_rank(const ensemble::Task& task) {
  ensemble::Columns columns;
  for (const std::string& name : proxies::default_proxies(&spaces::find_space(task.space))) {
    const auto found = std::find(task.columns.begin(), task.columns.end(), name);
    if (found != task.columns.end()) columns.push_back(task.values[static_cast<size_t>(found - task.columns.begin())]);
  }
  if (columns.empty()) return std::nullopt;
  return ensemble::combine(ensemble::find_label_free(kReference), columns);
}

JudgedTask judge_task(const NamedTask& named, const Learned& learned, const Settings& settings,
                      std::vector<std::string>& order) {
  const ensemble::Task& task = named.task;
  JudgedTask judged{task.name, task.space, task.group, task.rows(), {}};
  const auto add = [&](const std::string& method, const std::vector<double>& score) {
    if (std::find(order.begin(), order.end(), method) == order.end()) order.push_back(method);
    judged.methods.emplace(method, quality(score, named, settings));
  };
  const auto add_vector = [&](const std::string& method, const Eigen::VectorXd& score) {
    add(method, {score.data(), score.data() + score.size()});
  };
  const auto scores = ensemble::method_scores(learned.model, task);
  const std::string chosen = learned.beats_log_rank ? kLearned : kReference;
  for (const ensemble::MethodScore& each : scores) {
    if (each.method == chosen) add_vector("auto", each.score);
  }
  for (const ensemble::MethodScore& each : scores) add_vector(each.method, each.score);
  if (const auto score = default_log_rank(task)) add_vector("log_rank:default", *score);
  if (!named.data_free.empty()) add(eval::kDataFree, core::ranks_with_failures(named.data_free));
  return judged;
}

Resamples differences(const Resamples& a, const Resamples& b) {
  Resamples result(std::min(a.size(), b.size()));
  for (size_t i = 0; i < result.size(); ++i) {
    if (a[i] && b[i]) result[i] = *a[i] - *b[i];
  }
  return result;
}

eval::Estimate lift(const Quality& method, const Quality& reference) {
  eval::Estimate result;
  const auto &own = method.judgement.spearman, &other = reference.judgement.spearman;
  if (own && other) result.value = *own - *other;
  result.interval = eval::percentile_interval(differences(method.resamples, reference.resamples));
  return result;
}

// Means over spaces of the means over their tasks; an undefined correlation counts 0, because it orders nothing.
Quality mean_over_spaces(const std::vector<JudgedTask>& tasks, const std::string& method, size_t resamples) {
  std::map<std::string, size_t> of_space;
  for (const JudgedTask& task : tasks) ++of_space[task.space];
  Quality mean{{0.0, 0.0, 0.0, 0.0}, Resamples(resamples, 0.0)};
  for (const JudgedTask& task : tasks) {
    const auto found = task.methods.find(method);
    if (found == task.methods.end()) continue;
    const Quality& quality = found->second;
    const double weight = 1.0 / static_cast<double>(of_space[task.space] * of_space.size());
    *mean.judgement.spearman += weight * quality.judgement.spearman.value_or(0.0);
    *mean.judgement.kendall += weight * quality.judgement.kendall.value_or(0.0);
    *mean.judgement.top_decile_kendall += weight * quality.judgement.top_decile_kendall.value_or(0.0);
    for (size_t b = 0; b < resamples && b < quality.resamples.size(); ++b) {
      *mean.resamples[b] += weight * quality.resamples[b].value_or(0.0);
    }
  }
  return mean;
}

// By space, the sum of the method's correlations over its tasks.
std::map<std::string, double> sums_by_space(const std::vector<JudgedTask>& tasks, const std::string& method) {
  std::map<std::string, double> sums;
  for (const JudgedTask& task : tasks) {
    const auto found = task.methods.find(method);
    sums[task.space] += found == task.methods.end() ? 0.0 : found->second.judgement.spearman.value_or(0.0);
  }
  return sums;
}

// Spaces in which the method's mean correlation over tasks is above the reference's.
size_t spaces_won(const std::vector<JudgedTask>& tasks, const std::string& method) {
  const std::map<std::string, double> sums = sums_by_space(tasks, method);
  const std::map<std::string, double> reference = sums_by_space(tasks, kReference);
  return static_cast<size_t>(std::count_if(
      sums.begin(), sums.end(), [&](const auto& of_space) { return of_space.second > reference.at(of_space.first); }));
}

std::string interval_text(const std::optional<eval::Interval>& interval) {
  return interval ? fmt::format("{:+.3f} .. {:+.3f}", interval->low, interval->high) : "-";
}

std::string as_table(const std::vector<JudgedTask>& tasks, const std::vector<std::string>& order,
                     const Settings& settings) {
  std::vector<std::vector<std::string>> lines = {{"task", "rows"}};
  lines[0].insert(lines[0].end(), order.begin(), order.end());
  std::set<std::string> spaces;
  for (const JudgedTask& task : tasks) {
    spaces.insert(task.space);
    lines.push_back({task.name, std::to_string(task.rows)});
    for (const std::string& method : order) {
      const auto found = task.methods.find(method);
      lines.back().push_back(found == task.methods.end() ? "-" : eval::fixed(found->second.judgement.spearman, 3));
    }
  }
  std::vector<std::vector<std::string>> means = {
      {"mean over spaces", "Spearman", "Kendall", "top decile", "lift", "95 %", "better in"}};
  const auto resamples = static_cast<size_t>(settings.resamples);
  const Quality reference = mean_over_spaces(tasks, kReference, resamples);
  for (const std::string& method : order) {
    const Quality mean = mean_over_spaces(tasks, method, resamples);
    const eval::Estimate over = lift(mean, reference);
    means.push_back({method, eval::fixed(mean.judgement.spearman, 3), eval::fixed(mean.judgement.kendall, 3),
                     eval::fixed(mean.judgement.top_decile_kendall, 3),
                     method == kReference ? "-" : eval::signed_text(over.value),
                     method == kReference ? "-" : interval_text(over.interval),
                     method == kReference ? "-" : fmt::format("{} of {}", spaces_won(tasks, method), spaces.size())});
  }
  return eval::aligned(lines) + "\n" + eval::aligned(means);
}

// A value and its interval; empty where they are undefined.
void append_estimate(std::vector<std::string>& cells, const eval::Estimate& estimate) {
  cells.push_back(eval::cell(estimate.value));
  cells.push_back(estimate.interval ? core::number_text(estimate.interval->low) : "");
  cells.push_back(estimate.interval ? core::number_text(estimate.interval->high) : "");
}

std::string as_csv(const std::vector<JudgedTask>& tasks, const std::vector<std::string>& order) {
  std::string text =
      "task,space,group,rows,method,spearman,low,high,kendall_tau_b,best_of_top_10,top_decile_tau_b,lift,lift_low,"
      "lift_high,over_data_free,over_data_free_low,over_data_free_high\n";
  for (const JudgedTask& task : tasks) {
    const auto data_free = task.methods.find(eval::kDataFree);
    for (const std::string& method : order) {
      const auto found = task.methods.find(method);
      if (found == task.methods.end()) continue;
      const Judgement& judgement = found->second.judgement;
      std::vector<std::string> cells = {task.name, task.space, task.group, std::to_string(task.rows), method};
      append_estimate(cells, {judgement.spearman, eval::percentile_interval(found->second.resamples)});
      for (const std::optional<double> number :
           {judgement.kendall, std::optional(judgement.best_of_top_10), judgement.top_decile_kendall}) {
        cells.push_back(eval::cell(number));
      }
      append_estimate(cells, lift(found->second, task.methods.at(kReference)));
      append_estimate(cells,
                      data_free == task.methods.end() ? eval::Estimate{} : lift(found->second, data_free->second));
      text += core::csv_line(cells) + "\n";
    }
  }
  return text;
}

void compare(const Settings& settings) {
  const std::vector<NamedTask> functions = read_tasks(settings.tasks);
  const std::map<std::string, Learned> learned = learn_without_each(tasks_of(functions));
  std::vector<JudgedTask> judged;
  std::vector<std::string> order;
  for (const NamedTask& named : settings.every_row ? read_tasks(settings.tasks, TaskRows::kArchitectures) : functions) {
    judged.push_back(judge_task(named, learned.at(named.task.group), settings, order));
  }
  if (!settings.out.empty()) core::replace_file(settings.out, as_csv(judged, order));
  fmt::print("{}", as_table(judged, order, settings));
  if (*mean_over_spaces(judged, kLearned, 0).judgement.spearman <=
      *mean_over_spaces(judged, kReference, 0).judgement.spearman) {
    fmt::print("The learned ensemble ({}) does not beat {}.\n", kLearned, kReference);
  }
}

}  // namespace

void add_ensemble_compare(CLI::App& ensemble, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = ensemble.add_subcommand("compare", "Ensembles and baselines on tasks that were held out");
  command->add_option("--task", settings->tasks, "Score table, benchmark and its column; given once for each task")
      ->required()
      ->take_all()
      ->type_name(kTaskUsage);
  command->add_flag("--every-row", settings->every_row, "Judge on every architecture, not on one row a function");
  command->add_option("--out", settings->out, "Also write each task's correlations as CSV")->type_name("FILE");
  command->add_option("--bootstrap", settings->resamples, "Resamples for the 95 % intervals; 0 = no intervals")
      ->check(CLI::Range(0, 1000000))
      ->type_name("B")
      ->capture_default_str();
  command->add_option("--seed", settings->seed, "Of the resamples")
      ->check(seed_check())
      ->type_name("S")
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    compare(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
