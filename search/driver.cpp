#include "search/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "search/results.h"

namespace zeroth::search {
namespace {

void require_same(const Recorded& recorded, const std::string& text, size_t entry) {
  if (recorded.text == text) return;
  throw core::Error(
      fmt::format("recorded entry {} is {}, but the search asks for {} there: the history is another run's", entry,
                  recorded.text, text));
}

// Results of a batch, from the record and by evaluation; nothing where that was interrupted.
std::optional<std::vector<Evaluated>> results_of(const std::vector<Pending>& pending, const Evaluate& evaluate,
                                                 const DriverHooks& hooks) {
  std::vector<Evaluated> results(pending.size());
  std::map<int, std::vector<size_t>> missing;  // by fidelity
  for (size_t i = 0; i < pending.size(); ++i) {
    const Recorded* recorded = hooks.recorded ? hooks.recorded(pending[i].entry) : nullptr;
    if (recorded == nullptr) {
      missing[pending[i].proposal.fidelity].push_back(i);
    } else {
      require_same(*recorded, pending[i].text, pending[i].entry);
      results[i] = recorded->result;
    }
  }
  for (const auto& [fidelity, places] : missing) {
    std::vector<spaces::Candidate> candidates;
    for (const size_t i : places) candidates.push_back({pending[i].text, pending[i].proposal.architecture, ""});
    const std::vector<Evaluated> evaluated = evaluate(candidates, fidelity);
    if (evaluated.size() < candidates.size()) return std::nullopt;
    for (size_t i = 0; i < places.size(); ++i) results[places[i]] = evaluated[i];
  }
  return results;
}

}  // namespace

Ending drive(Search& search, const DriverOptions& options, const Evaluate& evaluate, const DriverHooks& hooks) {
  ZEROTH_CHECK(options.ask_batch > 0 && (!options.seconds || hooks.clock));
  const double start = options.seconds ? hooks.clock() : 0.0;
  size_t last_improvement = 0;  // how many were evaluated then
  while (search.evaluated() < options.budget) {
    if (hooks.interrupted()) return {End::kInterrupted, "interrupted"};
    if (options.seconds && hooks.clock() - start >= *options.seconds) return {End::kTime, "the time is up"};
    if (options.patience > 0 && search.evaluated() - last_improvement >= options.patience) {
      return {End::kPlateau, fmt::format("no improvement in {} evaluations", search.evaluated() - last_improvement)};
    }
    const size_t before = search.history().entries.size();
    const std::vector<Pending> pending = search.ask(std::min(options.ask_batch, options.budget - search.evaluated()));
    if (hooks.interrupted()) return {End::kInterrupted, "interrupted"};  // what is feasible may have taken long to tell
    if (!pending.empty()) {
      const auto results = results_of(pending, evaluate, hooks);
      if (!results) return {End::kInterrupted, "interrupted"};
      search.tell(*results);
    }
    const size_t after = search.history().entries.size();
    for (size_t entry = before; hooks.recorded && entry < after; ++entry) {
      if (const Recorded* recorded = hooks.recorded(entry)) {
        require_same(*recorded, search.history().entries[entry].text, entry);
      }
    }
    if (options.patience > 0 && improved(search.history(), before)) last_improvement = search.evaluated();
    hooks.told(before);
    if (pending.empty()) return {End::kStrategy, search.end_reason()};
  }
  return {End::kBudget, "the budget is spent"};
}

}  // namespace zeroth::search
