// zeroth eval: how well columns of scores predict accuracy.
#include "eval/evaluation.h"

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_invoke.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/manifest_space.h"
#include "cli/seed.h"
#include "core/error.h"
#include "core/json.h"
#include "core/log.h"
#include "core/manifest.h"
#include "core/replace_file.h"
#include "core/score_table.h"
#include "eval/reliability.h"
#include "eval/summary.h"
#include "search/candidates.h"
#include "spaces/spelling.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter = R"(Columns of the result, for every column of numbers in SCORES:
  n, failed        rows that count, and failed scores (empty, nan or infinite) among them; with --drop-failed those are
                   left out of that column, else they are tied below every other score
  Spearman         over average ranks, signed: a score that ranks upside down is negative
  lift             Spearman minus that of data_free on the same rows; its interval pairs the resamples
  Kendall          tau-b, signed; next to it among the tenth of the rows with the highest accuracy
  95 %             percentile bootstrap that draws functions: architectures that compute the same come together
  accuracy of top 1    of the row with the highest score (mean of those that share it)
  best of top 10       best accuracy among the ten rows with the highest scores (of equal scores the earlier row)
params, macs, live_params and live_macs (of the benchmark's full network, unless SCORES has them) and data_free stand
beside the scores wherever the search space is known. data_free needs no network at all: the mean log rank of live
parameters, the longest path of convolutions and minus the number of poolings that are added up. A proxy is worth its
lift over it.

With --full, and always in --out and --json:
  Pearson              of the values, over rows with a score
  weighted tau         Vigna's (2015): a pair weighs the sum of 1 / place of its rows, mean over places by either column
  pairwise accuracy    share of the pairs with different accuracies that the score orders; half where it ties
  in MACs bands        mean Spearman within fifths of the rows by macs
  given the others     partial rank correlation with accuracy, all other columns of the table held; "-" where they
                       determine the column, and with --drop-failed
  gain over them       by how much the column, added last, raises the share of the variance of accuracy's ranks that a
                       linear model of ranks explains
  precision of top K   share of the K best by score that are among the K best by accuracy (ties broken by lot)
  regret               best accuracy of all rows minus best of top K: percentage points where accuracies are in per cent
  discounted gain      of the first K, over that of the best order: a row gains the share of the rows it beats in accuracy,
                       times 1 / log2(1 + place)
  tied pairs, tied at the top    share of pairs, and of rows with the highest score, that share their score
  seed spread          mean standard error over initialisations (the _se columns) in parts of the deviation over rows; of
                       ranks: mean share of the rows that lie within a row's standard error
Warnings name proxies whose interval holds 0, that rank no better than params, macs or data_free, and, without any label,
whose order would change with the initialisation or that are saturated. Without --benchmark and --target the result is
what needs no label: ties and seed spread, and the latter warnings. Of rows of one architecture the first counts.

Example:
  zeroth rank --space nasbench201 --sample 1000 --out scores.csv
  zeroth eval scores.csv
  zeroth eval scores.csv --benchmark nb201.csv --target cifar10_test_acc,cifar100_test_acc --out quality.csv)";

struct Settings {
  std::vector<std::string> scores, targets, pairs, runs;
  std::string benchmark, space, only, without, out, redundancy;
  bool unique = false, drop_failed = false, json = false, full = false;
  int resamples = 1000;
  uint64_t seed = 0;
  size_t k = 10;
  int jobs = 0;
};

// The space that the manifest beside a score table names.
std::optional<std::string> space_of_manifest(const std::string& scores) {
  const std::string path = core::manifest_path(scores);
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    const core::Json settings = core::Manifest::read(path).settings;
    return settings.at("space").get<std::string>();
  } catch (const core::Error& error) {
    core::log_info("{} is passed over: {}", path, error.what());
  } catch (const core::Json::exception& error) {
    core::log_info("{} is passed over: {}", path, error.what());
  }
  return std::nullopt;
}

const spaces::SearchSpace* named_space(const Settings& settings, const std::string& scores) {
  if (!settings.space.empty()) return &spaces::find_space(settings.space);
  const std::optional<std::string> name = space_of_manifest(scores);
  return name ? &find_manifest_space(scores, *name) : nullptr;
}

// What the architectures of a file compute; none where there is no file.
std::optional<std::unordered_set<std::string>> functions_of(const std::string& path, const spaces::SearchSpace* space) {
  if (path.empty()) return std::nullopt;
  if (space == nullptr) throw core::UsageError("--only and --except need a known search space; name it with --space");
  std::unordered_set<std::string> functions;
  for (const spaces::Candidate& candidate : search::from_file(*space, path, /*skip_bad=*/false)) {
    functions.insert(spaces::function_of(*space, candidate.architecture));
  }
  return functions;
}

void print_repeated(const core::ScoreTable& scores, const eval::Evaluation& evaluation) {
  if (evaluation.repeated == 0) return;
  core::log_warning("{}: {} rows are left out: their architectures have a row before them", scores.path,
                    evaluation.repeated);
}

void print_notes(const core::ScoreTable& scores, const eval::Evaluation& evaluation) {
  print_repeated(scores, evaluation);
  if (evaluation.not_measured > 0) {
    core::log_warning("{} of {} scored architectures have no {} in {} and are left out", evaluation.not_measured,
                      scores.rows.size(), evaluation.target, evaluation.benchmark);
  }
  if (evaluation.averaged > 0) {
    core::log_info("{}: {} architectures stand in several rows; their accuracies are averaged", evaluation.benchmark,
                   evaluation.averaged);
  }
  if (evaluation.not_counted > 0) {
    core::log_info("{} architectures are left out by --only or --except", evaluation.not_counted);
  }
  if (evaluation.space.empty()) {
    core::log_warning(
        "no known space reads \"{}\" of {}: params, macs, live_params, live_macs and data_free are not computed, and "
        "functions are told apart by their text",
        scores.rows.front().arch, evaluation.scores);
  }
  if (evaluation.not_of_space > 0) {
    core::log_warning("{} architectures cannot be read as {}; what is computed of them has failed",
                      evaluation.not_of_space, evaluation.space);
  }
}

void check_distinct(const std::vector<std::string>& names, const char* what) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name) {
      throw core::UsageError(fmt::format("{} \"{}\" is given twice", what, *name));
    }
  }
}

std::vector<std::pair<std::string, std::string>> compared_pairs(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& text : texts) {
    const size_t comma = text.find(',');
    if (comma == std::string::npos || text.find(',', comma + 1) != std::string::npos) {
      throw core::UsageError(fmt::format("--pair \"{}\": must be two columns, FIRST,SECOND", text));
    }
    pairs.emplace_back(text.substr(0, comma), text.substr(comma + 1));
  }
  return pairs;
}

// Tables of one file name in two folders are told apart by their paths.
std::string table_name(const std::string& path, const std::vector<std::string>& paths) {
  const auto name = std::filesystem::path(path).filename();
  const auto same = std::count_if(paths.begin(), paths.end(), [&](const std::string& other) {
    return std::filesystem::path(other).filename() == name;
  });
  return same > 1 ? path : name.string();
}

struct Measured {
  std::vector<eval::Benchmark> targets, runs;  // columns of the benchmark
};

// Reads the benchmark once for all score tables whose spaces spell an architecture by the same columns: it may be a
// pipe.
class BenchmarkFile {
 public:
  explicit BenchmarkFile(const Settings& settings) : settings_(settings) {}

  const Measured& columns(const spaces::SearchSpace* space) {
    const auto instead = space == nullptr ? std::vector<std::string>() : space->table_columns();
    const auto known = measured_.find(instead);
    if (known != measured_.end()) return known->second;
    std::vector<std::string> names = settings_.targets;
    names.insert(names.end(), settings_.runs.begin(), settings_.runs.end());
    Measured measured{eval::Benchmark::read(settings_.benchmark, names, instead), {}};
    const auto first_run = measured.targets.begin() + static_cast<ptrdiff_t>(settings_.targets.size());
    measured.runs.assign(std::make_move_iterator(first_run), std::make_move_iterator(measured.targets.end()));
    measured.targets.erase(first_run, measured.targets.end());
    return measured_.emplace(instead, std::move(measured)).first->second;
  }

 private:
  const Settings& settings_;
  std::map<std::vector<std::string>, Measured> measured_;
};

struct Tables {
  core::ScoreTable scores;
  const spaces::SearchSpace* space = nullptr;
  const Measured* measured = nullptr;
};

// Both at once, as far as the space is known before the scores are: a table is read by one thread.
Tables read_tables(const Settings& settings, const std::string& path, BenchmarkFile& benchmark) {
  Tables tables;
  tables.space = named_space(settings, path);
  std::exception_ptr mistake;  // in the benchmark: told after those in the scores, whichever is found first
  const auto read_scores = [&] { tables.scores = core::ScoreTable::read(path); };
  const auto try_benchmark = [&] {
    try {
      tables.measured = &benchmark.columns(tables.space);
    } catch (...) {
      mistake = std::current_exception();
    }
  };
  if (tables.space != nullptr) {
    tbb::parallel_invoke(read_scores, try_benchmark);
  } else {
    read_scores();
    if (!tables.scores.rows.empty()) tables.space = spaces::recognise_space(tables.scores.rows.front().arch);
    try_benchmark();
  }
  if (mistake) std::rethrow_exception(mistake);
  return tables;
}

// One score table against every target.
void evaluate_table(const Settings& settings, const std::string& path, BenchmarkFile& benchmark,
                    std::vector<eval::Evaluation>& evaluations) {
  const auto [scores, space, measured] = read_tables(settings, path, benchmark);
  const auto policy = settings.drop_failed ? eval::FailedPolicy::kDropped : eval::FailedPolicy::kBottom;
  eval::EvaluationOptions options;
  options.unique = settings.unique;
  options.only = functions_of(settings.only, space);
  options.without = functions_of(settings.without, space);
  options.correlation = {policy, settings.resamples, settings.seed, settings.k};
  options.pairs = compared_pairs(settings.pairs);
  for (const eval::Benchmark& target : measured->targets) {
    options.redundancy = !settings.redundancy.empty() && &target == &measured->targets.front();
    eval::Evaluation evaluation = eval::evaluate(scores, target, space, options, measured->runs);
    evaluation.scores = table_name(path, settings.scores);
    print_notes(scores, evaluation);
    for (const std::string& warning : eval::prediction_warnings(evaluation)) core::log_warning("{}", warning);
    evaluations.push_back(std::move(evaluation));
  }
  for (const std::string& warning : eval::stability_warnings(evaluations.back())) core::log_warning("{}", warning);
}

// What a score table says of itself.
void evaluate_without_labels(const Settings& settings, const std::string& path,
                             std::vector<eval::Evaluation>& evaluations) {
  const core::ScoreTable scores = core::ScoreTable::read(path);
  eval::Evaluation evaluation = eval::evaluate_without_labels(scores, !settings.redundancy.empty());
  evaluation.scores = table_name(path, settings.scores);
  print_repeated(scores, evaluation);
  for (const std::string& warning : eval::stability_warnings(evaluation)) core::log_warning("{}", warning);
  evaluations.push_back(std::move(evaluation));
}

void print(const Settings& settings, const std::vector<eval::Evaluation>& evaluations) {
  const bool one = evaluations.size() == 1, has_labels = !settings.targets.empty();
  if (settings.json) {
    const auto json = one ? eval::as_json(evaluations.front()) : eval::summary_json(evaluations);
    fmt::print("{}\n", core::json_text(json, 2));
    return;
  }
  for (const eval::Evaluation& evaluation : evaluations) {
    fmt::print("{}{}", &evaluation == &evaluations.front() ? "" : "\n", eval::as_table(evaluation));
    if (settings.full && has_labels) fmt::print("\n{}", eval::details(evaluation));
  }
  if (!one && has_labels) fmt::print("\n{}", eval::summary_table(evaluations));
}

// What belongs to accuracies.
void forbid_without_labels(const Settings& settings) {
  if (!settings.benchmark.empty() || !settings.targets.empty()) {
    throw core::UsageError("--benchmark and --target belong together: the file, and its columns to predict");
  }
  const std::vector<std::pair<const char*, bool>> given = {
      {"--unique", settings.unique},       {"--drop-failed", settings.drop_failed},
      {"--only", !settings.only.empty()},  {"--except", !settings.without.empty()},
      {"--pair", !settings.pairs.empty()}, {"--ceiling", !settings.runs.empty()}};
  for (const auto& [option, is_given] : given) {
    if (is_given) throw core::UsageError(fmt::format("{} needs --benchmark and --target", option));
  }
}

void check(const Settings& settings) {
  check_distinct(settings.scores, "score table");
  check_distinct(settings.targets, "target");
  check_distinct(settings.runs, "run");
  if (settings.runs.size() == 1) throw core::UsageError("--ceiling needs two runs at least, RUN,RUN,...");
  std::vector<std::string> inputs = settings.scores;
  inputs.insert(inputs.end(), {settings.benchmark, settings.only, settings.without});
  core::forbid_overwriting(settings.out, inputs);
  core::forbid_overwriting(settings.redundancy, inputs);
  if (!settings.out.empty() && settings.out == settings.redundancy) {
    throw core::UsageError(fmt::format("--out and --redundancy are one file, {}", settings.out));
  }
}

void run(const Settings& settings) {
  check(settings);
  std::optional<tbb::global_control> limit;
  if (settings.jobs > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<size_t>(settings.jobs));
  }
  std::vector<eval::Evaluation> evaluations;
  if (!settings.benchmark.empty() && !settings.targets.empty()) {
    BenchmarkFile benchmark(settings);
    for (const std::string& path : settings.scores) evaluate_table(settings, path, benchmark, evaluations);
  } else {
    forbid_without_labels(settings);
    for (const std::string& path : settings.scores) evaluate_without_labels(settings, path, evaluations);
  }
  if (!settings.out.empty()) core::replace_file(settings.out, eval::as_csv(evaluations));
  if (!settings.redundancy.empty()) core::replace_file(settings.redundancy, eval::redundancy_csv(evaluations));
  print(settings, evaluations);
}

void add_inputs(CLI::App& command, Settings& settings) {
  command.add_option("scores", settings.scores, "score tables: CSV, plain or gzip, with a column \"arch\"")
      ->required()
      ->type_name("SCORES");
  command
      .add_option("--benchmark", settings.benchmark, "measured accuracies: CSV, plain or gzip, with a column \"arch\"")
      ->type_name("FILE");
  command
      .add_option("--target", settings.targets,
                  "columns of the benchmark to predict, separated by commas; more must be better")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("COLUMN,...");
  command
      .add_option("--space", settings.space,
                  "search space of the architectures; by default what the manifest beside SCORES says, else the one "
                  "that reads the first architecture")
      ->type_name("NAME");
}

void add_rows(CLI::App& command, Settings& settings) {
  command.add_flag("--unique", settings.unique,
                   "one row a function: average scores and accuracies of architectures that compute the same");
  command.add_flag("--drop-failed", settings.drop_failed,
                   "leave failed scores out of their column instead of ranking them last");
  command
      .add_option("--only", settings.only,
                  "count only architectures that compute what one of this file's does: one a line, or CSV with a "
                  "column \"arch\"")
      ->type_name("FILE");
  command
      .add_option("--except", settings.without, "leave those out instead, such as the ones that a choice was made on")
      ->type_name("FILE");
}

void add_statistics(CLI::App& command, Settings& settings) {
  command.add_option("--bootstrap", settings.resamples, "resamples for the 95 % intervals; 0 = no intervals")
      ->check(CLI::Range(0, 1000000))
      ->type_name("B")
      ->capture_default_str();
  command.add_option("--seed", settings.seed, "of the resamples")
      ->check(seed_check())
      ->type_name("S")
      ->capture_default_str();
  command.add_option("--k", settings.k, "rows that precision, regret and discounted gain look at")
      ->check(CLI::Range(1, 1000000000))
      ->type_name("K")
      ->capture_default_str();
  command
      .add_option("--pair", settings.pairs,
                  "compare two columns on the same rows and resamples: their difference and its interval; repeatable")
      ->allow_extra_args(false)
      ->type_name("FIRST,SECOND");
  command
      .add_option("--ceiling", settings.runs,
                  "columns of the benchmark with single training runs: how far those agree, and what a score can reach "
                  "at best")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("RUN,RUN,...");
}

void add_outputs(CLI::App& command, Settings& settings) {
  command.add_flag("--full", settings.full, "print all statistics");
  command.add_option("--out", settings.out, "also write the result as CSV")->type_name("FILE");
  command
      .add_option("--redundancy", settings.redundancy,
                  "write Spearman between all columns of a table as CSV, on the rows that the first target has")
      ->type_name("FILE");
  command.add_flag("--json", settings.json, "print JSON instead of a table");
  command.add_option("-j,--jobs", settings.jobs, "threads; 0 = one a core")
      ->check(CLI::Range(0, 1024))
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace

void add_eval(CLI::App& program, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = program.add_subcommand("eval", "how well do columns of scores predict accuracy");
  add_inputs(*command, *settings);
  add_rows(*command, *settings);
  add_statistics(*command, *settings);
  add_outputs(*command, *settings);
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    run(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
