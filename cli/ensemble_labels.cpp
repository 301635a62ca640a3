// zeroth ensemble labels: what a few labels of the task itself are worth to each learned method.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "cli/default_ensemble.h"
#include "cli/ensemble.h"
#include "cli/ensemble_tasks.h"
#include "cli/judgement.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/random.h"
#include "core/replace_file.h"
#include "ensemble/method.h"
#include "eval/text_table.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter =
    R"(Draws rows, no two of one function, shows their accuracies to each method, and judges the order of the rows of all
other functions: those of the labelled leave the test. What past tasks taught comes from the ensemble's weights without
the task's group of spaces. Numbers are means over draws and, after +-, standard deviations between them. log_rank and
bayes:none see no label.

Example:
  zeroth ensemble labels --task nb201.csv,benchmarks/nb201.csv,cifar10_test_acc --labels 20,50,100,400 --seeds 10)";

constexpr size_t kNumbers = std::size(kJudgementNames);

struct Settings {
  std::vector<std::string> tasks;
  std::string weights = "default", out;
  std::vector<size_t> labels = {20, 50, 100, 400};
  uint64_t seeds = 10;
  bool every_row = false;
};

// Rows in random order, those of a function that stands before them left out; by seed alone.
std::vector<size_t> draw_order(const NamedTask& named, uint64_t seed) {
  std::vector<double> key(named.task.rows());
  core::Stream(seed, "labelled rows").fill_uniform(key.data(), key.size(), 0.0, 1.0);
  std::vector<size_t> order(key.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key[a] < key[b]; });
  std::set<uint32_t> seen;
  order.erase(
      std::remove_if(order.begin(), order.end(), [&](size_t row) { return !seen.insert(named.function[row]).second; }),
      order.end());
  return order;
}

struct Draw {
  std::vector<std::optional<double>> labels;  // by row
  std::vector<size_t> test;                   // rows of functions without a label
};

Draw draw(const NamedTask& named, size_t count, uint64_t seed) {
  const std::vector<size_t> order = draw_order(named, seed);
  if (order.size() < count + 10) {
    throw core::UsageError(
        fmt::format("{}: {} labels of {} functions leave too few to judge by", named.task.name, count, order.size()));
  }
  Draw result{std::vector<std::optional<double>>(named.task.rows()), {}};
  std::set<uint32_t> labelled;
  for (size_t i = 0; i < count; ++i) {
    result.labels[order[i]] = named.task.accuracy[order[i]];
    labelled.insert(named.function[order[i]]);
  }
  for (size_t row = 0; row < named.task.rows(); ++row) {
    if (labelled.count(named.function[row]) == 0) result.test.push_back(row);
  }
  return result;
}

Judgement judge_test(const Eigen::VectorXd& score, const std::vector<double>& accuracy,
                     const std::vector<size_t>& test) {
  std::vector<double> of_score, of_accuracy;
  for (const size_t row : test) {
    of_score.push_back(score[static_cast<Eigen::Index>(row)]);
    of_accuracy.push_back(accuracy[row]);
  }
  return judge(of_score, of_accuracy);
}

// Judgements of a method with so many labels, by draw.
struct Cell {
  std::string method;
  size_t labels;
  std::vector<Judgement> draws;
};

std::vector<Cell> judge_task(const NamedTask& named, const ensemble::LearnedModel& model, const Settings& settings) {
  const ensemble::Task& task = named.task;
  const Eigen::VectorXd log_rank = ensemble::label_free_score(ensemble::find_label_free("log_rank"), task);
  const Eigen::VectorXd unlabelled = ensemble::predict(model, task.columns, task.values).mean;
  std::vector<Cell> cells;
  for (const size_t count : settings.labels) {
    std::vector<Cell> of_count = {{"log_rank", count, {}}, {"bayes:none", count, {}}};
    for (const ensemble::Method& method : ensemble::learned_methods()) {
      of_count.push_back({std::string(method.name), count, {}});
    }
    for (uint64_t seed = 0; seed < settings.seeds; ++seed) {
      const Draw drawn = draw(named, count, seed);
      of_count[0].draws.push_back(judge_test(log_rank, task.accuracy, drawn.test));
      of_count[1].draws.push_back(judge_test(unlabelled, task.accuracy, drawn.test));
      size_t cell = 2;
      for (const ensemble::Method& method : ensemble::learned_methods()) {
        const auto prediction = method.predict(model, task.columns, task.values, drawn.labels);
        of_count[cell++].draws.push_back(judge_test(prediction.mean, task.accuracy, drawn.test));
      }
    }
    cells.insert(cells.end(), of_count.begin(), of_count.end());
  }
  return cells;
}

std::string mean_and_deviation(const std::vector<Judgement>& draws, size_t number) {
  std::vector<std::optional<double>> values;
  for (const Judgement& draw : draws) values.push_back(number_of(draw, number));
  const bool percent = number == 2;
  return eval::spread_text(values, percent ? "{:.2f}" : "{:.3f}");
}

std::string as_text(const NamedTask& named, const std::vector<Cell>& cells, const Settings& settings) {
  const size_t functions = std::set<uint32_t>(named.function.begin(), named.function.end()).size();
  std::string text = fmt::format("{}: {} rows, {} functions, {} draws of labels\n", named.task.name, named.task.rows(),
                                 functions, settings.seeds);
  for (size_t number = 0; number < kNumbers; ++number) {
    std::vector<std::vector<std::string>> lines = {{kJudgementNames[number]}};
    for (const size_t count : settings.labels) lines[0].push_back(fmt::format("{} labels", count));
    const size_t methods = cells.size() / settings.labels.size();
    for (size_t method = 0; method < methods; ++method) {
      lines.push_back({cells[method].method});
      for (size_t count = 0; count < settings.labels.size(); ++count) {
        lines.back().push_back(mean_and_deviation(cells[count * methods + method].draws, number));
      }
    }
    text += "\n" + eval::aligned(lines);
  }
  return text;
}

std::string as_csv(const NamedTask& named, const std::vector<Cell>& cells) {
  std::string text;
  for (const Cell& cell : cells) {
    for (size_t seed = 0; seed < cell.draws.size(); ++seed) {
      std::vector<std::string> fields = {named.task.name, cell.method, std::to_string(cell.labels),
                                         std::to_string(seed)};
      for (size_t number = 0; number < kNumbers; ++number) {
        fields.push_back(eval::cell(number_of(cell.draws[seed], number)));
      }
      text += core::csv_line(fields) + "\n";
    }
  }
  return text;
}

void measure(const Settings& settings) {
  const auto file = read_ensemble(settings.weights);
  std::string csv = "task,method,labels,seed";
  for (const char* name : kJudgementNames) csv += std::string(",") + name;
  csv += "\n";
  const TaskRows rows = settings.every_row ? TaskRows::kArchitectures : TaskRows::kFunctions;
  bool first = true;
  for (const NamedTask& named : read_tasks(settings.tasks, rows)) {
    const ensemble::LearnedModel& model = file.model_without(named.task.space);
    if (file.knows(named.task.space) && &model == &file.model) {
      throw core::Error(fmt::format("{}: it was learned from {} and holds no weights without it", settings.weights,
                                    named.task.space));
    }
    const std::vector<Cell> cells = judge_task(named, model, settings);
    fmt::print("{}{}", first ? "" : "\n", as_text(named, cells, settings));
    first = false;
    csv += as_csv(named, cells);
  }
  if (!settings.out.empty()) core::replace_file(settings.out, csv);
}

}  // namespace

void add_ensemble_labels(CLI::App& ensemble, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = ensemble.add_subcommand("labels", "What a few labels of a task are worth to each learned method");
  command->add_option("--task", settings->tasks, "Score table, benchmark and its column; given once for each task")
      ->required()
      ->take_all()
      ->type_name(kTaskUsage);
  command->add_option("--labels", settings->labels, "How many labels")
      ->delimiter(',')
      ->check(CLI::Range(2, 1000000))
      ->type_name("K,...")
      ->capture_default_str();
  command->add_option("--seeds", settings->seeds, "Draws of labels for each number of them")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--weights", settings->weights, kWeightsUsage)->type_name("WEIGHTS")->capture_default_str();
  command->add_flag("--every-row", settings->every_row, "Judge on every architecture, not on one a function");
  command->add_option("--out", settings->out, "Also write the numbers of each draw as CSV")->type_name("FILE");
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    measure(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
