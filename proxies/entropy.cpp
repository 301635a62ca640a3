// entropy: how much a network can express, from widths and kernels alone.
//
// S = sum over stages s of w_s (h_s + ln C_s), h_s = 1/2 ln of the variance of the stage's result with independent
// N(0, 1) weights and without batch norm, C_s its channels; a stage is all that has one resolution. h is worked out on
// the canonical graph: a convolution adds ln sqrt(C_in k^2), a sum adds variances, poolings and ReLUs change nothing.
// The weights 0, 0, 1, 1, 6 end at the last stage; further stages in front weigh 0. Sun et al., MAE-DET, ICML 2022,
// arXiv:2111.13336. Sign: larger = better, the authors'. Cost: no pass; always of the benchmark's full network.
// Authors' code (madnas): equal on chains of plain convolutions. It knows only those: it leaves out residual links and
// needs exactly five stages.
// entropy:deepmad is S = sum over s of w_s h_s (ln C_s + ln(H_s W_s)), weights 1, 1, 1, 1, 8, exponents 1. Shen et al.,
// DeepMAD, CVPR 2023, arXiv:2303.02165; their bound on depth over width is a constraint of the search and not here.
#include <algorithm>
#include <array>
#include <cmath>

#include "proxies/proxy.h"
#include "spaces/log_variance.h"

namespace zeroth::proxies {
namespace {

constexpr size_t kStages = 5;
constexpr std::array<double, kStages> kMaeDet = {0.0, 0.0, 1.0, 1.0, 6.0};
constexpr std::array<double, kStages> kDeepMad = {1.0, 1.0, 1.0, 1.0, 8.0};

// Sum of weight times term(h, stage) over the stages that have a weight.
template <typename Term>
double weighted_stages(const spaces::OpGraph& network, const std::array<double, kStages>& weights, const Term& term) {
  const std::vector<spaces::Stage> stages = spaces::stages(network);
  if (stages.empty()) throw Degenerate("the network has no feature maps");
  if (!std::isfinite(stages.back().log_variance)) throw Degenerate("no signal passes the network");
  double score = 0.0;
  for (size_t back = 1; back <= std::min(kStages, stages.size()); ++back) {
    const spaces::Stage& stage = stages[stages.size() - back];
    score += weights[kStages - back] * term(0.5 * stage.log_variance, stage.shape);
  }
  return finite(score);
}

}  // namespace

Proxy proxy_entropy() {
  Proxy proxy;
  proxy.name = "entropy";
  proxy.summary = "entropy of the last stages' features, from widths and kernels";
  proxy.formula = "sum_s w_s (h_s + ln C_s), h_s = 1/2 ln variance, w = 0, 0, 1, 1, 6";
  proxy.citation = "Sun et al., MAE-DET, ICML 2022, arXiv:2111.13336";
  proxy.sign = "authors'";
  proxy.golden = "none: the authors' code has chains of five stages only, where it is equal";
  proxy.score_facts = [](const spaces::Facts& facts) {
    return weighted_stages(facts.live_network, kMaeDet, [](double h, const spaces::FeatureShape& shape) {
      return h + std::log(static_cast<double>(shape.channels));
    });
  };
  Proxy deepmad = proxy;
  deepmad.name = "entropy:deepmad";
  deepmad.summary = "entropy of all stages' features times the log of their size";
  deepmad.formula = "sum_s w_s h_s (ln C_s + ln H_s W_s), h_s = 1/2 ln variance, w = 1, 1, 1, 1, 8";
  deepmad.citation = "Shen et al., DeepMAD, CVPR 2023, arXiv:2303.02165";
  deepmad.score_facts = [](const spaces::Facts& facts) {
    return weighted_stages(facts.live_network, kDeepMad, [](double h, const spaces::FeatureShape& shape) {
      return h * std::log(static_cast<double>(shape.channels * shape.height * shape.width));
    });
  };
  proxy.variants = {deepmad};
  return proxy;
}

}  // namespace zeroth::proxies
