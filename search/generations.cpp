#include "search/generations.h"

#include <algorithm>
#include <utility>

#include "search/variation.h"

namespace zeroth::search {

Generations::Generations(const StrategyContext& context, std::string name, size_t population, size_t tournament)
    : space_(context.space),
      history_(context.history),
      seed_(context.seed),
      name_(std::move(name)),
      size_(context.population > 0 ? context.population : population),
      tournament_(context.tournament > 0 ? context.tournament : tournament) {}

std::vector<Proposal> Generations::ask(size_t n) {
  std::vector<Proposal> proposals;
  if (!grown_) {
    while (proposals.size() < n) proposals.push_back({random_architecture(space_, seed_, founders_++)});
    return proposals;
  }
  const Better wins = better();
  while (proposals.size() < n) {
    const core::Stream parents(seed_, name_ + " parents", children_);
    const size_t a = tournament(population_, tournament_, parents, 0, wins);
    const size_t b = tournament(population_, tournament_, parents, static_cast<uint32_t>(tournament_), wins);
    proposals.push_back({child_of(space_, history_.entries[a].architecture, history_.entries[b].architecture,
                                  core::Stream(seed_, name_, children_))});
    ++children_;
  }
  return proposals;
}

void Generations::tell(const std::vector<size_t>& entries) {
  for (const size_t entry : entries) {
    const bool is_member = std::find(population_.begin(), population_.end(), entry) != population_.end();
    if (!is_member && history_.entries[entry].feasible) population_.push_back(entry);
  }
  grown_ = grown_ || population_.size() >= size_;
  population_ = by_merit(std::move(population_));
  if (population_.size() > size_) population_.resize(size_);
}

}  // namespace zeroth::search
