// zeroth report: one page that shows what came of one or more runs.
#include "eval/report.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/manifest_space.h"
#include "cli/run_order.h"
#include "core/error.h"
#include "core/log.h"
#include "core/manifest.h"
#include "core/replace_file.h"
#include "eval/report_figures.h"
#include "eval/report_page.h"
#include "eval/report_runs.h"
#include "eval/report_tables.h"
#include "proxies/plan.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter =
    R"(RUN is a score table of `zeroth rank`, or any CSV with a column "arch". What stands beside it is read too:
RUN.ranked.csv (the scores of the whole pool), RUN.times.csv (seconds) and RUN.json (settings). Several runs become one
table; columns of one name that do not agree stay apart under the names of their files.

The page opens without a network, on a phone as well. It has the leaderboard, Pareto fronts with parameters and
multiply-adds, which scores say the same, the top cells, what each column gave to the score that ordered the run (of the
--top first, as `zeroth ensemble explain` has it) and where the numbers come from; with a benchmark also scores against
accuracy, their rank correlations, and cost against correlation. An address such as
FILE.html#sort=nwot&filter=conv_3x3+params<500000 opens it so sorted and filtered.

Example:
  zeroth rank --space nasbench201 --sample 1000 --out scores.csv
  zeroth report scores.csv --benchmark nb201.csv --target cifar10_test_acc,cifar100_test_acc --out report.html)";

struct Settings {
  std::vector<std::string> runs, targets;
  std::string benchmark, space, lead, title, out, figures, tables;
  size_t top = 10;
  int resamples = 0;
};

// The file that belongs to a score table, where it exists.
std::optional<std::string> companion(const std::string& run, const std::string& suffix) {
  std::string file = core::companion_path(run, suffix);
  if (!std::filesystem::exists(file)) return std::nullopt;
  return file;
}

// Columns of FILE.times.csv that a proxy's score needs; none where `column` is no proxy or needs no network.
std::vector<std::string> time_columns(const std::string& column, proxies::Fidelity fidelity,
                                      const spaces::SearchSpace& space) {
  std::vector<const proxies::Proxy*> found;
  try {
    found = proxies::parse_proxies(column, &space);
  } catch (const core::Error&) {
    return {};  // a column of somebody else
  }
  if (found.size() != 1 || found.front()->name != column || !found.front()->request) return {};
  const proxies::PassSet passes = found.front()->request(fidelity, proxies::base_setting(space, fidelity)).passes;
  std::vector<std::string> columns;
  if (proxies::shares_first_forward(passes)) columns.emplace_back("forward");
  for (const proxies::Pass pass : proxies::all_passes()) {
    if (passes.has(pass)) columns.emplace_back(proxies::name_of(pass));
  }
  return columns;
}

// What a run's manifest says of a setting, where that is a text.
std::optional<std::string> setting(const eval::ReportRun& run, const char* name) {
  if (!run.manifest || !run.manifest->settings.contains(name)) return std::nullopt;
  const core::Json& value = run.manifest->settings.at(name);
  return value.is_string() ? std::optional<std::string>(value.get<std::string>()) : std::nullopt;
}

// Mean milliseconds by score column, where the run's times are known.
std::map<std::string, double> costs(const std::string& run, const eval::ReportRun& read,
                                    const spaces::SearchSpace& space) {
  std::map<std::string, double> milliseconds;
  const auto file = companion(run, ".times.csv");
  if (!file) return milliseconds;
  const core::ScoreTable times = core::ScoreTable::read(*file);
  const auto named = setting(read, "fidelity");
  const proxies::Fidelity fidelity = named ? proxies::parse_fidelity(*named) : proxies::Fidelity::kFast;
  for (const std::string& column : read.scores.columns) {
    const auto mean = eval::mean_milliseconds(times, time_columns(column, fidelity, space));
    if (mean) milliseconds[column] = *mean;
  }
  return milliseconds;
}

// The score that a run was ordered by; empty where its manifest does not say.
std::string ordered_by(const core::Manifest& manifest, const std::string& run) {
  try {
    return RunOrder::read(manifest, core::manifest_path(run)).score;
  } catch (const core::Error&) {
    return "";  // which the page says where it would explain the order
  }
}

eval::ReportRun read_run(const std::string& path) {
  eval::ReportRun run;
  run.label = path;
  run.scores = core::ScoreTable::read(path);
  if (const auto ranked = companion(path, ".ranked.csv")) run.ranked = core::ScoreTable::read(*ranked);
  if (const auto manifest = companion(path, ".json")) {
    try {
      run.manifest = core::Manifest::read(*manifest);
      if (const auto fidelity = setting(run, "fidelity")) proxies::parse_fidelity(*fidelity);
    } catch (const core::Error& error) {
      run.manifest.reset();
      core::log_warning("{} is passed over: {}", *manifest, error.what());
    }
  }
  if (run.manifest && run.ranked) run.ordered_by = ordered_by(*run.manifest, path);
  return run;
}

// The name of the file without its folder and endings, where that tells it from the others.
void set_labels(std::vector<eval::ReportRun>& runs) {
  const auto stem = [](const eval::ReportRun& run) {
    const std::string name = std::filesystem::path(run.scores.path).filename().string();
    return name.substr(0, name.find(".csv"));
  };
  for (eval::ReportRun& run : runs) {
    const auto same =
        std::count_if(runs.begin(), runs.end(), [&](const auto& other) { return stem(other) == stem(run); });
    if (same == 1) run.label = stem(run);
  }
}

const spaces::SearchSpace* choose_space(const Settings& settings, const std::vector<eval::ReportRun>& runs) {
  if (!settings.space.empty()) return &spaces::find_space(settings.space);
  const eval::ReportRun* named = nullptr;
  for (const eval::ReportRun& run : runs) {
    if (!setting(run, "space")) continue;
    if (named != nullptr && setting(*named, "space") != setting(run, "space")) {
      throw core::UsageError(fmt::format("a report is of one search space: {} is of {}, {} is of {}",
                                         named->scores.path, *setting(*named, "space"), run.scores.path,
                                         *setting(run, "space")));
    }
    if (named == nullptr) named = &run;
  }
  if (named != nullptr) return &find_manifest_space(named->scores.path, *setting(*named, "space"));
  const auto& rows = runs.front().scores.rows;
  const spaces::SearchSpace* space = rows.empty() ? nullptr : spaces::recognise_space(rows.front().arch);
  if (space == nullptr) {
    core::log_warning("no known space reads the architectures of {}: there are no sizes, baseline and drawings",
                      runs.front().scores.path);
  }
  return space;
}

std::vector<eval::Benchmark> read_benchmarks(const Settings& settings, const spaces::SearchSpace* space) {
  if (settings.benchmark.empty() != settings.targets.empty()) {
    throw core::UsageError("--benchmark and --target belong together: the file, and its columns to predict");
  }
  if (settings.benchmark.empty()) return {};
  for (auto target = settings.targets.begin(); target != settings.targets.end(); ++target) {
    if (std::find(settings.targets.begin(), target, *target) != target) {
      throw core::UsageError(fmt::format("--target names {} twice", *target));
    }
  }
  return eval::Benchmark::read(settings.benchmark, settings.targets,
                               space == nullptr ? std::vector<std::string>() : space->table_columns());
}

// The page would take the place of what it is made of.
void check_output(const Settings& settings) {
  std::vector<std::string> inputs = {settings.benchmark};
  for (const std::string& run : settings.runs) {
    for (const char* suffix : {".ranked.csv", ".times.csv", ".json"})
      inputs.push_back(core::companion_path(run, suffix));
    inputs.push_back(run);
  }
  core::forbid_overwriting(settings.out, inputs);
}

// What carried the first rows of the leaderboard in each run's own order.
void add_orders(eval::Report& report, const std::vector<eval::ReportRun>& runs) {
  const size_t top = std::min(report.options.top, report.pool.rows());
  if (top == 0) return;
  const auto& all = report.pool.architectures;
  const std::vector<std::string> shown(all.begin(), all.begin() + static_cast<ptrdiff_t>(top));
  for (const eval::ReportRun& run : runs) report.orders.push_back(explain_order(run, shown));
}

void write_files(const std::string& folder, const std::vector<eval::ReportFile>& files) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw core::Error(fmt::format("cannot make the folder {}: {}", folder, error.message()));
  for (const eval::ReportFile& file : files) {
    core::replace_file((std::filesystem::path(folder) / file.name).string(), file.text);
  }
  core::log_info("wrote {} files to {}", files.size(), folder);
}

void run(const Settings& settings) {
  check_output(settings);
  std::vector<eval::ReportRun> runs;
  for (const std::string& path : settings.runs) runs.push_back(read_run(path));
  set_labels(runs);
  const spaces::SearchSpace* space = choose_space(settings, runs);
  if (space != nullptr) {
    for (size_t i = 0; i < runs.size(); ++i) runs[i].milliseconds = costs(settings.runs[i], runs[i], *space);
  }
  eval::ReportOptions options;
  options.title = settings.title;
  options.command = core::shell_command(core::command_line());
  options.lead = settings.lead;
  options.top = settings.top;
  options.correlation.resamples = settings.resamples;
  eval::Report report = eval::make_report(runs, read_benchmarks(settings, space), space, options);
  add_orders(report, runs);
  core::replace_file(settings.out, eval::page(report));
  core::log_info("wrote {}: {} architectures", settings.out, report.pool.rows());
  write_files(settings.figures, eval::figures(report));
  write_files(settings.tables, eval::tables(report));
}

}  // namespace

void add_report(CLI::App& program, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  settings->title = "Zeroth report";
  CLI::App* command = program.add_subcommand("report", "One page with the tables and figures of runs");
  command->add_option("runs", settings->runs, "Score tables: CSV, plain or gzip, with a column \"arch\"")
      ->required()
      ->type_name("RUN");
  command->add_option("--benchmark", settings->benchmark, "Measured accuracies: CSV, plain or gzip")->type_name("FILE");
  command->add_option("--target", settings->targets, "Columns of the benchmark, by commas; more must be better")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B");
  command->add_option("--out", settings->out, "The page")->required()->type_name("FILE");
  command->add_option("--figures", settings->figures, "Also write the figures as SVG")->type_name("DIR");
  command->add_option("--tables", settings->tables, "Also write the tables as Markdown and LaTeX")->type_name("DIR");
  command->add_option("--title", settings->title, "Of the page")->type_name("TEXT")->capture_default_str();
  command
      ->add_option("--by", settings->lead,
                   "Column that orders the leaderboard; by default what ordered the first run, else log_rank, else the "
                   "first score")
      ->type_name("COLUMN");
  command
      ->add_option("--top", settings->top,
                   "Cells to draw, places in the order to explain, and rows of the leaderboard's table")
      ->check(CLI::Range(0, 1000))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--bootstrap", settings->resamples, "Resamples for 95 % intervals; 0 = none")
      ->check(CLI::Range(0, 1000000))
      ->type_name("B")
      ->capture_default_str();
  command
      ->add_option("--space", settings->space,
                   "Search space; by default what the manifests say, else the one that reads the first architecture")
      ->type_name("NAME");
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    run(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
