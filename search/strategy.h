// A search strategy says which architectures to evaluate next, and is told what came of them. It runs nothing itself:
// search.h turns its proposals into evaluations, and driver.h owns the loop.
//
// A strategy is a pure function of its context and of what it was told: randomness is core::Stream(seed, purpose, ...)
// alone. So a history can be replayed, and does not depend on how fast or by how many workers it was evaluated. Each is
// one file and one line of strategies.def.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "search/history.h"
#include "spaces/search_space.h"

namespace zeroth::search {

struct Proposal {
  spaces::Architecture architecture;
  int fidelity = 0;
  bool partial = false;  // see Entry
};

// What is known of architectures before they are evaluated: a row of finite numbers each, all of one length.
using Features = std::function<std::vector<std::vector<double>>(const std::vector<spaces::Architecture>&)>;

// What the history and the space refer to must outlive the strategy.
struct StrategyContext {
  const spaces::SearchSpace& space;
  const History& history;
  uint64_t seed = 0;
  size_t budget = 0;   // evaluations that the run may spend
  int objectives = 1;  // how many
  int fidelities = 1;
  size_t population = 0, tournament = 0;  // 0: the strategy's own
  Features features;                      // empty: the architecture's structure (structure_features.h)
};

class Strategy {
 public:
  virtual ~Strategy() = default;

  // At most n proposals: fewer where the rest depends on results to come, none where the search is over. The same
  // architecture may be proposed again, by this strategy's own earlier asks or within one: it is evaluated once, and
  // costs budget once. A smaller n gives the first of the proposals that a larger one would.
  virtual std::vector<Proposal> ask(size_t n) = 0;
  // What came of all proposals of the last ask(), in their order: numbers of entries of the history. A number that was
  // told before is a repeat.
  virtual void tell(const std::vector<size_t>& entries) = 0;
};

struct StrategyEntry {
  std::string_view name;     // as the command line spells it
  std::string_view summary;  // one line
  std::string_view source;   // authors, venue
  bool several_objectives = false;
  bool several_fidelities = false;  // needs them, and plans its schedule for the whole budget
  bool on_supernet = false;         // its space is the supernet of the one that is searched (spaces/supernet.h)
  // Throws core::UsageError where the space does not suit it, which says why and what to use instead.
  std::unique_ptr<Strategy> (*make)(const StrategyContext& context);
};

// In the order of strategies.def.
const std::vector<StrategyEntry>& strategies();
// Throws core::UsageError with the valid names.
const StrategyEntry& find_strategy(std::string_view name);

}  // namespace zeroth::search
