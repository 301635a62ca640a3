// NSGA-II: parents win tournaments by their front, then by how lonely they are on it, and so do the survivors of
// parents and children. Deb et al., IEEE TEC 6(2), 2002.
#include <algorithm>
#include <map>
#include <utility>

#include "search/generations.h"
#include "search/pareto.h"

namespace zeroth::search {
namespace {

constexpr size_t kPopulation = 50, kTournament = 2;

class Nsga2 : public Generations {
 public:
  explicit Nsga2(const StrategyContext& context) : Generations(context, "nsga2", kPopulation, kTournament) {}

 private:
  Better better() const override {
    std::map<size_t, size_t> place;
    for (size_t i = 0; i < population().size(); ++i) place[population()[i]] = i;
    return [place = std::move(place)](size_t a, size_t b) { return place.at(a) < place.at(b); };
  }

  // By front, then by crowding distance; the older of equals first.
  std::vector<size_t> by_merit(std::vector<size_t> entries) const override {
    std::vector<Point> points;
    for (const size_t entry : entries) points.push_back(objectives(entry));
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
      return entries[a] < entries[b];
    });
    std::vector<size_t> ordered;
    for (const size_t i : order) ordered.push_back(entries[i]);
    return ordered;
  }
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
