// zeroth serve: ask and tell over standard input and output, one JSON object a line.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/limits.h"
#include "cli/pool_ensemble.h"
#include "cli/run_options.h"
#include "cli/scoring.h"
#include "core/error.h"
#include "core/line_reader.h"
#include "core/log.h"
#include "core/signals.h"
#include "search/serve_session.h"
#include "search/strategy.h"
#include "spaces/notation.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter = R"(
One request a line, one answer a line, in order; blank lines are passed over. A request has one of these members, and
perhaps "id", a text or a number, which its answer repeats:

  {"score": ["arch", ...]}              {"scores": [row, ...]}, in the order given
  {"ask": n}                            {"proposals": [row, ...]}, n of them at most 1000; fewer where nothing new is
                                        left, and "end" says why
  {"tell": [["arch", accuracy], ...]}   {"told": how many, "known": architectures with an accuracy}; larger is better
  {"space": {}}                         {"space": {name, size, notation, example, decisions, proxies, ...}}
  anything else                         {"error": {"line": n, "message": "..."}}, and the session goes on

A row is {"arch", "status", "objective", "accuracy", "scores", "standard_errors"}: status is ok or says what is missing;
accuracy is there once it was told; standard_errors with --repeats of 2 and more. An architecture that cannot be read has
arch and status alone. In a tell it is an error, and nothing of that line is told. What is told twice has the last value.

objective: the combined score among all that the session has scored, by --ensemble; it moves as those grow. From two
different accuracies on it is the predicted accuracy, of a told architecture its own: the learned ensemble's, whose weights
are those given the told accuracies (--ensemble auto and learned), or the combined score brought to the scale of the
accuracies. The strategy maximises it. For each n asked, it scores n times --choose-from proposals; the best that were
neither handed out nor told are handed out, one of each function.

With --constraint, what breaks it is never proposed, and its row has the status infeasible=REASON and no objective. Costs
are those of the benchmark's full network as written; a latency that is measured is so once for each architecture.

The session ends with the input (exit code 0) or Ctrl-C (130). Equal requests get equal answers, whatever -j, unless a
latency is measured.
Examples:
  zeroth serve --space nasbench201 --constraint "latency_ms<=5" --latency table:nb201_hwnasbench.csv:cifar10_edgegpu_latency
  printf '%s\n' '{"ask": 2}' '{"score": ["|skip_connect~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|"]}' |
    zeroth serve --space nasbench201)";

struct ServeOptions {
  RunOptions run;
  std::string strategy = "evolution", notation;
  LimitOptions limits;
  EnsembleOptions ensemble;
  int64_t choose_from = 8;
  std::string log_level = "info";
};

// Of the columns that `zeroth rank` orders by; learned weights read all, and the accuracies.
auto combine_with(const PoolEnsemble& ensemble, const Scoring& scoring) {
  return [&ensemble, combined = scoring.ordering_columns(), columns = scoring.columns().names()](
             const ensemble::Columns& values, const std::vector<std::optional<double>>& accuracies) {
    const PoolOrder order = ensemble.order(columns, values, combined, accuracies, PoolEnsemble::Scores::kOrdering);
    return order.scores[order.chosen].values;
  };
}

std::vector<search::Evaluated> evaluated(Scoring& scoring, const std::vector<spaces::Candidate>& candidates) {
  std::vector<search::Evaluated> results;
  for (core::ScoreRow& row : scoring.rows(candidates)) {
    results.push_back({std::move(row.values), std::move(row.status)});
  }
  return results;
}

search::ServeEngine make_engine(const ServeOptions& options, Scoring& scoring, const Limits& limits,
                                const PoolEnsemble& ensemble) {
  const spaces::SearchSpace& space = scoring.space();
  const std::vector<std::string>& columns = scoring.columns().names();
  search::ServeEngine engine{space,
                             spaces::find_notation(space, options.notation.empty() ? space.name() : options.notation),
                             columns,
                             [&scoring](const auto& candidates) { return evaluated(scoring, candidates); },
                             combine_with(ensemble, scoring),
                             {},
                             {},
                             static_cast<size_t>(options.choose_from)};
  if (!limits.constraints().empty()) {
    engine.obstacle = [&limits](const spaces::Architecture& architecture) { return limits.broken(architecture); };
    engine.description["constraint"] = options.limits.constraints;
    if (!options.limits.latency.empty()) engine.description["latency"] = options.limits.latency;
  }
  engine.description["ensemble"] = options.ensemble.ensemble;
  for (const proxies::Proxy* proxy : scoring.plan().proxies) engine.description["proxies"].push_back(proxy->name);
  engine.description["settings"] = scoring.settings();
  return engine;
}

int serve(const ServeOptions& options) {
  core::set_log_level(options.log_level);
  if (options.choose_from < 1 || options.choose_from > 1000) {
    throw core::UsageError(fmt::format("--choose-from {}: must be from 1 to 1000", options.choose_from));
  }
  const search::StrategyEntry& strategy = search::find_strategy(options.strategy);
  Scoring scoring(options.run);
  search::SearchOptions search_options;
  search_options.seed = options.run.seed;
  const PoolEnsemble ensemble(options.ensemble, std::string(scoring.space().name()), options.run.fidelity);
  const Limits limits(options.limits, scoring.space(), scoring.space().full_shape());
  search::ServeSession session(strategy, make_engine(options, scoring, limits, ensemble), search_options);
  core::LineReader lines(STDIN_FILENO, search::kLongestRequest);
  int64_t number = 0;
  while (const auto line = lines.next()) {
    ++number;
    if (!line->too_long && line->text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::optional<std::string> answer =
        line->too_long
            ? search::ServeSession::error(fmt::format("longer than {} bytes", search::kLongestRequest), number)
            : session.answer(line->text, number);
    if (!answer || core::interrupted() != 0) break;  // no latency is measured any more
    std::cout << *answer << '\n' << std::flush;
    if (!std::cout) break;  // nobody reads any more
  }
  return core::interrupt_exit_code();
}

std::string footer() {
  std::string text = "Strategies:\n";
  for (const search::StrategyEntry& strategy : search::strategies()) {
    if (strategy.several_fidelities || strategy.on_supernet) continue;
    text += fmt::format("  {:<19} {}\n", strategy.name, strategy.summary);
  }
  return text + kFooter;
}

}  // namespace

void add_serve(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* command =
      program.add_subcommand("serve", "Score, propose and learn for another program, over standard input and output");
  command->add_option("--space", options->run.space, "Search space: see `zeroth list spaces`, or FILE.yaml")
      ->required();
  command->add_option("--strategy", options->strategy, "Who proposes: one of the list below")->capture_default_str();
  command
      ->add_option("--choose-from", options->choose_from,
                   "Proposals that the strategy scores for each one that is handed out")
      ->capture_default_str();
  command->add_option("--notation", options->notation,
                      "How architectures are written, see `zeroth convert --help`; as the space does by default");
  add_limit_options(*command, options->limits);
  add_setting_options(*command, options->run);
  add_ensemble_options(*command, options->ensemble);
  command->add_option("--log-level", options->log_level, "error, warning, info or debug")->capture_default_str();
  command->footer(footer());
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace zeroth::cli
