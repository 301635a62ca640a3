// REINFORCE with a factorised policy: a softmax over the options of each decision, independent of the others. The
// reward of an architecture is its percentile among all results so far, whatever the scale of the objective; its
// baseline is a moving average. Steps are Adam's, and an entropy bonus keeps the policy from closing too early.
// Williams, Machine Learning 8, 1992; for architectures Zoph and Le, ICLR 2017, arXiv:1611.01578; factorised as in
// Dong et al., NATS-Bench, arXiv:2009.00437.
//
// It suits spaces in which every combination of options is an architecture.
#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "search/strategy.h"
#include "spaces/factored_space.h"

namespace zeroth::search {
namespace {

using Eigen::VectorXd;

constexpr double kStep = 0.1, kMomentum = 0.9, kSecondMomentum = 0.999, kTiny = 1e-8;  // Adam's
constexpr double kBaselineMemory = 0.9, kEntropyBonus = 0.01;

const std::vector<int>& options_of(const spaces::SearchSpace& space) {
  const auto* factored = dynamic_cast<const spaces::FactoredSpace*>(&space);
  if (factored == nullptr) {
    throw core::UsageError(fmt::format(
        "strategy reinforce: the decisions of {} depend on each other; use evolution or genetic", space.name()));
  }
  return factored->options();
}

// Logits of one decision, with what Adam remembers of them.
struct Decision {
  VectorXd logits, first, second;
};

VectorXd probabilities(const VectorXd& logits) {
  const VectorXd raised = (logits.array() - logits.maxCoeff()).exp();
  return raised / raised.sum();
}

class Reinforce : public Strategy {
 public:
  explicit Reinforce(const StrategyContext& context) : history_(context.history), seed_(context.seed) {
    for (const int count : options_of(context.space)) {
      policy_.push_back({VectorXd::Zero(count), VectorXd::Zero(count), VectorXd::Zero(count)});
    }
  }

  std::vector<Proposal> ask(size_t n) override {
    asked_.clear();
    std::vector<VectorXd> chances;
    for (const Decision& decision : policy_) chances.push_back(probabilities(decision.logits));
    while (asked_.size() < n) {
      const core::Stream stream(seed_, "reinforce", drawn_++);
      spaces::Architecture architecture;
      for (size_t k = 0; k < policy_.size(); ++k) {
        double left = stream.uniform(static_cast<uint32_t>(k));
        int option = 0;
        for (; option + 1 < chances[k].size() && left >= chances[k][option]; ++option) left -= chances[k][option];
        architecture.choices.push_back(option);
      }
      asked_.push_back({architecture});
    }
    return asked_;
  }

  void tell(const std::vector<size_t>& entries) override {
    std::vector<double> pool;
    for (const Entry& entry : history_.entries) pool.push_back(entry.objectives[0]);
    std::sort(pool.begin(), pool.end());
    std::vector<double> rewards;
    double mean = 0.0;
    for (const size_t entry : entries) {
      rewards.push_back(percentile(pool, history_.entries[entry].objectives[0]));
      mean += rewards.back() / static_cast<double>(entries.size());
    }
    baseline_ = steps_ == 0 ? mean : kBaselineMemory * baseline_ + (1.0 - kBaselineMemory) * mean;
    ++steps_;
    for (size_t k = 0; k < policy_.size(); ++k) step(k, rewards);
  }

 private:
  // Of the sorted pool that is lower, equals half.
  static double percentile(const std::vector<double>& pool, double value) {
    const auto [low, high] = std::equal_range(pool.begin(), pool.end(), value);
    return (static_cast<double>(low - pool.begin()) + static_cast<double>(high - pool.begin())) /
           (2.0 * static_cast<double>(pool.size()));
  }

  void step(size_t k, const std::vector<double>& rewards) {
    Decision& decision = policy_[k];
    const VectorXd chance = probabilities(decision.logits);
    VectorXd gradient = VectorXd::Zero(chance.size());
    for (size_t i = 0; i < rewards.size(); ++i) {
      const double advantage = (rewards[i] - baseline_) / static_cast<double>(rewards.size());
      gradient -= advantage * chance;
      gradient[asked_[i].architecture.choices[k]] += advantage;
    }
    const Eigen::ArrayXd log_chance = chance.array().max(kTiny).log();
    const double entropy = -(chance.array() * log_chance).sum();
    gradient.array() -= kEntropyBonus * chance.array() * (log_chance + entropy);
    decision.first = kMomentum * decision.first + (1.0 - kMomentum) * gradient;
    decision.second = kSecondMomentum * decision.second + (1.0 - kSecondMomentum) * gradient.cwiseAbs2();
    const double first_scale = 1.0 - std::pow(kMomentum, steps_);
    const double second_scale = 1.0 - std::pow(kSecondMomentum, steps_);
    decision.logits.array() +=
        kStep * (decision.first.array() / first_scale) / ((decision.second.array() / second_scale).sqrt() + kTiny);
  }

  const History& history_;
  const uint64_t seed_;
  std::vector<Decision> policy_;
  std::vector<Proposal> asked_;  // by the last ask
  uint64_t drawn_ = 0;
  double baseline_ = 0.0;
  int steps_ = 0;
};

}  // namespace

StrategyEntry strategy_reinforce() {
  StrategyEntry entry;
  entry.name = "reinforce";
  entry.summary = "a policy over the options of each decision, learned by REINFORCE; where decisions are independent";
  entry.source = "Zoph and Le, ICLR 2017, arXiv:1611.01578; factorised as in NATS-Bench, arXiv:2009.00437";
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Reinforce>(context);
  };
  return entry;
}

}  // namespace zeroth::search
