// Aging evolution: the population is a queue. A child is a mutation of the best of a random tournament, and each child
// that joins pushes the oldest member out, however good it is. Real et al., AAAI 2019, arXiv:1802.01548.
//
// All children of a batch have their parents in the same population. Infeasible ones do not join.
#include <algorithm>
#include <deque>

#include "search/strategy.h"
#include "search/variation.h"

namespace zeroth::search {
namespace {

constexpr size_t kPopulation = 50, kTournament = 10;

class Evolution : public Strategy {
 public:
  explicit Evolution(const StrategyContext& context)
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
    const std::vector<size_t> members(population_.begin(), population_.end());
    const auto better = [&](size_t a, size_t b) {
      return history_.entries[a].objectives[0] > history_.entries[b].objectives[0];
    };
    while (proposals.size() < n) {
      const core::Stream stream(seed_, "evolution", children_++);
      const size_t parent = tournament(members, tournament_, stream, /*first=*/1, better);
      proposals.push_back({mutation(space_, history_.entries[parent].architecture, stream)});
    }
    return proposals;
  }

  void tell(const std::vector<size_t>& entries) override {
    for (const size_t entry : entries) {
      if (history_.entries[entry].feasible) population_.push_back(entry);
    }
    grown_ = grown_ || population_.size() >= size_;
    while (population_.size() > size_) population_.pop_front();
  }

 private:
  const spaces::SearchSpace& space_;
  const History& history_;
  const uint64_t seed_;
  const size_t size_, tournament_;
  uint64_t founders_ = 0, children_ = 0;
  bool grown_ = false;             // the population has had its size
  std::deque<size_t> population_;  // entries, oldest first
};

}  // namespace

StrategyEntry strategy_evolution() {
  StrategyEntry entry;
  entry.name = "evolution";
  entry.summary = "aging evolution: mutations of tournament winners push the oldest out; population 50, tournament 10";
  entry.source = "Real et al., AAAI 2019, arXiv:1802.01548";
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Evolution>(context);
  };
  return entry;
}

}  // namespace zeroth::search
