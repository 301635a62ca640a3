// The loop: when it stops, what it asks to be evaluated, what it takes from an earlier run.
#include "search/driver.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/search/toy.h"

namespace zeroth::search {
namespace {

using namespace zeroth::tests;
using Catch::Matchers::Contains;

// Proposes from a list, whatever it is told.
class Scripted : public Strategy {
 public:
  static std::vector<Proposal>& script() {
    static std::vector<Proposal> proposals;
    return proposals;
  }
  static std::vector<std::vector<size_t>>& told() {
    static std::vector<std::vector<size_t>> entries;
    return entries;
  }
  std::vector<Proposal> ask(size_t n) override {
    std::vector<Proposal> proposals;
    while (proposals.size() < n && next_ < script().size()) proposals.push_back(script()[next_++]);
    return proposals;
  }
  void tell(const std::vector<size_t>& entries) override { told().push_back(entries); }

 private:
  size_t next_ = 0;
};

StrategyEntry scripted(const std::vector<int>& last_choices) {
  Scripted::script().clear();
  Scripted::told().clear();
  for (const int choice : last_choices) Scripted::script().push_back({{{0, 0, 0, 0, 0, choice}}});
  StrategyEntry entry;
  entry.name = "scripted";
  entry.make = [](const StrategyContext&) -> std::unique_ptr<Strategy> { return std::make_unique<Scripted>(); };
  return entry;
}

// Value: the last choice.
Problem last_choice() { return {toy_space(), {"value"}, {column_objective("value")}, {}}; }

std::vector<Evaluated> evaluate(const std::vector<spaces::Candidate>& candidates, int) {
  std::vector<Evaluated> results;
  for (const auto& candidate : candidates) {
    results.push_back({{static_cast<double>(candidate.architecture.choices[5])}, "ok"});
  }
  return results;
}

SearchOptions budget_of(size_t budget) {
  SearchOptions options;
  options.budget = budget;
  return options;
}

}  // namespace

TEST_CASE("repeats are answered from the history and cost no budget") {
  const StrategyEntry strategy = scripted({1, 1, 2, 1, 3, 0});
  Search search(strategy, last_choice(), budget_of(3));
  DriverOptions options;
  options.budget = 3;
  options.ask_batch = 3;
  const Ending ending = drive(search, options, evaluate, {});
  CHECK(ending.end == End::kBudget);
  CHECK(Scripted::told() == std::vector<std::vector<size_t>>{{0, 0, 1}, {0}, {2}});
  CHECK(search.evaluated() == 3);
  CHECK(search.repeats() == 2);
  CHECK(search.history().entries[2].architecture.choices[5] == 3);
}

TEST_CASE("a search that proposes nothing new ends, and says so") {
  const StrategyEntry strategy = scripted(std::vector<int>(5000, 1));
  Search search(strategy, last_choice(), budget_of(10));
  DriverOptions options;
  options.budget = 10;
  options.ask_batch = 1;
  const Ending ending = drive(search, options, evaluate, {});
  CHECK(ending.end == End::kStrategy);
  CHECK_THAT(ending.reason, Contains("nothing new that is feasible"));
  CHECK(search.evaluated() == 1);

  const StrategyEntry few = scripted({1, 2});
  Search short_search(few, last_choice(), budget_of(10));
  options.ask_batch = 16;
  CHECK_THAT(drive(short_search, options, evaluate, {}).reason, Contains("nothing more to ask"));
}

TEST_CASE("the time is up between batches") {
  const StrategyEntry strategy = scripted({0, 1, 2, 3});
  Search search(strategy, last_choice(), budget_of(4));
  DriverOptions options;
  options.budget = 4;
  options.ask_batch = 1;
  options.seconds = 2.0;
  double now = 10.0;
  DriverHooks hooks;
  hooks.clock = [&] { return now; };
  hooks.told = [&](size_t) { now += 1.0; };
  CHECK(drive(search, options, evaluate, hooks).end == End::kTime);
  CHECK(search.evaluated() == 2);
}

TEST_CASE("a plateau is so many evaluations without a better one") {
  const StrategyEntry strategy = scripted({0, 2, 1, 3, 0, 1, 2});
  Scripted::script()[4].architecture.choices[0] = 1;
  Scripted::script()[5].architecture.choices[0] = 1;
  Scripted::script()[6].architecture.choices[0] = 1;
  Search search(strategy, last_choice(), budget_of(7));
  DriverOptions options;
  options.budget = 7;
  options.ask_batch = 1;
  options.patience = 2;
  const Ending ending = drive(search, options, evaluate, {});
  CHECK(ending.end == End::kPlateau);
  CHECK(search.evaluated() == 6);  // the fourth was the best
}

TEST_CASE("an interrupted batch is dropped as a whole") {
  const StrategyEntry strategy = scripted({0, 1, 2, 3});
  Search search(strategy, last_choice(), budget_of(4));
  DriverOptions options;
  options.budget = 4;
  options.ask_batch = 2;
  const Evaluate half = [](const std::vector<spaces::Candidate>& candidates, int fidelity) {
    std::vector<Evaluated> results = evaluate(candidates, fidelity);
    if (candidates[0].architecture.choices[5] == 2) results.pop_back();
    return results;
  };
  CHECK(drive(search, options, half, {}).end == End::kInterrupted);
  CHECK(search.history().entries.size() == 2);

  Search never(strategy, last_choice(), budget_of(4));
  DriverHooks hooks;
  hooks.interrupted = [] { return true; };
  CHECK(drive(never, options, evaluate, hooks).end == End::kInterrupted);
  CHECK(never.history().entries.empty());

  // Between the strategy's answer and the evaluation: what is feasible may take as long to tell.
  Search late(strategy, last_choice(), budget_of(4));
  int looks = 0;
  hooks.interrupted = [&looks] { return ++looks > 1; };
  CHECK(drive(late, options, evaluate, hooks).end == End::kInterrupted);
  CHECK(late.history().entries.empty());
}

TEST_CASE("a history of another search is refused") {
  const StrategyEntry strategy = scripted({0, 1, 2});
  Search search(strategy, last_choice(), budget_of(3));
  DriverOptions options;
  options.budget = 3;
  const Recorded other{"64-41414-3_33_333", {{1.0}, "ok"}};
  DriverHooks hooks;
  hooks.recorded = [&](size_t entry) { return entry == 1 ? &other : nullptr; };
  CHECK_THROWS_WITH(drive(search, options, evaluate, hooks),
                    Contains("recorded entry 1 is 64-41414-3_33_333") && Contains("64-41414-0_00_001"));
}

TEST_CASE("ensemble objectives are of the pool so far, fidelity by fidelity") {
  const StrategyEntry strategy = [] {
    StrategyEntry entry = scripted({1, 2, 3});
    Scripted::script()[2].fidelity = 1;
    entry.several_fidelities = true;
    return entry;
  }();
  Problem problem = last_choice();
  problem.objectives = {ensemble_objective(ensemble::find_label_free("rank_mean"), {"value"})};
  SearchOptions search_options = budget_of(3);
  search_options.fidelities = 2;
  Search search(strategy, problem, search_options);
  DriverOptions options;
  options.budget = 3;
  options.ask_batch = 1;
  std::vector<double> of_first;
  DriverHooks hooks;
  hooks.told = [&](size_t) { of_first.push_back(search.history().entries[0].objectives[0]); };
  drive(search, options, evaluate, hooks);
  CHECK(of_first[0] != of_first[1]);  // a better one came
  CHECK(of_first[1] == of_first[2]);  // the third is at another fidelity
  CHECK(search.history().entries[1].objectives[0] > search.history().entries[0].objectives[0]);
}

}  // namespace zeroth::search
