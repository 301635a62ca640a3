// A genetic algorithm: children of two tournament winners by crossover and mutation, and the best of parents and
// children live on. Holland, 1975; for architectures Xie and Yuille, ICCV 2017, arXiv:1703.01513.
#include <algorithm>

#include "search/generations.h"

namespace zeroth::search {
namespace {

constexpr size_t kPopulation = 50, kTournament = 3;

class Genetic : public Generations {
 public:
  explicit Genetic(const StrategyContext& context) : Generations(context, "genetic", kPopulation, kTournament) {}

 private:
  Better better() const override {
    return [this](size_t a, size_t b) { return is_better(a, b); };
  }

  // The older of equals lives on.
  std::vector<size_t> by_merit(std::vector<size_t> entries) const override {
    std::sort(entries.begin(), entries.end(),
              [&](size_t a, size_t b) { return is_better(a, b) || (!is_better(b, a) && a < b); });
    return entries;
  }

  bool is_better(size_t a, size_t b) const { return objectives(a)[0] > objectives(b)[0]; }
};

}  // namespace

StrategyEntry strategy_genetic() {
  StrategyEntry entry;
  entry.name = "genetic";
  entry.summary = "crossover and mutation, the best live on; population 50, tournament 3";
  entry.source = "Xie and Yuille, ICCV 2017, arXiv:1703.01513";
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Genetic>(context);
  };
  return entry;
}

}  // namespace zeroth::search
