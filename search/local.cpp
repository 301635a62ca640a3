// Hill climbing with restarts. It starts from the best of a batch of random architectures. The neighbours of the place
// where it stands are asked for in random order; it moves to the best of a batch as soon as that is better, and starts
// again when no neighbour is.
// White et al., UAI 2021, arXiv:2005.02960, who look at all neighbours before they move.
#include <algorithm>

#include "search/strategy.h"
#include "search/variation.h"

namespace zeroth::search {
namespace {

class Local : public Strategy {
 public:
  explicit Local(const StrategyContext& context)
      : space_(context.space), history_(context.history), seed_(context.seed) {}

  std::vector<Proposal> ask(size_t n) override {
    std::vector<Proposal> proposals;
    if (waiting_.empty()) {
      standing_ = false;
      while (proposals.size() < n) proposals.push_back({random_architecture(space_, seed_, starts_++)});
    }
    for (size_t i = 0; i < std::min(n, waiting_.size()); ++i) proposals.push_back({waiting_[i]});
    return proposals;
  }

  void tell(const std::vector<size_t>& entries) override {
    const auto objective = [&](size_t entry) { return history_.entries[entry].objectives[0]; };
    const size_t best = *std::max_element(entries.begin(), entries.end(),
                                          [&](size_t a, size_t b) { return objective(a) < objective(b); });
    if (standing_ && objective(best) <= objective(here_)) {
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(entries.size()));
      return;
    }
    standing_ = true;
    here_ = best;
    look_around();
  }

 private:
  // The neighbours of the new place, in random order.
  void look_around() {
    waiting_ = space_.neighbours(history_.entries[here_].architecture);
    const core::Stream stream(seed_, "local", moves_++);
    for (uint32_t left = static_cast<uint32_t>(waiting_.size()); left > 1; --left) {
      std::swap(waiting_[left - 1], waiting_[stream.below(left, left)]);
    }
  }

  const spaces::SearchSpace& space_;
  const History& history_;
  const uint64_t seed_;
  uint64_t starts_ = 0, moves_ = 0;
  bool standing_ = false;  // at an entry; not before the first result of a start
  size_t here_ = 0;
  std::vector<spaces::Architecture> waiting_;  // neighbours that were not told yet
};

}  // namespace

StrategyEntry strategy_local() {
  StrategyEntry entry;
  entry.name = "local";
  entry.summary = "hill climbing over neighbours, from a random start again at each top";
  entry.source = "White et al., UAI 2021, arXiv:2005.02960";
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Local>(context);
  };
  return entry;
}

}  // namespace zeroth::search
