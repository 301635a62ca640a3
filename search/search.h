// A search, a batch at a time: what the strategy proposes becomes evaluations, and their results its knowledge. Whoever
// calls it evaluates: the driver (driver.h), a test's toy function, or a tool that trains.
//
// Repeats. An architecture that was asked for before, at the same fidelity, is answered from the history: it is no new
// entry and costs no budget. Another notation of an equal function is another architecture: it costs budget, however
// cheaply the caller evaluates it. Infeasible architectures are entries, are never evaluated and cost no budget.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "search/history.h"
#include "search/objective.h"
#include "search/strategy.h"

namespace zeroth::search {

// What is searched for, and where. The space must outlive the search.
struct Problem {
  const spaces::SearchSpace& space;
  std::vector<std::string> columns;   // what an evaluation returns
  std::vector<Objective> objectives;  // at least one; they read these columns
  // Why an architecture is infeasible; empty where it is not. No function: all are feasible.
  std::function<std::string(const spaces::Architecture&)> obstacle;
};

struct SearchOptions {
  uint64_t seed = 0;
  size_t budget = 0;  // evaluations that the caller will make at most; some strategies plan with it
  int fidelities = 1;
  size_t population = 0, tournament = 0;  // 0: the strategy's own
  Features features;                      // see StrategyContext
};

// A proposal that has to be evaluated.
struct Pending {
  Proposal proposal;
  std::string text;
  size_t entry = 0;  // the number that it will have in the history
};

// What an evaluation returns.
struct Evaluated {
  std::vector<std::optional<double>> values;  // by column
  std::string status = "ok";
};

class Search {
 public:
  // Throws core::UsageError where strategy, space and problem do not go together.
  Search(const StrategyEntry& strategy, Problem problem, const SearchOptions& options);
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  // The next proposals that have to be evaluated, at least one and at most n; none where the search is over, and
  // end_reason() says why. A batch without any is told to the strategy at once, and the next one asked for.
  std::vector<Pending> ask(size_t n);
  // The results of all that ask() returned, in its order.
  void tell(const std::vector<Evaluated>& results);

  // The result of this architecture at fidelity 0, if there is one.
  std::optional<size_t> find(const spaces::Architecture& architecture) const;
  // Enters results at fidelity 0 that nobody asked for, of architectures that find() does not know and that differ, and
  // returns their numbers. The strategy does not count them as proposals of its own; one that proposes such an
  // architecture is told of a repeat. Not between ask() and tell().
  std::vector<size_t> add(const std::vector<std::pair<spaces::Architecture, Evaluated>>& results);
  // Replaces values of a column, each of the entry of this number, and what the objectives make of them.
  void revise(size_t column, const std::vector<std::pair<size_t, double>>& values);

  const Problem& problem() const { return problem_; }
  const History& history() const { return history_; }
  size_t evaluated() const { return evaluated_; }    // entries that cost budget
  size_t infeasible() const { return infeasible_; }  // entries that did not
  size_t repeats() const { return repeats_; }        // proposals answered from the history
  // Empty while the search goes on.
  const std::string& end_reason() const { return end_reason_; }

 private:
  // What becomes of one proposal of the batch under way: an entry that there is, or one to come, numbers going on from
  // the history's.
  struct Slot {
    size_t entry = 0;
    std::optional<Entry> to_come;
    bool pending = false;
  };

  // Before there are results.
  Entry new_entry(const Proposal& proposal, const std::string& text) const;
  std::vector<Pending> fill_slots(const std::vector<Proposal>& proposals);
  void finish_batch(const std::vector<Evaluated>& results);
  void update_objectives(int fidelity);

  Problem problem_;
  History history_;
  std::unique_ptr<Strategy> strategy_;
  std::unordered_map<std::string, size_t> known_;  // entry by fidelity, being partial, and text
  std::vector<Slot> slots_;
  size_t batch_ = 0, idle_batches_ = 0;
  size_t evaluated_ = 0, infeasible_ = 0, repeats_ = 0;
  std::string end_reason_;
};

}  // namespace zeroth::search
