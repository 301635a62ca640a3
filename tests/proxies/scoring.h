// Scoring for tests: a plan with its minibatches and scorer, and single networks with their probe.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/csv.h"
#include "nn/initialiser.h"
#include "proxies/scorer.h"

namespace zeroth::tests {

inline const spaces::SearchSpace& nasbench201() { return spaces::find_space("nasbench201"); }

inline constexpr const char* kBest =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|";

// A network small enough that any pass takes milliseconds.
inline proxies::Overrides tiny() {
  proxies::Overrides overrides;
  overrides.channels = 4;
  overrides.cells = 1;
  overrides.resolution = 8;
  overrides.batch = 6;
  return overrides;
}

class Scoring {
 public:
  Scoring(const spaces::SearchSpace& space, const std::string& proxies, proxies::Fidelity fidelity,
          const proxies::Overrides& overrides, uint64_t seed = 0)
      : space_(space),
        plan_(proxies::make_plan(space, proxies::parse_proxies(proxies, &space), fidelity, overrides)),
        source_("gaussian", seed),
        minibatches_(source_),
        scorer_(space, plan_, minibatches_, seed) {
    at::set_num_threads(1);  // as in a worker: the order of float sums depends on it
    proxies::prepare_minibatches(plan_, minibatches_);
  }
  Scoring(const Scoring&) = delete;
  Scoring& operator=(const Scoring&) = delete;

  const proxies::Plan& plan() const { return plan_; }
  const proxies::Scorer& scorer() const { return scorer_; }
  const nn::MinibatchStore& minibatches() const { return minibatches_; }

  proxies::Scores score(const spaces::Architecture& architecture) const {
    return scorer_.score(architecture, spaces::canonical_form(space_.cells(architecture)), space_.print(architecture));
  }
  proxies::Scores score(const std::string& text) const { return score(space_.parse(text)); }

  std::map<std::string, proxies::ProxyScore> by_name(const spaces::Architecture& architecture) const {
    const proxies::Scores scores = score(architecture);
    std::map<std::string, proxies::ProxyScore> named;
    for (size_t i = 0; i < plan_.proxies.size(); ++i) named[plan_.proxies[i]->name] = scores.proxies[i];
    return named;
  }

 private:
  const spaces::SearchSpace& space_;
  const proxies::Plan plan_;
  const nn::InputSource source_;
  nn::MinibatchStore minibatches_;
  const proxies::Scorer scorer_;
};

// What a table would show of a score: the value's exact text, or the reason.
inline std::string text_of(const proxies::ProxyScore& score) {
  if (!score.value) return "failed: " + score.failure;
  return core::number_text(*score.value) + (score.standard_error ? " " + core::number_text(*score.standard_error) : "");
}

// A hand-made graph with its minibatches, in float64.
class TinyNetwork {
 public:
  // Images are (batch, C, H, W) as the graph's input says; `params` as in the graph's table.
  TinyNetwork(spaces::OpGraph graph, std::vector<torch::Tensor> params, int64_t batch, int64_t classes)
      : source_("gaussian", /*seed=*/11), minibatches_(source_), network_(std::move(graph), std::move(params)) {
    const spaces::FeatureShape& input = network_.graph().nodes()[0].shape;
    setting_.shape.resolution = input.height;
    setting_.shape.input_channels = input.channels;
    setting_.shape.classes = classes;
    setting_.batch = batch;
    setting_.dtype = nn::DType::kFloat64;
    minibatches_.prepare(setting_, nn::Draw::kFirst, 0);
    minibatches_.prepare(setting_, nn::Draw::kSecond, 0);
  }
  TinyNetwork(const TinyNetwork&) = delete;
  TinyNetwork& operator=(const TinyNetwork&) = delete;

  const nn::Network& network() const { return network_; }
  const nn::Minibatch& batch(nn::Draw draw = nn::Draw::kFirst) const { return minibatches_.get(setting_, draw, 0); }

  proxies::Probe probe(proxies::PassSet passes) const {
    proxies::Probe probe(network_, setting_, minibatches_, /*repeat=*/0);
    probe.run(passes);
    return probe;
  }
  // The score of a proxy that reads these passes.
  double score(const std::string& proxy, proxies::PassSet passes) const {
    return proxies::parse_proxies(proxy).front()->score(probe(passes));
  }

 private:
  nn::InputSource source_;
  nn::MinibatchStore minibatches_;
  nn::Setting setting_;
  nn::Network network_;
};

// PyTorch's initialisation in float64.
inline std::vector<torch::Tensor> drawn_params(const spaces::OpGraph& graph) {
  return nn::initial_params(graph, nn::Init::kPytorch, nn::DType::kFloat64, /*seed=*/6, /*repeat=*/0, /*identity=*/2);
}

}  // namespace zeroth::tests
