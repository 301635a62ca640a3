// What every strategy of the list must do; a new one is tested by standing there.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "core/error.h"
#include "search/pareto.h"
#include "search/structure_features.h"
#include "tests/search/toy.h"

namespace zeroth::search {
namespace {

using namespace zeroth::tests;
using Catch::Matchers::Contains;

constexpr size_t kBudget = 150;  // of 4,096

// te_nas prunes 18 + 12 and evaluates what is left.
size_t most_evaluations(const StrategyEntry& strategy) { return strategy.on_supernet ? 31 : kBudget; }

double mean_best(const StrategyEntry& strategy, size_t budget, uint64_t seeds) {
  double mean = 0.0;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    mean += best_of(*Toy{strategy, seed}.run(budget)) / static_cast<double>(seeds);
  }
  return mean;
}

}  // namespace

TEST_CASE("every strategy spends its budget exactly") {
  for (const StrategyEntry& strategy : strategies()) {
    INFO(strategy.name);
    const auto search = Toy{strategy}.run(kBudget);
    CHECK(search->evaluated() == most_evaluations(strategy));
    CHECK(search->history().entries.size() == search->evaluated());
    std::set<std::string> distinct;
    for (const Entry& entry : search->history().entries) {
      distinct.insert(std::to_string(entry.fidelity) + (entry.partial ? " supernet " : " ") + entry.text);
    }
    CHECK(distinct.size() == search->evaluated());
  }
}

TEST_CASE("every strategy repeats its history with the seed, and has another with another seed") {
  const std::set<std::string_view> without_chance = {"exhaustive", "te_nas"};
  for (const StrategyEntry& strategy : strategies()) {
    INFO(strategy.name);
    const auto lines = [&](uint64_t seed) { return lines_of(Toy{strategy, seed}.run(kBudget)->history()); };
    const auto first = lines(5);
    CHECK(first == lines(5));
    CHECK((first == lines(6)) == (without_chance.count(strategy.name) != 0));
  }
}

TEST_CASE("every strategy has the same history whatever order its batches are evaluated in") {
  for (const StrategyEntry& strategy : strategies()) {
    INFO(strategy.name);
    const Toy toy{strategy, 3};
    const Evaluate parallel = [&](const std::vector<spaces::Candidate>& candidates, int fidelity) {
      std::vector<Evaluated> results(candidates.size());
      const auto every_other = [&](size_t first) {
        for (size_t i = candidates.size(); i-- > 0;) {
          if (i % 2 == first) results[i] = toy.evaluate(candidates[i], fidelity);
        }
      };
      std::thread other(every_other, 1);
      every_other(0);
      other.join();
      return results;
    };
    Search search(strategy, toy.problem(), toy.options(kBudget));
    DriverOptions driver;
    driver.budget = kBudget;
    drive(search, driver, parallel, {});
    CHECK(lines_of(search.history()) == lines_of(toy.run(kBudget)->history()));
  }
}

TEST_CASE("every strategy goes on from a recorded history as if it had never stopped") {
  for (const StrategyEntry& strategy : strategies()) {
    INFO(strategy.name);
    const Toy toy{strategy, 4};
    const auto whole = toy.run(kBudget);
    // Cut within a batch: what was appended before a crash.
    std::vector<Recorded> recorded;
    REQUIRE(whole->history().entries.size() > 23);
    for (size_t i = 0; i < 23; ++i) {
      const Entry& entry = whole->history().entries[i];
      recorded.push_back({entry.text, {entry.values, entry.status}});
    }
    size_t evaluated = 0;
    const Evaluate counted = [&](const std::vector<spaces::Candidate>& candidates, int fidelity) {
      evaluated += candidates.size();
      return toy.evaluator()(candidates, fidelity);
    };
    DriverHooks hooks;
    hooks.recorded = [&](size_t entry) { return entry < recorded.size() ? &recorded[entry] : nullptr; };
    Search search(strategy, toy.problem(), toy.options(kBudget));
    DriverOptions driver;
    driver.budget = kBudget;
    drive(search, driver, counted, hooks);
    CHECK(lines_of(search.history()) == lines_of(whole->history()));
    CHECK(evaluated == most_evaluations(strategy) - recorded.size());
  }
}

TEST_CASE("every strategy's smaller ask is the beginning of its larger one") {
  for (const StrategyEntry& strategy : strategies()) {
    INFO(strategy.name);
    const Toy toy{strategy, 8};
    const auto after = [&](size_t n) {
      Search search(strategy, toy.problem(), toy.options(kBudget));
      for (int batch = 0; batch < 3; ++batch) {
        std::vector<Evaluated> results;
        for (const Pending& pending : search.ask(16)) {
          results.push_back(toy.evaluate({pending.text, pending.proposal.architecture, ""}, pending.proposal.fidelity));
        }
        search.tell(results);
      }
      std::vector<std::string> texts;
      for (const Pending& pending : search.ask(n)) texts.push_back(pending.text);
      return texts;
    };
    const auto few = after(3), many = after(16);
    REQUIRE(few.size() <= many.size());
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
    CHECK(few.size() <= 3);
  }
}

TEST_CASE("every strategy is told of infeasible architectures and goes on without them") {
  for (const StrategyEntry& strategy : strategies()) {
    if (strategy.on_supernet) continue;  // only its result has constraints
    INFO(strategy.name);
    const Toy toy{strategy, 2};
    Problem problem = toy.problem();
    problem.obstacle = [](const spaces::Architecture& architecture) -> std::string {
      return architecture.choices[5] == toy_optimum().choices[5] ? "as the optimum" : "";
    };
    Search search(strategy, problem, toy.options(kBudget));
    DriverOptions driver;
    driver.budget = kBudget;
    drive(search, driver, toy.evaluator(), {});
    CHECK(search.evaluated() == kBudget);
    CHECK(search.infeasible() > 0);
    CHECK(search.history().entries.size() == search.evaluated() + search.infeasible());
    for (const Entry& entry : search.history().entries) {
      CHECK(entry.feasible == (entry.architecture.choices[5] != toy_optimum().choices[5]));
      CHECK(entry.feasible == (entry.status == "ok"));
      CHECK((entry.objectives[0] == kWorst) == !entry.feasible);
    }
    CHECK(best_of(search) < kToyBest);
  }
}

TEST_CASE("exhaustive and te_nas find the optimum of the toy") {
  CHECK(best_of(*Toy{find_strategy("exhaustive")}.run(5000)) == kToyBest);
  const auto pruned = Toy{find_strategy("te_nas")}.run(kBudget);
  const auto best = best_result(pruned->history());
  REQUIRE(best);
  CHECK(pruned->history().entries[*best].text == toy_space().print(toy_optimum()));
  CHECK(*best + 1 == pruned->history().entries.size());
}

TEST_CASE("te_nas scores no supernet that keeps a zero") {
  const Toy toy{find_strategy("te_nas")};
  const auto& supernet = dynamic_cast<const spaces::Supernet&>(toy.space());
  CHECK(supernet.is_zero(0, 0));
  CHECK_FALSE(supernet.is_zero(0, 1));
  const auto pruned = toy.run(kBudget);
  for (const auto& entry : pruned->history().entries) {
    if (!entry.partial) continue;
    for (size_t decision = 0; decision < entry.architecture.choices.size(); ++decision) {
      for (const int option : supernet.kept(entry.architecture, decision)) {
        CHECK_FALSE(supernet.is_zero(decision, option));
      }
    }
  }
}

TEST_CASE("strategies that learn from results beat random search on the toy") {
  constexpr uint64_t kSeeds = 8;
  const double random = mean_best(find_strategy("random"), kBudget, kSeeds);
  for (const char* name : {"local", "evolution", "genetic", "reinforce", "nsga2"}) {
    INFO(name);
    CHECK(mean_best(find_strategy(name), kBudget, kSeeds) > random + 0.3);
  }
  CHECK(mean_best(find_strategy("bayes"), kBudget, 3) > mean_best(find_strategy("random"), kBudget, 3) + 0.3);
}

TEST_CASE("successive halving finds more than random search with as many evaluations at the dear fidelity") {
  // Of 150 evaluations, 120 are cheap.
  CHECK(mean_best(find_strategy("successive_halving"), kBudget, 8) > mean_best(find_strategy("random"), 30, 8) + 0.2);
  const auto search = Toy{find_strategy("successive_halving")}.run(kBudget);
  std::map<int, size_t> at;
  std::vector<double> cheap;
  for (const Entry& entry : search->history().entries) {
    ++at[entry.fidelity];
    if (entry.fidelity == 0) cheap.push_back(entry.objectives[0]);
  }
  CHECK(at == std::map<int, size_t>{{0, 120}, {1, 30}});
  // The dear ones are the best of the cheap ones.
  std::sort(cheap.rbegin(), cheap.rend());
  std::map<std::string, double> cheap_value;
  for (const Entry& entry : search->history().entries) {
    if (entry.fidelity == 0) cheap_value[entry.text] = entry.objectives[0];
    if (entry.fidelity == 1) CHECK(cheap_value.at(entry.text) >= cheap[29]);
  }
}

TEST_CASE("NSGA-II covers more of two objectives than random search does") {
  const auto covered = [](const char* name) {
    double sum = 0.0;
    for (uint64_t seed = 0; seed < 5; ++seed) {
      const auto search = Toy{find_strategy(name), seed, 2}.run(kBudget);
      std::vector<Point> points;
      for (const Entry& entry : search->history().entries) points.push_back(entry.objectives);
      sum += hypervolume(points, {0.0, -18.0});
    }
    return sum;
  };
  CHECK(covered("nsga2") > 1.02 * covered("random"));
}

TEST_CASE("a strategy refuses what does not suit it, and says what does") {
  const auto message = [](const char* name, const spaces::SearchSpace& space, int fidelities, size_t objectives) {
    std::vector<Objective> columns(objectives, column_objective("value"));
    SearchOptions options;
    options.budget = 100;
    options.fidelities = fidelities;
    try {
      Search(find_strategy(name), Problem{space, {"value"}, columns, {}}, options);
    } catch (const core::UsageError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const spaces::SearchSpace& space = toy_space();
  CHECK_THAT(message("reinforce", spaces::find_space("nasbench101"), 1, 1),
             Contains("decisions of nasbench101 depend on each other; use evolution or genetic"));
  CHECK_THAT(message("exhaustive", spaces::find_space("fbnet"), 1, 1), Contains("use random"));
  CHECK_THAT(message("evolution", space, 1, 2), Contains("has one objective, not 2") && Contains("nsga2"));
  CHECK_THAT(message("successive_halving", space, 1, 1), Contains("needs several fidelities"));
  CHECK_THAT(message("evolution", space, 2, 1), Contains("works at one fidelity, not 2"));
  CHECK(message("random", space, 1, 2) == "accepted");
  CHECK_THROWS_WITH(find_strategy("evolutoin"), Contains("did you mean \"evolution\"?") && Contains("te_nas"));
  const Toy pruning{find_strategy("te_nas")};
  CHECK_THROWS_WITH(pruning.run(30), Contains("takes 31 evaluations, the budget is 30"));
}

TEST_CASE("structure features tell architectures apart and have one length in a space") {
  for (const char* name : {"nasbench201", "nasbench101", "autoformer"}) {
    const spaces::SearchSpace& space = spaces::find_space(name);
    std::set<std::vector<double>> distinct;
    std::set<size_t> lengths;
    for (uint64_t i = 0; i < 10; ++i) {
      const auto features = structure_features(space, space.sample(core::Stream(1, "features", i), 0));
      for (const double feature : features) CHECK(std::isfinite(feature));
      distinct.insert(features);
      lengths.insert(features.size());
    }
    CHECK(distinct.size() >= 9);
    CHECK(lengths.size() == 1);
  }
}

}  // namespace zeroth::search
