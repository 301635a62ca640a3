// Successive halving over fidelities: a random sample is evaluated at the cheapest, the best quarter of it at the next,
// and so on. Jamieson and Talwalkar, AISTATS 2016, arXiv:1502.07943.
//
// The rungs' sizes fall by kKept and add up to the budget, which counts an evaluation at any fidelity as one.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "search/strategy.h"
#include "search/variation.h"

namespace zeroth::search {
namespace {

constexpr size_t kKept = 4;          // one in so many goes on to the next rung
constexpr size_t kIdleBatches = 50;  // of the sample, after which the space counts as used up

class SuccessiveHalving : public Strategy {
 public:
  explicit SuccessiveHalving(const StrategyContext& context)
      : space_(context.space), history_(context.history), seed_(context.seed) {
    double shares = 0.0;
    for (int rung = 0; rung < context.fidelities; ++rung) shares += std::pow(kKept, -rung);
    size_t left = context.budget;
    for (int rung = context.fidelities - 1; rung > 0; --rung) {
      const double exact = static_cast<double>(context.budget) * std::pow(kKept, -rung) / shares;
      const size_t size = std::min(left, std::max<size_t>(1, static_cast<size_t>(exact)));
      sizes_.insert(sizes_.begin(), size);
      left -= size;
    }
    sizes_.insert(sizes_.begin(), left);
  }

  std::vector<Proposal> ask(size_t n) override {
    while (rung_ < sizes_.size() && is_complete()) climb();
    std::vector<Proposal> proposals;
    if (rung_ == sizes_.size()) return proposals;
    const size_t most = std::min(n, rung_size() - reached_.size());
    while (proposals.size() < most) {
      if (rung_ == 0) {
        proposals.push_back({random_architecture(space_, seed_, drawn_++)});
      } else {
        const size_t survivor = survivors_[next_survivor_++];
        proposals.push_back({history_.entries[survivor].architecture, static_cast<int>(rung_)});
      }
    }
    return proposals;
  }

  void tell(const std::vector<size_t>& entries) override {
    const size_t before = reached_.size();
    for (const size_t entry : entries) {
      if (history_.entries[entry].feasible) reached_.insert(entry);
    }
    idle_batches_ = reached_.size() > before ? 0 : idle_batches_ + 1;
  }

 private:
  bool is_complete() const {
    const bool used_up = rung_ == 0 && !reached_.empty() && idle_batches_ >= kIdleBatches;
    return reached_.size() >= rung_size() || used_up;
  }
  size_t rung_size() const { return rung_ == 0 ? sizes_[0] : std::min(sizes_[rung_], survivors_.size()); }

  // The best of this rung become the survivors of the next.
  void climb() {
    survivors_.assign(reached_.begin(), reached_.end());
    std::stable_sort(survivors_.begin(), survivors_.end(), [&](size_t a, size_t b) {
      return history_.entries[a].objectives[0] > history_.entries[b].objectives[0];
    });
    reached_.clear();
    next_survivor_ = 0;
    ++rung_;
  }

  const spaces::SearchSpace& space_;
  const History& history_;
  const uint64_t seed_;
  std::vector<size_t> sizes_;      // of the rungs
  size_t rung_ = 0;                // the fidelity, too
  std::set<size_t> reached_;       // entries of this rung
  std::vector<size_t> survivors_;  // entries of the rung before, best first
  size_t next_survivor_ = 0;
  uint64_t drawn_ = 0;
  size_t idle_batches_ = 0;  // in a row
};

}  // namespace

StrategyEntry strategy_successive_halving() {
  StrategyEntry entry;
  entry.name = "successive_halving";
  entry.summary = "a random sample at the cheapest fidelity, the best quarter of it at the next, and so on";
  entry.source = "Jamieson and Talwalkar, AISTATS 2016, arXiv:1502.07943";
  entry.several_fidelities = true;
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<SuccessiveHalving>(context);
  };
  return entry;
}

}  // namespace zeroth::search
