// Scores architectures: builds the networks of a plan, runs their passes, asks the proxies.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nn/minibatch.h"
#include "proxies/plan.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"

namespace zeroth::proxies {

struct ProxyScore {
  std::optional<double> value;           // mean over repeats; none where the proxy failed
  std::optional<double> standard_error;  // of that mean, over repeats; none for one repeat
  std::string failure;                   // why there is no value
};

// Where an architecture's time went, in seconds.
struct Times {
  double lower = 0.0;       // operator graphs, size and cost
  double initialise = 0.0;  // drawing weights
  double forward = 0.0;     // the forward that passes on the first minibatch share
  std::array<double, kPassCount> passes{};
  double score = 0.0;  // the proxies' own arithmetic
  double total = 0.0;
};

struct Scores {
  std::vector<ProxyScore> proxies;  // as in the plan
  Times times;
  PassCount count;
};

// An architecture's parameters where they are not drawn, fresh tensors that require gradients.
using OwnParams = std::function<std::vector<torch::Tensor>(const spaces::Architecture& architecture, nn::DType dtype)>;

// Thread-safe: shares only what it reads.
class Scorer {
 public:
  // `own_params` gives the parameters for nn::Init::kOwn, in the order of the graph's table.
  Scorer(const spaces::SearchSpace& space, const Plan& plan, const nn::MinibatchStore& minibatches, uint64_t seed,
         OwnParams own_params = {});

  // `form` is the canonical form of the architecture, `text` what is written. Never throws for an architecture that
  // cannot be scored: its proxies carry the failure.
  Scores score(const spaces::Architecture& architecture, const spaces::CanonicalForm& form,
               std::string_view text) const;

  // Only what needs no network; the rest is left without value.
  Scores score_facts(const spaces::Architecture& architecture, const spaces::CanonicalForm& form) const;

 private:
  // The group without the members that have no score for this network; those get the reason.
  PlanGroup suited_members(const PlanGroup& group, const spaces::OpGraph& graph, Scores& scores) const;
  void run_group(const PlanGroup& group, const spaces::OpGraph& graph, const spaces::Architecture& architecture,
                 uint64_t identity, Scores& scores) const;

  const spaces::SearchSpace& space_;
  const Plan& plan_;
  const nn::MinibatchStore& minibatches_;
  const uint64_t seed_;
  const OwnParams own_params_;
};

}  // namespace zeroth::proxies
