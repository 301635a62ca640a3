// Every architecture, in the order of the space's enumeration.
#include <fmt/format.h>

#include "core/error.h"
#include "search/strategy.h"

namespace zeroth::search {
namespace {

class Exhaustive : public Strategy {
 public:
  explicit Exhaustive(const StrategyContext& context) : space_(context.space) {
    if (!space_.size()) {
      throw core::UsageError(
          fmt::format("strategy exhaustive: {} has no end of architectures; use random", space_.name()));
    }
  }

  std::vector<Proposal> ask(size_t n) override {
    std::vector<Proposal> proposals;
    for (; proposals.size() < n && next_ < *space_.size(); ++next_) proposals.push_back({space_.at(next_)});
    return proposals;
  }

  void tell(const std::vector<size_t>&) override {}

 private:
  const spaces::SearchSpace& space_;
  uint64_t next_ = 0;
};

}  // namespace

StrategyEntry strategy_exhaustive() {
  StrategyEntry entry;
  entry.name = "exhaustive";
  entry.summary = "every architecture in turn, as many as the budget allows; in spaces that have an end";
  entry.source = "-";
  entry.several_objectives = true;
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Exhaustive>(context);
  };
  return entry;
}

}  // namespace zeroth::search
