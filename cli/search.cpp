// zeroth search: looks for the best architectures without scoring them all.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cmath>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/limits.h"
#include "cli/search_picks.h"
#include "cli/search_run.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/log.h"
#include "core/replace_file.h"
#include "core/signals.h"
#include "eval/text_table.h"
#include "search/strategy.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter = R"(
Objectives, larger is better, several joined by commas for nsga2:
  ensemble            what `zeroth rank` would order all evaluations so far by, see --ensemble. Ranks among them move
                      as evaluations come in: strategies compare as the pool stands, FILE.csv has each objective as it
                      stood after its batch, FILE.top.csv and FILE.trace.csv as it stands at the end
  NAME, proxy NAME    a proxy or cost; -NAME: smaller is better
  file:FILE:COLUMN    a column of a CSV file with a column arch, such as a benchmark's accuracy
te_nas prunes by ntk_cond,linear_regions where no objective is named.

Budget: an evaluation costs 1, whatever its fidelity. An architecture that is asked for again is answered from the
history and costs nothing; another notation of an equal function costs 1, though its scores are copied ("cached" counts
both). Infeasible architectures are never scored and cost nothing; a measured latency decides that anew in each run, so
that only tables of latencies give histories that repeat, and that --resume can take up. Batches depend on --ask-batch and not on -j: equal
options write equal bytes. Ctrl-C drops the batch under way and leaves valid files; --resume goes on, also with a larger
--budget. --time and --patience are looked at between batches.

Files: FILE.csv has a row an architecture in the order asked for; FILE.top.csv the best; FILE.trace.csv a row a batch
(best, diversity: mean share of decisions in which two of the last 50 differ; with several objectives the Pareto front
and its hypervolume as a share of the box that all results span); FILE.json the settings.

Examples:
  zeroth search --space nasbench201 --budget 1000 --out search.csv
  zeroth search --space darts --strategy genetic --budget 2000 --constraint "params<=4e6, macs<=600e6"
  zeroth search --space nasbench201 --budget 1000 --constraint "latency_ms<=20" --latency measure
  zeroth search --space nasbench201 --strategy nsga2 --objective "ensemble,-macs" --budget 1000
  zeroth search --space nasbench201 --strategy successive_halving --fidelities fast,shared --budget 500
  zeroth search --space nasbench201 --strategy random --objective file:nb201.csv:cifar10_valid_acc --budget 200 --seeds 10)";

struct SearchCommand {
  SearchRunOptions run;
  PickOptions picks;
  std::string fidelities, time, log_level = "info";
  int64_t seeds = 1;
};

void require_at_least(const char* option, int64_t value, int64_t least) {
  if (value < least) throw core::UsageError(fmt::format("{} {}: must be at least {}", option, value, least));
}

// "90", "90s", "10m", "2h"
double read_seconds(const std::string& text) {
  double unit = 1.0;
  std::string number = text;
  const size_t kind = text.empty() ? std::string::npos : std::string("smh").find(text.back());
  if (kind != std::string::npos) {
    unit = kind == 0 ? 1.0 : kind == 1 ? 60.0 : 3600.0;
    number.pop_back();
  }
  const auto value = core::parse_number(number);
  if (!value || !std::isfinite(*value) || *value <= 0.0) {
    throw core::UsageError(fmt::format("--time {}: should be seconds, or as in 90s, 10m, 2h", text));
  }
  return *value * unit;
}

// What the options are wrong in, before anything is computed; and what follows from them.
SearchCommand checked(SearchCommand command) {
  SearchRunOptions& run = command.run;
  require_at_least("--budget", run.budget, 1);
  require_at_least("--ask-batch", run.ask_batch, 1);
  require_at_least("--patience", run.patience, 0);
  require_at_least("--population", run.population, 0);
  require_at_least("--tournament", run.tournament, 0);
  require_at_least("--top", run.top, 0);
  require_at_least("--seeds", command.seeds, 1);
  worker_count(run.setup.run.jobs);
  search::find_strategy(run.setup.strategy);
  if (!command.time.empty()) run.seconds = read_seconds(command.time);
  run.setup.fidelities = {run.setup.run.fidelity};
  if (!command.fidelities.empty()) {
    boost::split(run.setup.fidelities, command.fidelities, boost::is_any_of(","));
    for (std::string& fidelity : run.setup.fidelities) {
      boost::trim(fidelity);
      proxies::parse_fidelity(fidelity);
    }
  }
  if (run.setup.features != "structure" && run.setup.features != "proxies") {
    throw core::UsageError(core::unknown_name("features", run.setup.features, {"structure", "proxies"}));
  }
  if (command.picks.benchmark.empty() &&
      !(command.picks.targets + command.picks.confirm_by + command.picks.confirm_cost).empty()) {
    throw core::UsageError("--target, --confirm-by and --confirm-cost go with --benchmark FILE");
  }
  return command;
}

std::optional<double> best_objective(const SearchRun& run) {
  if (run.top().empty()) return std::nullopt;
  const double best = run.history().entries[run.top()[0]].objectives[0];
  return std::isfinite(best) ? std::optional<double>(best) : std::nullopt;
}

int search(const SearchCommand& command) {
  core::set_log_level(command.log_level);
  const SearchCommand all = checked(command);
  std::optional<PickBenchmark> benchmark;
  if (!all.picks.benchmark.empty()) {
    benchmark.emplace(all.picks, spaces::find_space(all.run.setup.run.space));
  }
  std::vector<Picks> picks;
  std::vector<std::optional<double>> bests;
  std::string picks_rows = picks_csv_header();
  const auto count = static_cast<size_t>(all.run.top);
  for (int64_t repeat = 0; repeat < all.seeds; ++repeat) {
    SearchRunOptions options = all.run;
    options.setup.run.seed += static_cast<uint64_t>(repeat);
    const uint64_t seed = options.setup.run.seed;
    if (all.seeds > 1) options.out = core::sibling(all.run.out, fmt::format(".seed{}.csv", seed));
    SearchRun run(options);
    const int code = run.run();
    if (all.seeds > 1) std::cout << fmt::format("seed {}\n", seed);
    std::cout << run.text();
    bests.push_back(best_objective(run));
    if (benchmark) {
      picks.push_back(benchmark->look_up(run));
      picks_rows += picks_csv(picks.back(), seed, run.seconds());
      if (all.seeds == 1) std::cout << picks_text(picks.back(), count);
    }
    if (!options.quiet) {
      core::log_info("wrote {} (history), {} (best), {} (batches), {} (settings)", options.out,
                     core::sibling(options.out, ".top.csv"), core::sibling(options.out, ".trace.csv"),
                     core::manifest_path(options.out));
    }
    if (code != 0) return code;
  }
  if (benchmark) core::replace_file(core::sibling(all.run.out, ".picks.csv"), picks_rows);
  if (all.seeds > 1) {
    std::cout << fmt::format("{} seeds: best objective {} (mean +- standard deviation)\n", all.seeds,
                             eval::spread_text(bests, "{:.5g}"));
    if (benchmark) std::cout << picks_text(picks, count);
  }
  return 0;
}

std::string footer() {
  std::string text = "Strategies:\n";
  for (const search::StrategyEntry& strategy : search::strategies()) {
    text += fmt::format("  {:<19} {}\n", strategy.name, strategy.summary);
  }
  return text + kFooter;
}

void add_search_options(CLI::App& command, SearchCommand& options) {
  SearchRunOptions& run = options.run;
  command.add_option("--space", run.setup.run.space, "Search space: see `zeroth list spaces`, or FILE.yaml")
      ->required();
  command.add_option("--strategy", run.setup.strategy, "One of the list below")->capture_default_str();
  command.add_option("--budget", run.budget, "Evaluations, no more")->capture_default_str();
  command.add_option("--time", options.time, "Begin no batch after so long: seconds, or as in 10m, 2h");
  command.add_option("--patience", run.patience, "Stop after so many evaluations without a better one; 0: never")
      ->capture_default_str();
  command.add_option("--objective", run.setup.objectives, "What to maximise, see below; ensemble by default");
  add_ensemble_options(command, run.setup.ensemble);
  add_limit_options(command, run.setup.limits);
  command.add_option("--ask-batch", run.ask_batch, "Architectures that a strategy proposes at a time")
      ->capture_default_str();
  command.add_option("--population", run.population, "Of evolution, genetic and nsga2; 0: the strategy's own")
      ->capture_default_str();
  command.add_option("--tournament", run.tournament, "Members that compete to be a parent; 0: the strategy's own")
      ->capture_default_str();
  command.add_option("--fidelities", options.fidelities,
                     "Of successive_halving, cheapest first, joined by commas: fast,shared");
  command
      .add_option("--features", run.setup.features,
                  "What bayes learns from: structure; or proxies, which adds the scores of --proxies, for an objective "
                  "that costs more than they do")
      ->capture_default_str();
  command.add_option("--scores", run.setup.scores,
                     "Look scores up in a table that `zeroth rank` wrote, instead of scoring; it must have all");
}

}  // namespace

void add_search(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<SearchCommand>();
  SearchRunOptions& run = options->run;
  CLI::App* command = program.add_subcommand("search", "Look for the best architectures without scoring them all");
  add_search_options(*command, *options);
  add_setting_options(*command, run.setup.run);
  command->add_option("--out", run.out, "History; FILE.top.csv, FILE.trace.csv and FILE.json stand beside it")
      ->capture_default_str();
  command->add_flag("--resume", run.resume, "Take up the history of --out and go on");
  command->add_option("--top", run.top, "How many of the best to print and write")->capture_default_str();
  command
      ->add_option("--seeds", options->seeds,
                   "Repeat with seeds --seed, --seed + 1, ...: files are FILE.seedN.csv; prints mean and spread")
      ->capture_default_str();
  command->add_option("--benchmark", options->picks.benchmark,
                      "CSV with a column arch: report what the --top picks are worth; FILE.picks.csv has the numbers");
  command->add_option("--target", options->picks.targets, "Columns of the benchmark, joined by commas");
  command->add_option("--confirm-by", options->picks.confirm_by,
                      "Column of the benchmark, such as accuracy after short training, that chooses among the picks");
  command->add_option("--confirm-cost", options->picks.confirm_cost, "Column to add up over the picks");
  command->add_flag("--quiet", run.quiet, "No progress");
  command->add_option("--log-level", options->log_level, "error, warning, info or debug")->capture_default_str();
  command->footer(footer());
  command->callback([options, &exit_code] { exit_code = search(*options); });
}

}  // namespace zeroth::cli
