// Bayesian optimisation: a Gaussian process over features of architectures, by default their structure, learns the
// objective, and the candidates with the highest expected improvement are asked for. Candidates are random
// architectures and the neighbours of the best; each that is picked is believed to do as predicted before the next of
// the batch is (Ginsbourger et al., 2010). White et al., BANANAS, AAAI 2021, arXiv:1910.11858, use an ensemble of
// networks in place of the process.
//
// Objectives are learned as normal scores of their ranks. A process of all results would cost the cube of their number:
// it sees the best and an even spread of the rest.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "ensemble/rank_features.h"
#include "search/gaussian_process.h"
#include "search/strategy.h"
#include "search/structure_features.h"
#include "search/variation.h"

namespace zeroth::search {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using spaces::Architecture;

constexpr size_t kFirst = 32;  // results before the process learns
constexpr size_t kBest = 150, kSpread = 150;
constexpr size_t kRandom = 200, kParents = 8;

// Columns with mean 0 and variance 1 over the first rows; columns that are constant there become 0.
void standardise(MatrixXd& x, Index learned) {
  for (Index column = 0; column < x.cols(); ++column) {
    const double mean = x.col(column).head(learned).mean();
    const double deviation = std::sqrt((x.col(column).head(learned).array() - mean).square().mean());
    if (deviation > 1e-12) {
      x.col(column) = (x.col(column).array() - mean) / deviation;
    } else {
      x.col(column).setZero();
    }
  }
}

class Bayes : public Strategy {
 public:
  explicit Bayes(const StrategyContext& context)
      : space_(context.space), history_(context.history), seed_(context.seed), features_(context.features) {
    if (!features_) {
      features_ = [this](const std::vector<Architecture>& architectures) {
        std::vector<std::vector<double>> rows;
        for (const Architecture& architecture : architectures) rows.push_back(structure_features(space_, architecture));
        return rows;
      };
    }
  }

  std::vector<Proposal> ask(size_t n) override {
    if (results_.size() < kFirst) {
      std::vector<Proposal> proposals;
      while (proposals.size() < n) proposals.push_back({random_architecture(space_, seed_, drawn_++)});
      return proposals;
    }
    return most_promising(n);
  }

  void tell(const std::vector<size_t>& entries) override {
    for (const size_t entry : entries) {
      if (history_.entries[entry].feasible) results_.insert(entry);
      seen_.insert(history_.entries[entry].architecture);
    }
  }

 private:
  // Entries to learn from, the best first.
  std::vector<size_t> lessons() const {
    std::vector<size_t> order(results_.begin(), results_.end());
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return history_.entries[a].objectives[0] > history_.entries[b].objectives[0];
    });
    if (order.size() <= kBest + kSpread) return order;
    std::vector<size_t> chosen(order.begin(), order.begin() + kBest);
    const size_t rest = order.size() - kBest;
    for (size_t i = 0; i < kSpread; ++i) chosen.push_back(order[kBest + i * rest / kSpread]);
    return chosen;
  }

  // Architectures that were not told yet, each once.
  std::vector<Architecture> candidates(const std::vector<size_t>& best_first) {
    std::vector<Architecture> found;
    std::set<Architecture> taken;
    const auto add = [&](const Architecture& architecture) {
      if (seen_.count(architecture) == 0 && taken.insert(architecture).second) found.push_back(architecture);
    };
    for (size_t i = 0; i < kRandom; ++i) add(random_architecture(space_, seed_, drawn_++));
    for (size_t i = 0; i < std::min(kParents, best_first.size()); ++i) {
      for (const Architecture& neighbour : space_.neighbours(history_.entries[best_first[i]].architecture)) {
        add(neighbour);
      }
    }
    return found;
  }

  // Features of these architectures, by row; each is computed once.
  MatrixXd features(const std::vector<Architecture>& architectures) {
    std::vector<Architecture> missing;
    for (const Architecture& architecture : architectures) {
      if (known_.emplace(architecture, std::vector<double>{}).second) missing.push_back(architecture);
    }
    const std::vector<std::vector<double>> computed = features_(missing);
    ZEROTH_CHECK(computed.size() == missing.size());
    for (size_t i = 0; i < missing.size(); ++i) known_[missing[i]] = computed[i];
    const std::vector<double>& first = known_.at(architectures[0]);
    MatrixXd rows(static_cast<Index>(architectures.size()), static_cast<Index>(first.size()));
    for (size_t i = 0; i < architectures.size(); ++i) {
      const std::vector<double>& row = known_.at(architectures[i]);
      rows.row(static_cast<Index>(i)) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), rows.cols());
    }
    return rows;
  }

  std::vector<Proposal> most_promising(size_t n) {
    const std::vector<size_t> learned = lessons();
    std::vector<Architecture> all;
    std::vector<double> objectives;
    for (const size_t entry : learned) {
      all.push_back(history_.entries[entry].architecture);
      objectives.push_back(history_.entries[entry].objectives[0]);
    }
    const std::vector<Architecture> candidates = this->candidates(learned);
    all.insert(all.end(), candidates.begin(), candidates.end());
    MatrixXd x = features(all);
    const auto lessons = static_cast<Index>(learned.size());
    standardise(x, lessons);
    const VectorXd y = ensemble::normal_scores(objectives);
    const GaussianProcess process = GaussianProcess::fitted(x.topRows(lessons), y);
    GaussianProcess::Posterior posterior(process, x.bottomRows(x.rows() - lessons));

    const double reached = y.maxCoeff();
    std::vector<Proposal> proposals;
    std::vector<bool> taken(candidates.size(), false);
    while (proposals.size() < std::min(n, candidates.size())) {
      size_t best = candidates.size();
      double best_improvement = -1.0;
      for (size_t i = 0; i < candidates.size(); ++i) {
        const auto row = static_cast<Index>(i);
        const double improvement =
            expected_improvement(posterior.mean()[row], std::sqrt(posterior.variance()[row]), reached);
        if (!taken[i] && improvement > best_improvement) best = i, best_improvement = improvement;
      }
      taken[best] = true;
      posterior.believe(static_cast<Index>(best));
      proposals.push_back({candidates[best]});
    }
    return proposals;
  }

  const spaces::SearchSpace& space_;
  const History& history_;
  const uint64_t seed_;
  Features features_;
  uint64_t drawn_ = 0;
  std::set<size_t> results_;                           // entries with an objective
  std::set<Architecture> seen_;                        // what was told, infeasible ones too
  std::map<Architecture, std::vector<double>> known_;  // features
};

}  // namespace

StrategyEntry strategy_bayes() {
  StrategyEntry entry;
  entry.name = "bayes";
  entry.summary = "a Gaussian process on structure features asks for the highest expected improvement";
  entry.source = "Jones et al., 1998; for architectures White et al., AAAI 2021, arXiv:1910.11858";
  entry.make = [](const StrategyContext& context) -> std::unique_ptr<Strategy> {
    return std::make_unique<Bayes>(context);
  };
  return entry;
}

}  // namespace zeroth::search
