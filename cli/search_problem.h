// What `zeroth search` maximises, under which constraints, and how an architecture is evaluated: with the scorer, or by
// looking it up in a table of scores or of measured values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/limits.h"
#include "cli/measured_column.h"
#include "cli/pool_ensemble.h"
#include "cli/scoring.h"
#include "core/score_table.h"
#include "search/driver.h"

namespace zeroth::cli {

struct SearchSetup {
  RunOptions run;  // space, proxies, setting, seed, jobs
  std::string strategy = "evolution";
  std::string objectives;               // empty: the strategy's own
  std::vector<std::string> fidelities;  // cheapest first; one: run.fidelity
  EnsembleOptions ensemble;             // what the objective `ensemble` is
  LimitOptions limits;
  std::string scores;  // a table to look scores up in; empty: score
  std::string features = "structure";
};

class SearchProblem {
 public:
  // Throws core::UsageError for a wrong option, core::Error for a file that cannot be read.
  explicit SearchProblem(const SearchSetup& setup);
  SearchProblem(const SearchProblem&) = delete;
  SearchProblem& operator=(const SearchProblem&) = delete;

  // The space that is searched; the strategy's own, problem().space, may be its supernet.
  const spaces::SearchSpace& space() const { return space_; }
  const search::StrategyEntry& strategy() const { return strategy_; }
  search::Problem problem() const;
  // See StrategyContext; empty for the structure alone.
  search::Features features();
  int fidelities() const { return static_cast<int>(setup_.fidelities.size()); }

  // As search::Evaluate. Throws core::Error where a table of scores lacks an architecture.
  std::vector<search::Evaluated> evaluate(const std::vector<spaces::Candidate>& candidates, int fidelity);
  // Whether nothing that the objectives judge by has a value; `values` by the problem's columns.
  bool is_failed(const std::vector<std::optional<double>>& values) const;
  // By what the objective `ensemble` orders, as the pool stands, and what a user should know of it; empty where it is
  // no objective.
  const std::string& ensemble_by() const { return ensemble_by_; }
  std::string notice() const { return ensemble_ ? ensemble_->notice() : ""; }
  // How many scores were copied from an equal architecture.
  size_t copied() const;
  // Whether equal functions have equal scores of networks.
  bool canonical() const { return canonical_; }
  // Everything that decides the history but the strategy's own options, for a manifest.
  core::Json settings() const;

 private:
  // How an objective is written on the command line.
  struct Written {
    enum class Kind { kEnsemble, kColumn } kind;
    std::string name;  // the history's column
    double sign = 1.0;
  };

  void read_scores();
  Written read_objective(const std::string& text);
  void read_column(const std::string& name);
  void make_scorings();
  search::Objective objective(const Written& written);
  search::Objective pool_objective();
  std::vector<std::string> ensemble_columns() const;
  std::vector<search::Evaluated> scored(const std::vector<spaces::Candidate>& candidates, int fidelity);

  const SearchSetup setup_;
  const search::StrategyEntry& strategy_;
  const spaces::SearchSpace& space_;           // as the user named it
  const spaces::SearchSpace& strategy_space_;  // as the strategy sees it

  std::optional<core::ScoreTable> table_;
  std::unordered_map<std::string, size_t> row_of_;  // of the table, by architecture
  std::vector<std::unique_ptr<Scoring>> scorings_;  // by fidelity; none where there is a table
  bool canonical_ = true;
  std::optional<Limits> limits_;  // on the network whose size is a column

  std::optional<PoolEnsemble> ensemble_;
  std::string ensemble_by_;

  std::string proxies_;  // those to score besides the costs, as --proxies takes them
  std::vector<search::Objective> objectives_;
  std::vector<std::string> judged_;   // columns that the objectives name or combine
  std::vector<std::string> columns_;  // of scores, then of costs, then of files
  std::vector<std::string> score_columns_;
  std::vector<search::Cost> cost_columns_;  // those that are no proxies
  std::vector<MeasuredColumn> file_columns_;
};

}  // namespace zeroth::cli
