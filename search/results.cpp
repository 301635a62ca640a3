#include "search/results.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "search/pareto.h"

namespace zeroth::search {
namespace {

bool comes_first(const Entry& a, const Entry& b) {
  return a.fidelity != b.fidelity ? a.fidelity > b.fidelity : a.objectives[0] > b.objectives[0];
}

// Points that nothing dominates, kept as they come.
class Front {
 public:
  // Whether it joined; what it dominates leaves. Of equal points all stay.
  bool add(size_t entry, const Point& point) {
    for (const auto& member : members_) {
      if (dominates(member.second, point)) return false;
    }
    members_.erase(std::remove_if(members_.begin(), members_.end(),
                                  [&](const auto& member) { return dominates(point, member.second); }),
                   members_.end());
    members_.emplace_back(entry, point);
    return true;
  }
  void clear() { members_.clear(); }
  size_t size() const { return members_.size(); }

  std::set<size_t> entries() const {
    std::set<size_t> found;
    for (const auto& member : members_) found.insert(member.first);
    return found;
  }
  std::vector<Point> points() const {
    std::vector<Point> found;
    for (const auto& member : members_) found.push_back(member.second);
    return found;
  }

 private:
  std::vector<std::pair<size_t, Point>> members_;
};

std::set<size_t> front_of(const History& history, const std::vector<size_t>& ranked) {
  Front front;
  for (const size_t entry : ranked) {
    if (history.entries[entry].fidelity < history.entries[ranked[0]].fidelity) break;
    front.add(entry, history.entries[entry].objectives);
  }
  return front.entries();
}

bool several_objectives(const History& history) {
  return !history.entries.empty() && history.entries[0].objectives.size() > 1;
}

// Objectives of results, each as a share of the range that results have in it.
class Shares {
 public:
  explicit Shares(const History& history) {
    for (const Entry& entry : history.entries) {
      if (!entry.is_result()) continue;
      low_.resize(entry.objectives.size(), std::numeric_limits<double>::infinity());
      high_.resize(entry.objectives.size(), kWorst);
      for (size_t i = 0; i < entry.objectives.size(); ++i) {
        if (!std::isfinite(entry.objectives[i])) continue;
        low_[i] = std::min(low_[i], entry.objectives[i]);
        high_[i] = std::max(high_[i], entry.objectives[i]);
      }
    }
  }

  // 0 where there is no value, 1 where there is no range.
  Point of(const Point& objectives) const {
    Point shares;
    for (size_t i = 0; i < objectives.size(); ++i) {
      const double range = high_[i] - low_[i];
      shares.push_back(!std::isfinite(objectives[i]) ? 0.0 : range > 0.0 ? (objectives[i] - low_[i]) / range : 1.0);
    }
    return shares;
  }

 private:
  Point low_, high_;
};

}  // namespace

std::vector<size_t> ranked_results(const History& history) {
  std::map<std::string, size_t> highest;  // entry of each architecture
  for (size_t i = 0; i < history.entries.size(); ++i) {
    const Entry& entry = history.entries[i];
    if (!entry.is_result()) continue;
    const auto [known, is_new] = highest.try_emplace(entry.text, i);
    if (!is_new && history.entries[known->second].fidelity < entry.fidelity) known->second = i;
  }
  std::vector<size_t> ranked;
  for (const auto& [text, entry] : highest) ranked.push_back(entry);
  std::sort(ranked.begin(), ranked.end());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&](size_t a, size_t b) { return comes_first(history.entries[a], history.entries[b]); });
  if (several_objectives(history) && !ranked.empty()) {
    const std::set<size_t> front = front_of(history, ranked);
    std::stable_partition(ranked.begin(), ranked.end(), [&](size_t entry) { return front.count(entry) != 0; });
  }
  return ranked;
}

size_t front_size(const History& history, const std::vector<size_t>& ranked) {
  if (ranked.empty()) return 0;
  return several_objectives(history) ? front_of(history, ranked).size() : 1;
}

std::optional<size_t> best_result(const History& history) {
  std::optional<size_t> best;
  for (size_t i = 0; i < history.entries.size(); ++i) {
    if (!history.entries[i].is_result()) continue;
    if (!best || comes_first(history.entries[i], history.entries[*best])) best = i;
  }
  return best;
}

bool improved(const History& history, size_t first) {
  if (!several_objectives(history)) {
    const std::optional<size_t> best = best_result(history);
    return best && *best >= first;
  }
  for (size_t i = first; i < history.entries.size(); ++i) {
    const Entry& entry = history.entries[i];
    if (!entry.is_result()) continue;
    const bool dominated = std::any_of(history.entries.begin(), history.entries.end(), [&](const Entry& other) {
      return other.is_result() && other.fidelity >= entry.fidelity && dominates(other.objectives, entry.objectives);
    });
    if (!dominated) return true;
  }
  return false;
}

double diversity(const History& history, size_t end, size_t window) {
  const size_t first = end > window ? end - window : 0;
  const auto count = static_cast<double>(end - first);
  if (end - first < 2) return 0.0;
  size_t decisions = 0;
  for (size_t i = first; i < end; ++i) decisions = std::max(decisions, history.entries[i].architecture.choices.size());
  double sum = 0.0;
  for (size_t decision = 0; decision < decisions; ++decision) {
    std::map<std::optional<int>, double> with;  // entries by option; none where they lack the decision
    for (size_t i = first; i < end; ++i) {
      const std::vector<int>& choices = history.entries[i].architecture.choices;
      ++with[decision < choices.size() ? std::optional<int>(choices[decision]) : std::nullopt];
    }
    double equal_pairs = 0.0;
    for (const auto& [option, entries] : with) equal_pairs += entries * (entries - 1.0);
    sum += 1.0 - equal_pairs / (count * (count - 1.0));
  }
  return decisions == 0 ? 0.0 : sum / static_cast<double>(decisions);
}

std::vector<TracePoint> trace(const History& history) {
  const Shares shares(history);
  const bool several = several_objectives(history);
  std::vector<TracePoint> points;
  TracePoint now;
  Front front;
  int fidelity = -1;  // the highest so far
  for (size_t i = 0; i < history.entries.size(); ++i) {
    const Entry& entry = history.entries[i];
    ++(entry.feasible ? now.evaluations : now.infeasible);
    if (entry.is_result() && entry.fidelity > fidelity) {
      fidelity = entry.fidelity;
      now.best = kWorst;
      front.clear();
    }
    if (entry.is_result() && entry.fidelity == fidelity) {
      now.best = std::max(now.best, entry.objectives[0]);
      if (several) front.add(i, shares.of(entry.objectives));
    }
    if (i + 1 < history.entries.size() && history.entries[i + 1].batch == entry.batch) continue;
    now.batch = entry.batch;
    now.diversity = diversity(history, i + 1);
    if (several) {
      now.front = front.size();
      const std::vector<Point> members = front.points();
      if (!members.empty()) now.hypervolume = hypervolume(members, Point(members[0].size(), 0.0));
    }
    points.push_back(now);
  }
  return points;
}

}  // namespace zeroth::search
