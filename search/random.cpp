// A random sample without replacement: repeats cost nothing.
#include "search/strategy.h"
#include "search/variation.h"

namespace zeroth::search {
namespace {

class Random : public Strategy {
 public:
  explicit Random(const StrategyContext& context) : space_(context.space), seed_(context.seed) {}

  std::vector<Proposal> ask(size_t n) override {
    std::vector<Proposal> proposals;
    while (proposals.size() < n) proposals.push_back({random_architecture(space_, seed_, next_++)});
    return proposals;
  }

  void tell(const std::vector<size_t>&) override {}

 private:
  const spaces::SearchSpace& space_;
  const uint64_t seed_;
  uint64_t next_ = 0;
};

}  // namespace

StrategyEntry strategy_random() {
  StrategyEntry entry;
  entry.name = "random";
  entry.summary = "a random sample without replacement: what every other strategy has to beat";
  entry.source = "Li and Talwalkar, UAI 2019, arXiv:1902.07638";
  entry.several_objectives = true;
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Random>(context);
  };
  return entry;
}

}  // namespace zeroth::search
