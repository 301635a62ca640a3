// TE-NAS: the supernet of the space, which has every operation on every edge but the one that emits zeros, is pruned
// operation by operation. A round asks for the supernet without each of the operations that are left; the objectives,
// NTK and linear regions in the paper, are ranked within the round and the ranks added up; each edge loses the
// operation that is missed least. The search ends with one operation on each edge, and evaluates that architecture.
// Chen, Gong and Wang, ICLR 2021, arXiv:2102.11535, algorithm 1.
//
// Their code, too, takes the zeros from all edges before it begins, so that no result has one. It scores a supernet by
// its relative change from the unpruned one, on equal weights, a mean over three draws; here every supernet draws its
// own weights, and --repeats says how many times.
//
// On NAS-Bench-201 that is 24 + 18 + 12 supernets, however large the budget; without the whole of them there is no
// result.
#include <fmt/format.h>

#include <map>

#include "core/error.h"
#include "core/ranks.h"
#include "search/strategy.h"
#include "spaces/supernet.h"

namespace zeroth::search {
namespace {

const spaces::Supernet& as_supernet(const spaces::SearchSpace& space) {
  const auto* supernet = dynamic_cast<const spaces::Supernet*>(&space);
  ZEROTH_CHECK(supernet != nullptr);
  return *supernet;
}

// All operations but those that emit zeros, where an edge has others.
spaces::Architecture without_zeros(const spaces::Supernet& supernet) {
  spaces::Architecture start = supernet.whole();
  for (size_t decision = 0; decision < start.choices.size(); ++decision) {
    for (const int option : supernet.kept(start, decision)) {
      if (supernet.is_zero(decision, option) && supernet.kept(start, decision).size() > 1) {
        start = supernet.without(start, decision, option);
      }
    }
  }
  return start;
}

// Evaluations of all rounds and of the result.
size_t whole_cost(const spaces::Supernet& supernet, const spaces::Architecture& start) {
  size_t cost = 1;
  for (size_t decision = 0; decision < start.choices.size(); ++decision) {
    for (size_t left = supernet.kept(start, decision).size(); left > 1; --left) cost += left;
  }
  return cost;
}

class TeNas : public Strategy {
 public:
  explicit TeNas(const StrategyContext& context)
      : supernet_(as_supernet(context.space)), history_(context.history), current_(without_zeros(supernet_)) {
    if (const size_t cost = whole_cost(supernet_, current_); context.budget < cost) {
      throw core::UsageError(
          fmt::format("strategy te_nas: pruning the supernet of {} takes {} evaluations, the budget is {}",
                      supernet_.space().name(), cost, context.budget));
    }
    begin_round();
  }

  std::vector<Proposal> ask(size_t n) override {
    std::vector<Proposal> proposals;
    for (size_t i = results_.size(); i < removals_.size() && proposals.size() < n; ++i) {
      proposals.push_back(
          {supernet_.without(current_, removals_[i].decision, removals_[i].option), 0, /*partial=*/true});
    }
    if (removals_.empty() && !done_) proposals.push_back({current_});
    return proposals;
  }

  void tell(const std::vector<size_t>& entries) override {
    if (removals_.empty()) {
      done_ = true;
      return;
    }
    results_.insert(results_.end(), entries.begin(), entries.end());
    if (results_.size() < removals_.size()) return;
    prune();
    begin_round();
  }

 private:
  struct Removal {
    size_t decision;
    int option;
  };

  void begin_round() {
    removals_.clear();
    results_.clear();
    for (size_t decision = 0; decision < current_.choices.size(); ++decision) {
      const std::vector<int> kept = supernet_.kept(current_, decision);
      for (const int option : kept) {
        if (kept.size() > 1) removals_.push_back({decision, option});
      }
    }
  }

  // The best supernet of an edge is the one that misses what it lost least; of equals the first.
  void prune() {
    std::vector<double> merit(removals_.size(), 0.0);
    for (size_t objective = 0; objective < history_.entries[results_[0]].objectives.size(); ++objective) {
      std::vector<double> values;
      for (const size_t entry : results_) values.push_back(history_.entries[entry].objectives[objective]);
      const std::vector<double> ranks = core::ranks(values);
      for (size_t i = 0; i < ranks.size(); ++i) merit[i] += ranks[i];
    }
    std::map<size_t, size_t> best;  // removal by decision
    for (size_t i = 0; i < removals_.size(); ++i) {
      const auto [found, is_new] = best.try_emplace(removals_[i].decision, i);
      if (!is_new && merit[i] > merit[found->second]) found->second = i;
    }
    for (const auto& [decision, i] : best) current_ = supernet_.without(current_, decision, removals_[i].option);
  }

  const spaces::Supernet& supernet_;
  const History& history_;
  spaces::Architecture current_;
  std::vector<Removal> removals_;  // of this round; none when each edge has one operation
  std::vector<size_t> results_;    // entries of the first of them
  bool done_ = false;
};

}  // namespace

StrategyEntry strategy_te_nas() {
  StrategyEntry entry;
  entry.name = "te_nas";
  entry.summary = "prunes a supernet, round by round the operation that is missed least on each edge; in cell spaces";
  entry.source = "Chen et al., ICLR 2021, arXiv:2102.11535";
  entry.several_objectives = true;
  entry.on_supernet = true;
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<TeNas>(context);
  };
  return entry;
}

}  // namespace zeroth::search
