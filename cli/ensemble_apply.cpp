// zeroth ensemble apply: orders the rows of a score table by a learned ensemble.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/default_ensemble.h"
#include "cli/ensemble.h"
#include "cli/ranking.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/log.h"
#include "core/replace_file.h"
#include "core/score_table.h"
#include "ensemble/ensemble_file.h"
#include "ensemble/method.h"
#include "eval/benchmark.h"
#include "spaces/search_space.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter =
    R"(--out gets rank,arch,learned,deviation, best first: the predicted normal score of the row's accuracy within this pool
and its standard deviation. Where it is not known that the learned ensemble is better than log_rank with the columns at
hand, --method auto writes rank,arch,log_rank instead. With --labels the rows that have one teach how the weights differ
in this pool: bayes moves the weights, gp bends the score as well, gbt grows trees on it (no deviation).

Example:
  zeroth ensemble apply default scores.csv --out order.csv
  zeroth ensemble apply default scores.csv --method gp --labels trained.csv,accuracy --out order.csv)";

struct Settings {
  std::string weights, scores, out, labels, without, method = "auto";
};

struct Scored {
  std::string method;
  Eigen::VectorXd score, deviation;  // deviation is empty where the method has none
};

const ensemble::LearnedModel& chosen_model(const ensemble::EnsembleFile& file, const Settings& settings,
                                           const core::ScoreTable& scores) {
  if (!settings.without.empty()) return file.model_excluding(settings.without);
  const spaces::SearchSpace* space = spaces::recognise_space(scores.rows.front().arch);
  if (space != nullptr && file.knows(std::string(space->name()))) {
    core::log_info("{} was learned from {} among others; --without {} uses weights that were not", settings.weights,
                   space->name(), space->name());
  }
  return file.model;
}

// By row of the scores, from FILE,COLUMN.
std::vector<std::optional<double>> read_labels(const std::string& text, const core::ScoreTable& scores) {
  const size_t comma = text.rfind(',');
  if (comma == std::string::npos || comma == 0 || comma + 1 == text.size()) {
    throw core::UsageError(fmt::format("--labels \"{}\" is not FILE,COLUMN", text));
  }
  const auto benchmark = eval::Benchmark::read(text.substr(0, comma), text.substr(comma + 1));
  std::vector<std::optional<double>> labels;
  for (const core::ScoreRow& row : scores.rows) labels.push_back(benchmark.accuracy(eval::architecture_key(row.arch)));
  const auto none = std::count(labels.begin(), labels.end(), std::nullopt);
  core::log_info("{} of {} rows have a label", labels.size() - static_cast<size_t>(none), labels.size());
  return labels;
}

Scored by_log_rank(const ensemble::EnsembleFile& file, const core::ScoreTable& scores) {
  std::vector<std::string> names;
  const std::vector<std::string>& directed = file.sets[file.set_of(scores.columns).value_or(0)].log_rank;
  std::copy_if(directed.begin(), directed.end(), std::back_inserter(names), [&](const std::string& name) {
    return std::find(scores.columns.begin(), scores.columns.end(), name) != scores.columns.end();
  });
  if (names.empty()) throw core::Error(fmt::format("{}: none of the ensemble's columns is there", scores.path));
  core::log_info("log_rank of {} columns", names.size());
  const ensemble::Columns all = columns_of(scores.rows, scores.columns.size());
  ensemble::Columns values;
  for (const std::string& name : names) values.push_back(all[scores.column(name)]);
  return {"log_rank", ensemble::combine(ensemble::find_label_free("log_rank"), values), {}};
}

Scored by_weights(const ensemble::EnsembleFile& file, const Settings& settings, const core::ScoreTable& scores) {
  const ensemble::LearnedModel& model = chosen_model(file, settings, scores);
  const ensemble::Columns values = columns_of(scores.rows, scores.columns.size());
  std::vector<std::optional<double>> labels;
  if (!settings.labels.empty()) labels = read_labels(settings.labels, scores);
  const bool named = settings.method != "auto" && settings.method != "learned";
  const ensemble::Method& method = ensemble::find_method(named ? settings.method : file.method);
  const ensemble::Prediction prediction = method.predict(model, scores.columns, values, labels);
  if (prediction.missing.size() == model.plan.columns.size()) {
    throw core::Error(fmt::format("{}: none of the ensemble's columns is there and tells its rows apart", scores.path));
  }
  if (!prediction.missing.empty()) {
    core::log_warning(
        "{} of the ensemble's {} columns are absent or the same in every row, and their weight rests on "
        "the others of their families: {}",
        prediction.missing.size(), model.plan.columns.size(), fmt::join(prediction.missing, ", "));
  }
  return {"learned", prediction.mean, prediction.deviation};
}

std::string as_csv(const core::ScoreTable& scores, const Scored& scored) {
  const Standing by_score = standing(scored.score);
  const bool deviations = scored.deviation.size() > 0;
  std::string text = "rank,arch," + scored.method + (deviations ? ",deviation\n" : "\n");
  for (const size_t row : by_score.order) {
    const auto i = static_cast<Eigen::Index>(row);
    text += fmt::format("{},{},{}", by_score.rank[row], core::csv_field(scores.rows[row].arch),
                        core::number_text(scored.score[i]));
    text += deviations ? "," + core::number_text(scored.deviation[i]) + "\n" : "\n";
  }
  return text;
}

// Before any file is read.
void check_method(const Settings& settings) {
  for (const char* other : {"auto", "learned", "log_rank"}) {
    if (settings.method == other) return;
  }
  std::vector<std::string> known = {"auto", "learned", "log_rank"};
  const ensemble::Method* method = nullptr;
  for (const ensemble::Method& each : ensemble::learned_methods()) {
    known.emplace_back(each.name);
    if (each.name == settings.method) method = &each;
  }
  if (method == nullptr) throw core::UsageError(core::unknown_name("method", settings.method, known));
  if (!method->without_labels && settings.labels.empty()) {
    throw core::UsageError(
        fmt::format("--method {} learns from labels of the pool: name them with --labels", method->name));
  }
}

void apply(const Settings& settings) {
  check_method(settings);
  const auto file = read_ensemble(settings.weights);
  if (!settings.without.empty()) file.model_excluding(settings.without);  // a space that it knows nothing of
  const auto scores = core::ScoreTable::read(settings.scores);
  if (scores.rows.empty()) throw core::Error(fmt::format("{}: no rows", scores.path));
  bool learned = settings.method != "log_rank";
  if (settings.method == "auto" && settings.labels.empty()) {
    const ensemble::Decision decided = ensemble::decide(file, scores.columns);
    learned = decided.learned;
    core::log_info("by {}: {}", learned ? "the learned ensemble" : "log_rank", decided.reason);
  }
  const Scored scored = learned ? by_weights(file, settings, scores) : by_log_rank(file, scores);
  core::replace_file(settings.out, as_csv(scores, scored));
  core::log_info("wrote {}: {} rows by {}", settings.out, scores.rows.size(), scored.method);
}

}  // namespace

void add_ensemble_apply(CLI::App& ensemble, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = ensemble.add_subcommand("apply", "Order the rows of a score table by a learned ensemble");
  command->add_option("weights", settings->weights, kWeightsUsage)->required()->type_name("WEIGHTS");
  command->add_option("scores", settings->scores, "Score table: CSV, plain or gzip, with a column \"arch\"")
      ->required()
      ->type_name("SCORES");
  command->add_option("--out", settings->out, "The order: CSV, best first")->required()->type_name("FILE");
  command->add_option("--labels", settings->labels, "Accuracies of some of the rows: CSV with a column \"arch\"")
      ->type_name("FILE,COLUMN");
  command->add_option("--without", settings->without, "Use weights learned without the group of this space")
      ->type_name("SPACE");
  command
      ->add_option("--method", settings->method,
                   "auto, learned (what the file was judged by), bayes, gp, gbt or log_rank")
      ->type_name("NAME")
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    apply(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
