// A genetic algorithm: children of two tournament winners by crossover and mutation, and the best of parents and
// children live on. Holland, 1975; for architectures Xie and Yuille, ICCV 2017, arXiv:1703.01513.
#include <algorithm>

#include "search/strategy.h"
#include "search/variation.h"

namespace zeroth::search {
namespace {

constexpr size_t kPopulation = 50, kTournament = 3;

class Genetic : public Strategy {
 public:
  explicit Genetic(const StrategyContext& context)
      : space_(context.space),
        history_(context.history),
        seed_(context.seed),
        size_(context.population > 0 ? context.population : kPopulation),
        tournament_(context.tournament > 0 ? context.tournament : kTournament) {}

  std::vector<Proposal> ask(size_t n) override {
    std::vector<Proposal> proposals;
    if (!grown_) {
      while (proposals.size() < n) proposals.push_back({random_architecture(space_, seed_, founders_++)});
      return proposals;
    }
    const auto better = [&](size_t a, size_t b) { return is_better(a, b); };
    while (proposals.size() < n) {
      const core::Stream parents(seed_, "genetic parents", children_);
      const size_t a = tournament(population_, tournament_, parents, 0, better);
      const size_t b = tournament(population_, tournament_, parents, static_cast<uint32_t>(tournament_), better);
      proposals.push_back({child_of(space_, history_.entries[a].architecture, history_.entries[b].architecture,
                                    core::Stream(seed_, "genetic", children_))});
      ++children_;
    }
    return proposals;
  }

  void tell(const std::vector<size_t>& entries) override {
    for (const size_t entry : entries) {
      const bool is_member = std::find(population_.begin(), population_.end(), entry) != population_.end();
      if (!is_member && history_.entries[entry].feasible) population_.push_back(entry);
    }
    grown_ = grown_ || population_.size() >= size_;
    // The older of equals lives on.
    std::sort(population_.begin(), population_.end(),
              [&](size_t a, size_t b) { return is_better(a, b) || (!is_better(b, a) && a < b); });
    if (population_.size() > size_) population_.resize(size_);
  }

 private:
  bool is_better(size_t a, size_t b) const {
    return history_.entries[a].objectives[0] > history_.entries[b].objectives[0];
  }

  const spaces::SearchSpace& space_;
  const History& history_;
  const uint64_t seed_;
  const size_t size_, tournament_;
  uint64_t founders_ = 0, children_ = 0;
  bool grown_ = false;              // the population has had its size
  std::vector<size_t> population_;  // entries, each once
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
