// The loop of a search: asks for batches, has them evaluated, tells the results, and knows when to stop.
//
// Batches depend on the options alone, not on how fast or by how many workers they are evaluated, so that equal options
// give equal histories. A run that was stopped goes on by replay: the strategy is asked again from the start and told
// the results that the earlier run recorded, until those are used up.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/search.h"
#include "spaces/candidate.h"

namespace zeroth::search {

struct DriverOptions {
  size_t budget = 0;  // evaluations, those of an earlier run among them
  size_t ask_batch = 16;
  std::optional<double> seconds;  // no batch begins after that
  size_t patience = 0;            // evaluations without an improvement before the search stops; 0: never
};

// Results of these candidates, in order; fewer where it was interrupted.
using Evaluate = std::function<std::vector<Evaluated>(const std::vector<spaces::Candidate>&, int fidelity)>;

// What an earlier run recorded of an entry.
struct Recorded {
  std::string text;
  Evaluated result;
};

struct DriverHooks {
  // By entry; null where the earlier run had no more. No function: there was none.
  std::function<const Recorded*(size_t entry)> recorded;
  // After each batch: entries from this number on are new in the history.
  std::function<void(size_t first)> told = [](size_t) {};
  std::function<bool()> interrupted = [] { return false; };
  std::function<double()> clock;  // seconds since any moment; needed with DriverOptions::seconds
};

enum class End { kBudget, kTime, kPlateau, kStrategy, kInterrupted };

struct Ending {
  End end = End::kBudget;
  std::string reason;  // for people
};

// A batch that is interrupted is dropped as a whole: the same options go on from the batch before.
// Throws core::Error where what was recorded is not what the strategy asks for.
Ending drive(Search& search, const DriverOptions& options, const Evaluate& evaluate, const DriverHooks& hooks);

}  // namespace zeroth::search
