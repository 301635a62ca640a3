// A population that lives on by merit: children of two tournament winners join it, and the best stay.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "search/strategy.h"

namespace zeroth::search {

// Proposes random architectures until the population has its size, then children by crossover and mutation. Infeasible
// ones do not join.
class Generations : public Strategy {
 public:
  std::vector<Proposal> ask(size_t n) override;
  void tell(const std::vector<size_t>& entries) override;

 protected:
  // Whether a member wins a tournament against another.
  using Better = std::function<bool(size_t a, size_t b)>;

  // `name` names the streams; population and tournament are what the context leaves open.
  Generations(const StrategyContext& context, std::string name, size_t population, size_t tournament);

  const std::vector<double>& objectives(size_t entry) const { return history_.entries[entry].objectives; }
  // In order of merit since the last tell().
  const std::vector<size_t>& population() const { return population_; }

 private:
  virtual Better better() const = 0;
  // Those entries in order of merit.
  virtual std::vector<size_t> by_merit(std::vector<size_t> entries) const = 0;

  const spaces::SearchSpace& space_;
  const History& history_;
  const uint64_t seed_;
  const std::string name_;
  const size_t size_, tournament_;
  uint64_t founders_ = 0, children_ = 0;
  bool grown_ = false;              // the population has had its size
  std::vector<size_t> population_;  // entries, each once
};

}  // namespace zeroth::search
