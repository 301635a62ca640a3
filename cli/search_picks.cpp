#include "cli/search_picks.h"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>

#include "core/csv.h"
#include "core/error.h"
#include "eval/text_table.h"

namespace zeroth::cli {
namespace {

void keep_larger(std::optional<double>& best, const std::optional<double>& value) {
  if (value && (!best || *value > *best)) best = value;
}

}  // namespace

PickBenchmark::PickBenchmark(const PickOptions& options, const spaces::SearchSpace& space) {
  if (options.targets.empty()) throw core::UsageError("--benchmark goes with --target COLUMN");
  std::vector<std::string> columns;
  boost::split(columns, options.targets, boost::is_any_of(","));
  for (const std::string& column : columns) targets_.emplace_back(options.benchmark, boost::trim_copy(column), space);
  if (!options.confirm_by.empty()) confirm_by_.emplace(options.benchmark, options.confirm_by, space);
  if (!options.confirm_cost.empty()) confirm_cost_.emplace(options.benchmark, options.confirm_cost, space);
}

Picks PickBenchmark::look_up(const SearchRun& run) const {
  Picks picks;
  std::optional<double> highest;  // by confirm_by
  std::optional<size_t> confirmed;
  for (const size_t number : run.top()) {
    const search::Entry& entry = run.history().entries[number];
    const auto check = confirm_by_ ? confirm_by_->value(entry.architecture, entry.text) : std::nullopt;
    if (check && (!highest || *check > *highest)) highest = check, confirmed = number;
    const auto cost = confirm_cost_ ? confirm_cost_->value(entry.architecture, entry.text) : std::nullopt;
    if (cost) picks.cost = picks.cost.value_or(0.0) + *cost;
  }
  for (const MeasuredColumn& target : targets_) {
    Pick pick{target.column(), {}, {}, {}};
    for (size_t place = 0; place < run.top().size(); ++place) {
      const search::Entry& entry = run.history().entries[run.top()[place]];
      const auto value = target.value(entry.architecture, entry.text);
      if (place == 0) pick.first = value;
      keep_larger(pick.best, value);
      if (confirmed == run.top()[place]) pick.confirmed = value;
    }
    picks.by_target.push_back(std::move(pick));
  }
  return picks;
}

std::string picks_text(const std::vector<Picks>& runs, size_t count) {
  std::string text =
      fmt::format("{:<28} {:>16} {:>16} {:>16}\n", "target", "first", fmt::format("best of {}", count), "confirmed");
  for (size_t target = 0; target < runs[0].by_target.size(); ++target) {
    std::vector<std::optional<double>> first, best, confirmed;
    for (const Picks& picks : runs) {
      first.push_back(picks.by_target[target].first);
      best.push_back(picks.by_target[target].best);
      confirmed.push_back(picks.by_target[target].confirmed);
    }
    text += fmt::format("{:<28} {:>16} {:>16} {:>16}\n", runs[0].by_target[target].target, eval::spread_text(first),
                        eval::spread_text(best), eval::spread_text(confirmed));
  }
  std::vector<std::optional<double>> costs;
  for (const Picks& picks : runs) costs.push_back(picks.cost);
  if (runs[0].cost) text += fmt::format("cost of confirming: {}\n", eval::spread_text(costs, "{:.0f}"));
  return text;
}

std::string picks_text(const Picks& picks, size_t count) { return picks_text(std::vector<Picks>{picks}, count); }

std::string picks_csv_header() { return "seed,target,first,best,confirmed,confirm_cost,seconds\n"; }

std::string picks_csv(const Picks& picks, uint64_t seed, double seconds) {
  std::string text;
  for (const Pick& pick : picks.by_target) {
    text += fmt::format("{},{},{},{},{},{},{:.2f}\n", seed, core::csv_field(pick.target), eval::cell(pick.first),
                        eval::cell(pick.best), eval::cell(pick.confirmed), eval::cell(picks.cost), seconds);
  }
  return text;
}

}  // namespace zeroth::cli
