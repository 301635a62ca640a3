// What a history amounts to: its best, its front, how it went.
#pragma once

#include <optional>
#include <vector>

#include "search/history.h"

namespace zeroth::search {

// Entries that are results, best first, of each architecture that at its highest fidelity; of equals the earlier. A
// higher fidelity comes first; with one objective then the larger value; with several the Pareto front, then the
// others, each by the first objective.
std::vector<size_t> ranked_results(const History& history);
// How many of the first of them nothing dominates: the Pareto front of the highest fidelity. 1 with one objective.
size_t front_size(const History& history, const std::vector<size_t>& ranked);

// Whether an entry from number `first` on is the best result so far, or on the Pareto front where there are several
// objectives.
bool improved(const History& history, size_t first);
// The best result so far by the first objective; nothing where there is none.
std::optional<size_t> best_result(const History& history);

// Mean over pairs of the last `window` entries before `end` of the share of decisions in which the two differ; 0 for
// fewer than two. A decision that only one of them has counts as a difference.
double diversity(const History& history, size_t end, size_t window = 50);

// After a batch.
struct TracePoint {
  size_t batch = 0, evaluations = 0, infeasible = 0;
  double best = kWorst;    // first objective, at the highest fidelity so far
  double diversity = 0.0;  // of the last 50 entries
  size_t front = 0;        // points on the Pareto front of the highest fidelity so far
  // What that front dominates, as a share of the box between the worst and the best value that any result has in each
  // objective.
  double hypervolume = 0.0;
};

// By the objectives as they stand at the end, so that points of one trace compare.
std::vector<TracePoint> trace(const History& history);

}  // namespace zeroth::search
