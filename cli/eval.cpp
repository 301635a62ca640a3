// zeroth eval: how well columns of scores predict accuracy.
#include "eval/evaluation.h"

#include <fmt/format.h>
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "cli/commands.h"
#include "core/error.h"
#include "core/log.h"
#include "core/manifest.h"
#include "core/score_table.h"
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

Example:
  zeroth rank --space nasbench201 --sample 1000 --out scores.csv
  zeroth eval scores.csv --benchmark nb201.csv --target cifar10_test_acc --out quality.csv)";

struct Settings {
  std::string scores, benchmark, target, space, only, without, out;
  bool unique = false, drop_failed = false, json = false;
  int resamples = 1000;
  uint64_t seed = 0;
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

const spaces::SearchSpace* choose_space(const Settings& settings, const core::ScoreTable& scores) {
  if (!settings.space.empty()) return &spaces::find_space(settings.space);
  if (const auto name = space_of_manifest(settings.scores)) return &spaces::find_space(*name);
  return scores.rows.empty() ? nullptr : spaces::recognise_space(scores.rows.front().arch);
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

void print_notes(const core::ScoreTable& scores, const eval::Evaluation& evaluation) {
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

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw core::Error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

void run(const Settings& settings) {
  std::optional<tbb::global_control> limit;
  if (settings.jobs > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<size_t>(settings.jobs));
  }
  const auto scores = core::ScoreTable::read(settings.scores);
  const auto policy = settings.drop_failed ? eval::FailedPolicy::kDropped : eval::FailedPolicy::kBottom;
  const spaces::SearchSpace* space = choose_space(settings, scores);
  const auto benchmark = eval::Benchmark::read(settings.benchmark, settings.target,
                                               space == nullptr ? std::vector<std::string>() : space->table_columns());
  const eval::EvaluationOptions options = {settings.unique,
                                           functions_of(settings.only, space),
                                           functions_of(settings.without, space),
                                           {policy, settings.resamples, settings.seed}};
  const eval::Evaluation evaluation = eval::evaluate(scores, benchmark, space, options);
  print_notes(scores, evaluation);
  if (!settings.out.empty()) write_file(settings.out, eval::as_csv(evaluation));
  fmt::print("{}", settings.json ? eval::as_json(evaluation).dump(2) + "\n" : eval::as_table(evaluation));
}

}  // namespace

void add_eval(CLI::App& program, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = program.add_subcommand("eval", "how well do columns of scores predict accuracy");
  command->add_option("scores", settings->scores, "score table: CSV, plain or gzip, with a column \"arch\"")
      ->required()
      ->type_name("SCORES");
  command
      ->add_option("--benchmark", settings->benchmark,
                   "measured accuracies: CSV, plain or gzip, with a column \"arch\"")
      ->required()
      ->type_name("FILE");
  command->add_option("--target", settings->target, "column of the benchmark to predict; more must be better")
      ->required()
      ->type_name("COLUMN");
  command->add_flag("--unique", settings->unique,
                    "one row a function: average scores and accuracies of architectures that compute the same");
  command->add_flag("--drop-failed", settings->drop_failed,
                    "leave failed scores out of their column instead of ranking them last");
  command
      ->add_option("--only", settings->only,
                   "count only architectures that compute what one of this file's does: one a line, or CSV with a "
                   "column \"arch\"")
      ->type_name("FILE");
  command
      ->add_option("--except", settings->without, "leave those out instead, such as the ones that a choice was made on")
      ->type_name("FILE");
  command->add_option("--bootstrap", settings->resamples, "resamples for the 95 % intervals; 0 = no intervals")
      ->check(CLI::Range(0, 1000000))
      ->type_name("B")
      ->capture_default_str();
  command->add_option("--seed", settings->seed, "of the resamples")->type_name("S")->capture_default_str();
  command
      ->add_option("--space", settings->space,
                   "search space of the architectures; by default what the manifest beside SCORES says, else the one "
                   "that reads the first architecture")
      ->type_name("NAME");
  command->add_option("--out", settings->out, "also write the result as CSV")->type_name("FILE");
  command->add_flag("--json", settings->json, "print JSON instead of a table");
  command->add_option("-j,--jobs", settings->jobs, "threads; 0 = one a core")
      ->check(CLI::Range(0, 1024))
      ->type_name("N")
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    run(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
