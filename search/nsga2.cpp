// NSGA-II: parents win tournaments by their front, then by how lonely they are on it, and so do the survivors of
// parents and children. Deb et al., IEEE TEC 6(2), 2002.
#include <algorithm>
#include <map>

#include "search/pareto.h"
#include "search/strategy.h"
#include "search/variation.h"

namespace zeroth::search {
namespace {

constexpr size_t kPopulation = 50, kTournament = 2;

class Nsga2 : public Strategy {
 public:
  explicit Nsga2(const StrategyContext& context)
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
    // The population stands in order of merit.
    std::map<size_t, size_t> place;
    for (size_t i = 0; i < population_.size(); ++i) place[population_[i]] = i;
    const auto better = [&](size_t a, size_t b) { return place.at(a) < place.at(b); };
    while (proposals.size() < n) {
      const core::Stream parents(seed_, "nsga2 parents", children_);
      const size_t a = tournament(population_, tournament_, parents, 0, better);
      const size_t b = tournament(population_, tournament_, parents, static_cast<uint32_t>(tournament_), better);
      proposals.push_back({child_of(space_, history_.entries[a].architecture, history_.entries[b].architecture,
                                    core::Stream(seed_, "nsga2", children_))});
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
    order_by_merit();
    if (population_.size() > size_) population_.resize(size_);
  }

 private:
  // By front, then by crowding distance; the older of equals first.
  void order_by_merit() {
    std::vector<Point> points;
    for (const size_t entry : population_) points.push_back(history_.entries[entry].objectives);
    const std::vector<size_t> front = fronts(points);
    std::vector<double> distance(points.size());
    std::map<size_t, std::vector<size_t>> members;
    for (size_t i = 0; i < front.size(); ++i) members[front[i]].push_back(i);
    for (const auto& [number, in_front] : members) {
      std::vector<Point> of_front;
      for (const size_t i : in_front) of_front.push_back(points[i]);
      const std::vector<double> of_members = crowding(of_front);
      for (size_t i = 0; i < in_front.size(); ++i) distance[in_front[i]] = of_members[i];
    }
    std::vector<size_t> order(points.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      if (front[a] != front[b]) return front[a] < front[b];
      if (distance[a] != distance[b]) return distance[a] > distance[b];
      return population_[a] < population_[b];
    });
    std::vector<size_t> ordered;
    for (const size_t i : order) ordered.push_back(population_[i]);
    population_ = std::move(ordered);
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

StrategyEntry strategy_nsga2() {
  StrategyEntry entry;
  entry.name = "nsga2";
  entry.summary = "several objectives: crossover and mutation along the Pareto front; population 50, tournament 2";
  entry.source = "Deb et al., IEEE TEC 6(2), 2002";
  entry.several_objectives = true;
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Nsga2>(context);
  };
  return entry;
}

}  // namespace zeroth::search
