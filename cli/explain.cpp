// zeroth explain: what is known of one architecture.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/scoring.h"
#include "core/error.h"
#include "core/json.h"
#include "search/candidates.h"

namespace zeroth::cli {
namespace {

struct ExplainOptions {
  RunOptions run;
  std::string architecture;
  int64_t pool = 100;
  bool json = false;
};

using proxies::ProxyScore;

// Percentage of the pool that scores lower, ties half; rows without a score are below all others.
double percentile(const ProxyScore& score, const std::vector<ProxyScore>& pool) {
  double below = 0.0;
  for (const ProxyScore& other : pool) {
    const bool both = score.value && other.value;
    const bool tied = both ? *score.value == *other.value : !score.value && !other.value;
    const bool lower = both ? *other.value < *score.value : score.value && !other.value;
    below += tied ? 0.5 : lower ? 1.0 : 0.0;
  }
  return 100.0 * below / static_cast<double>(pool.size());
}

struct Explanation {
  spaces::CanonicalForm form;
  proxies::Scores scores;                     // of the architecture
  std::vector<std::vector<ProxyScore>> pool;  // by proxy
};

Explanation explain(const spaces::SearchSpace& space, const spaces::Architecture& architecture,
                    const ExplainOptions& options, const Scoring& scoring) {
  const proxies::Plan& plan = scoring.plan();
  Explanation result;
  result.form = spaces::canonical_form(space.cells(architecture));
  result.scores = scoring.scorer().score(architecture, result.form, space.print(architecture));
  result.pool.resize(plan.proxies.size());
  proxies::PipelineOptions pipeline;
  pipeline.workers = scoring.workers();
  const auto candidates = search::sample(space, static_cast<uint64_t>(options.pool), options.run.seed, /*unique=*/true);
  const auto add_scores = [&](const proxies::ScoredRow& row) {
    for (size_t i = 0; i < plan.proxies.size(); ++i) result.pool[i].push_back(row.scores.proxies[i]);
  };
  proxies::score_candidates(space, candidates, plan, scoring.scorer(), pipeline, add_scores);
  return result;
}

// Milliseconds of the passes that a proxy reads, in one repeat; they are shared with other proxies.
double pass_milliseconds(const proxies::PlanGroup& group, const proxies::PlanMember& member,
                         const proxies::Times& times) {
  double seconds = 0.0;
  for (const proxies::Pass pass : proxies::all_passes()) {
    if (member.passes.has(pass)) seconds += times.passes[static_cast<size_t>(pass)];
  }
  return 1e3 * seconds / group.repeats();
}

core::Json result_json(const proxies::Plan& plan, const Explanation& explained) {
  core::Json json;
  json["hash"] = fmt::format("{:016x}", explained.form.hash);
  json["forward_ms"] = 1e3 * explained.scores.times.forward;
  std::vector<double> milliseconds(plan.proxies.size(), 0.0);
  for (const proxies::PlanGroup& group : plan.groups) {
    for (const proxies::PlanMember& member : group.members) {
      milliseconds[member.proxy] = pass_milliseconds(group, member, explained.scores.times);
    }
  }
  for (size_t i = 0; i < plan.proxies.size(); ++i) {
    const ProxyScore& score = explained.scores.proxies[i];
    core::Json& entry = json["proxies"][plan.proxies[i]->name];
    entry["score"] = score.value ? core::Json(*score.value) : core::Json(nullptr);
    entry["standard_error"] = score.standard_error ? core::Json(*score.standard_error) : core::Json(nullptr);
    entry["percentile"] = percentile(score, explained.pool[i]);
    entry["pass_ms"] = milliseconds[i];
    entry["status"] = score.failure.empty() ? "ok" : score.failure;
  }
  return json;
}

std::string result_text(const spaces::SearchSpace& space, const spaces::Architecture& architecture,
                        const ExplainOptions& options, const core::Json& json) {
  std::string text = fmt::format("{}\n{}, canonical hash {}\n\n{:<24} {:>14} {:>11} {:>10} {:>9}  {}\n",
                                 space.print(architecture), space.name(), json["hash"].get<std::string>(), "proxy",
                                 "score", "std. error", "percentile", "pass ms", "status");
  const auto number = [](const core::Json& value, const char* format) {
    return value.is_null() ? std::string("-") : fmt::format(fmt::runtime(format), value.get<double>());
  };
  for (const auto& item : json["proxies"].items()) {
    const core::Json& entry = item.value();
    text += fmt::format("{:<24} {:>14} {:>11} {:>10.1f} {:>9.2f}  {}\n", item.key(), number(entry["score"], "{:.6g}"),
                        number(entry["standard_error"], "{:.2g}"), entry["percentile"].get<double>(),
                        entry["pass_ms"].get<double>(), entry["status"].get<std::string>());
  }
  text += fmt::format(
      "\nPercentile among {} sampled functions (seed {}). Pass times are of one repeat and shared by the proxies that "
      "read the pass;\nthe shared forward took {:.2f} ms over all repeats.\n",
      options.pool, options.run.seed, json["forward_ms"].get<double>());
  return text;
}

void run(const ExplainOptions& options) {
  if (options.pool < 1) throw core::UsageError(fmt::format("--pool {}: must be at least 1", options.pool));
  const spaces::SearchSpace& space = spaces::find_space(options.run.space);
  const spaces::Architecture architecture = space.parse(options.architecture);
  const Scoring scoring(options.run);
  const core::Json json = result_json(scoring.plan(), explain(space, architecture, options, scoring));
  std::cout << (options.json ? core::json_text(json, 2) + "\n" : result_text(space, architecture, options, json));
}

}  // namespace

void add_explain(CLI::App& program, int&) {
  const auto options = std::make_shared<ExplainOptions>();
  options->run.proxies = "all";
  options->run.repeats = 3;
  CLI::App* command = program.add_subcommand("explain", "Everything that is known of one architecture");
  command->add_option("architecture", options->architecture, "In the space's notation")->required();
  command->add_option("--space", options->run.space, "Search space; see `zeroth list spaces`")->required();
  add_setting_options(*command, options->run);
  command->add_option("--pool", options->pool, "Sampled functions to compare with")->capture_default_str();
  command->add_flag("--json", options->json, "JSON instead of text");
  command->footer(
      "Each proxy's score, its standard error over --repeats initialisations (3 by default), the percentage of the "
      "pool\nthat scores lower, the time of the passes it reads, and why there is no score where there is none.\n"
      "Example: zeroth explain '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|' "
      "--space nasbench201");
  command->callback([options] { run(*options); });
}

}  // namespace zeroth::cli
