// A search whose optimum is known and whose evaluations take no time: NAS for TransNAS-Bench-101's cell, with a made-up
// value of each architecture.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/random.h"
#include "search/driver.h"
#include "search/results.h"
#include "spaces/supernet.h"

namespace zeroth::tests {

inline const spaces::SearchSpace& toy_space() { return spaces::find_space("transnas101-micro"); }  // 4,096

inline const spaces::Architecture& toy_optimum() {
  static const spaces::Architecture optimum{{3, 1, 2, 2, 3, 1}};
  return optimum;
}

// What an option is worth in a decision: more the nearer it is to the optimum's, around a circle.
inline double toy_worth(size_t decision, int option) {
  const int away = (option - toy_optimum().choices[decision] + 4) % 4;
  return away == 0 ? 1.0 : away == 2 ? 0.0 : 0.4;
}

// At most 7.5, of the optimum alone: worths, and a bonus where the first or the last three decisions are all right.
inline double toy_value(const spaces::Architecture& architecture) {
  double sum = 0.0;
  int right[2] = {0, 0};
  for (size_t k = 0; k < 6; ++k) {
    sum += toy_worth(k, architecture.choices[k]);
    right[k / 3] += architecture.choices[k] == toy_optimum().choices[k] ? 1 : 0;
  }
  return sum + (right[0] == 3 ? 0.75 : 0.0) + (right[1] == 3 ? 0.75 : 0.0);
}
constexpr double kToyBest = 7.5;

// Of a supernet, the best operation of each edge.
inline double supernet_value(const spaces::Supernet& supernet, const spaces::Architecture& architecture) {
  double sum = 0.0;
  for (size_t k = 0; k < 6; ++k) {
    double best = 0.0;
    for (const int option : supernet.kept(architecture, k)) best = std::max(best, toy_worth(k, option));
    sum += best;
  }
  return sum;
}

struct Toy {
  const search::StrategyEntry& strategy;
  uint64_t seed = 0;
  size_t objectives = 1;

  const spaces::SearchSpace& space() const {
    return strategy.on_supernet ? spaces::find_space("supernet:transnas101-micro") : toy_space();
  }
  int fidelities() const { return strategy.several_fidelities ? 2 : 1; }

  search::Problem problem() const {
    search::Problem problem{space(), {"value", "minus_size"}, {search::column_objective("value")}, {}};
    if (objectives == 2) problem.objectives.push_back(search::column_objective("minus_size"));
    return problem;
  }

  search::SearchOptions options(size_t budget) const {
    search::SearchOptions options;
    options.seed = seed;
    options.budget = budget;
    options.fidelities = fidelities();
    options.population = 20;
    options.tournament = 4;
    // Without them `bayes` lowers networks.
    options.features = [](const std::vector<spaces::Architecture>& architectures) {
      std::vector<std::vector<double>> rows;
      for (const spaces::Architecture& architecture : architectures) {
        std::vector<double>& row = rows.emplace_back(24, 0.0);
        for (size_t k = 0; k < 6; ++k) row[4 * k + static_cast<size_t>(architecture.choices[k])] = 1.0;
      }
      return rows;
    };
    return options;
  }

  // The cheaper of two fidelities is off by up to 0.5.
  search::Evaluated evaluate(const spaces::Candidate& candidate, int fidelity) const {
    double value = 0.0, size = 0.0;
    if (const auto* supernet = dynamic_cast<const spaces::Supernet*>(&space())) {
      value = supernet_value(*supernet, candidate.architecture);
    } else {
      value = toy_value(candidate.architecture);
      for (const int choice : candidate.architecture.choices) size += choice;
    }
    const bool exact = fidelity + 1 == fidelities();
    if (!exact) value += core::Stream(1, "error", core::hash_bytes(candidate.text)).uniform(0) - 0.5;
    return {{value, -size}, "ok"};
  }

  search::Evaluate evaluator() const {
    return [this](const std::vector<spaces::Candidate>& candidates, int fidelity) {
      std::vector<search::Evaluated> results;
      for (const auto& candidate : candidates) results.push_back(evaluate(candidate, fidelity));
      return results;
    };
  }

  // A search that ran to its end.
  std::unique_ptr<search::Search> run(size_t budget) const {
    auto search = std::make_unique<search::Search>(strategy, problem(), options(budget));
    search::DriverOptions driver;
    driver.budget = budget;
    search::drive(*search, driver, evaluator(), {});
    return search;
  }
};

inline double best_of(const search::Search& search) {
  const auto best = search::best_result(search.history());
  REQUIRE(best);
  return search.history().entries[*best].objectives[0];
}

// All that a history says, an entry a line.
inline std::vector<std::string> lines_of(const search::History& history) {
  std::vector<std::string> lines;
  for (const search::Entry& entry : history.entries) {
    std::string line =
        std::to_string(entry.batch) + " " + std::to_string(entry.fidelity) + " " + entry.text + " " + entry.status;
    for (const double objective : entry.objectives) line += " " + std::to_string(objective);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace zeroth::tests
