#include "search/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"

namespace zeroth::search {
namespace {

// Batches in a row without anything to evaluate, before a search counts as used up.
constexpr size_t kMostIdleBatches = 1000;

size_t column_number(const std::vector<std::string>& columns, const std::string& name) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  ZEROTH_CHECK(found != columns.end());
  return static_cast<size_t>(found - columns.begin());
}

std::string key_of(int fidelity, bool partial, const std::string& text) {
  return fmt::format("{} {} {}", fidelity, partial, text);
}

void require_fit(const StrategyEntry& strategy, size_t objectives, int fidelities) {
  if (objectives > 1 && !strategy.several_objectives) {
    std::vector<std::string> able;
    for (const StrategyEntry& entry : strategies()) {
      if (entry.several_objectives) able.emplace_back(entry.name);
    }
    throw core::UsageError(fmt::format("strategy {} has one objective, not {}; several go with {}", strategy.name,
                                       objectives, fmt::join(able, ", ")));
  }
  if (strategy.several_fidelities && fidelities < 2) {
    throw core::UsageError(fmt::format("strategy {} needs several fidelities, cheapest first", strategy.name));
  }
  if (!strategy.several_fidelities && fidelities > 1) {
    throw core::UsageError(fmt::format("strategy {} works at one fidelity, not {}", strategy.name, fidelities));
  }
}

}  // namespace

Search::Search(const StrategyEntry& strategy, Problem problem, const SearchOptions& options)
    : problem_(std::move(problem)) {
  ZEROTH_CHECK(!problem_.objectives.empty());
  require_fit(strategy, problem_.objectives.size(), options.fidelities);
  history_.columns = problem_.columns;
  const StrategyContext context{problem_.space,
                                history_,
                                options.seed,
                                options.budget,
                                static_cast<int>(problem_.objectives.size()),
                                options.fidelities,
                                options.population,
                                options.tournament,
                                options.features};
  strategy_ = strategy.make(context);
}

std::vector<Pending> Search::ask(size_t n) {
  ZEROTH_CHECK(slots_.empty() && n > 0);
  while (end_reason_.empty()) {
    const std::vector<Proposal> proposals = strategy_->ask(n);
    ZEROTH_CHECK(proposals.size() <= n);
    if (proposals.empty()) {
      end_reason_ = "the strategy has nothing more to ask";
      break;
    }
    std::vector<Pending> pending = fill_slots(proposals);
    if (!pending.empty()) {
      idle_batches_ = 0;
      return pending;
    }
    finish_batch({});
    if (++idle_batches_ == kMostIdleBatches) {
      end_reason_ = fmt::format("nothing new that is feasible in the last {} batches", kMostIdleBatches);
    }
  }
  return {};
}

Entry Search::new_entry(const Proposal& proposal, const std::string& text) const {
  Entry entry;
  entry.architecture = proposal.architecture;
  entry.text = text;
  entry.batch = batch_;
  entry.fidelity = proposal.fidelity;
  entry.partial = proposal.partial;
  entry.values.resize(history_.columns.size());
  entry.objectives.assign(problem_.objectives.size(), kWorst);
  const bool limited = problem_.obstacle && !proposal.partial;
  const std::string obstacle = limited ? problem_.obstacle(proposal.architecture) : "";
  entry.feasible = obstacle.empty();
  if (!entry.feasible) entry.status = "infeasible=" + obstacle;
  return entry;
}

std::vector<Pending> Search::fill_slots(const std::vector<Proposal>& proposals) {
  std::vector<Pending> pending;
  size_t next_entry = history_.entries.size();
  for (const Proposal& proposal : proposals) {
    std::string text = problem_.space.print(proposal.architecture);
    const auto [known, is_new] = known_.try_emplace(key_of(proposal.fidelity, proposal.partial, text), next_entry);
    Slot slot;
    slot.entry = known->second;
    if (is_new) {
      ++next_entry;
      slot.to_come = new_entry(proposal, text);
      slot.pending = slot.to_come->feasible;
      if (slot.pending) pending.push_back({proposal, std::move(text), slot.entry});
    } else {
      ++repeats_;
    }
    slots_.push_back(std::move(slot));
  }
  return pending;
}

void Search::tell(const std::vector<Evaluated>& results) { finish_batch(results); }

void Search::finish_batch(const std::vector<Evaluated>& results) {
  std::vector<size_t> told;
  std::set<int> touched;
  size_t next = 0;
  for (Slot& slot : slots_) {
    told.push_back(slot.entry);
    if (!slot.to_come) continue;
    Entry& entry = *slot.to_come;
    if (slot.pending) {
      ZEROTH_CHECK(next < results.size() && results[next].values.size() == history_.columns.size());
      entry.values = results[next].values;
      entry.status = results[next++].status;
      touched.insert(entry.fidelity);
      ++evaluated_;
    } else {
      ++infeasible_;
    }
    ZEROTH_CHECK(slot.entry == history_.entries.size());
    history_.entries.push_back(std::move(entry));
  }
  ZEROTH_CHECK(next == results.size());
  slots_.clear();
  ++batch_;
  for (const int fidelity : touched) update_objectives(fidelity);
  strategy_->tell(told);
}

std::optional<size_t> Search::find(const spaces::Architecture& architecture) const {
  const auto found = known_.find(key_of(0, /*partial=*/false, problem_.space.print(architecture)));
  return found == known_.end() ? std::nullopt : std::optional<size_t>(found->second);
}

std::vector<size_t> Search::add(const std::vector<std::pair<spaces::Architecture, Evaluated>>& results) {
  ZEROTH_CHECK(slots_.empty());
  std::vector<size_t> added;
  for (const auto& [architecture, result] : results) {
    ZEROTH_CHECK(result.values.size() == history_.columns.size());
    Entry entry = new_entry({architecture}, problem_.space.print(architecture));
    entry.values = result.values;
    if (entry.feasible) entry.status = result.status;
    ZEROTH_CHECK(known_.emplace(key_of(0, /*partial=*/false, entry.text), history_.entries.size()).second);
    added.push_back(history_.entries.size());
    history_.entries.push_back(std::move(entry));
    ++(history_.entries.back().feasible ? evaluated_ : infeasible_);
  }
  ++batch_;
  update_objectives(0);
  return added;
}

void Search::revise(size_t column, const std::vector<std::pair<size_t, double>>& values) {
  for (const auto& [entry, value] : values) history_.entries.at(entry).values.at(column) = value;
  update_objectives(0);
}

// Among the evaluated entries of the fidelity. Ranks of 10,000 rows in five columns take some milliseconds, less than
// the scores of one batch.
void Search::update_objectives(int fidelity) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < history_.entries.size(); ++i) {
    if (history_.entries[i].feasible && history_.entries[i].fidelity == fidelity) rows.push_back(i);
  }
  if (rows.empty()) return;
  for (size_t o = 0; o < problem_.objectives.size(); ++o) {
    const Objective& objective = problem_.objectives[o];
    ensemble::Columns columns;
    for (const std::string& name : objective.columns) {
      const size_t column = column_number(history_.columns, name);
      std::vector<std::optional<double>>& values = columns.emplace_back();
      values.reserve(rows.size());
      for (const size_t row : rows) values.push_back(history_.entries[row].values[column]);
    }
    const Eigen::VectorXd found = objective.values(columns);
    for (size_t i = 0; i < rows.size(); ++i) {
      history_.entries[rows[i]].objectives[o] = found[static_cast<Eigen::Index>(i)];
    }
  }
}

}  // namespace zeroth::search
