// az_trainability: whether gradients keep their size from cell to cell.
//
// S = mean over cells of 2 - s - 1/(s + 1e-6), s the largest singular value of A^T B / rows, B random signs at the
// cell's output, A the gradient that they become at its input (proxies/taps.h): 0 at s = 1, below it elsewhere. Lee and
// Ham, AZ-NAS, CVPR 2024, arXiv:2403.19232. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward.
// Authors' code: equal, with two faults. A cell that is the identity makes the score minus infinity (here a failure
// with a reason), although it passes gradients on as they are; a dead one gives 2 - 1e6, a number, so that dead
// networks rank above those with an identity. az_trainability:fixed leaves identities out of the mean and fails on dead
// cells. Paper setting: as az_expressivity.
#include <cmath>

#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

double step_score(const TapStep& step) {
  constexpr double kShift = 1e-6;
  if (std::isnan(step.gain)) throw Degenerate("a cell's output does not divide its input");
  return 2.0 - step.gain - 1.0 / (step.gain + kShift);
}

double score_as_published(const Probe& probe) {
  const std::vector<TapStep>& steps = probe.tap_steps();
  if (steps.empty()) throw Degenerate("the network has no cell");
  double sum = 0.0;
  for (const TapStep& step : steps) {
    if (step.identity) throw Degenerate("a cell is the identity");
    sum += step_score(step);
  }
  return finite(sum / static_cast<double>(steps.size()));
}

double score_fixed(const Probe& probe) {
  double sum = 0.0;
  int counted = 0;
  for (const TapStep& step : probe.tap_steps()) {
    if (step.identity) continue;
    if (step.gain == 0.0) throw Degenerate("no gradient passes a cell");
    sum += step_score(step);
    ++counted;
  }
  if (counted == 0) throw Degenerate("every cell is the identity");
  return finite(sum / counted);
}

}  // namespace

Proxy proxy_az_trainability() {
  Proxy proxy;
  proxy.name = "az_trainability";
  proxy.summary = "how well the cells keep the size of a random gradient";
  proxy.formula = "mean_i 2 - s_i - 1/(s_i + 1e-6), s_i = ||A_i^T B_i||_2 / rows";
  proxy.citation = "Lee and Ham, AZ-NAS, CVPR 2024, arXiv:2403.19232";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.request = needs({Pass::kTapSteps}, [](nn::Setting& paper) { paper.init = nn::Init::kKaimingNormalFanIn; });
  proxy.score = score_as_published;
  Proxy fixed = proxy;
  fixed.name = "az_trainability:fixed";
  fixed.summary = "az_trainability without identity cells; a dead cell has no score";
  fixed.golden = "equal where no cell is dead or the identity";
  fixed.score = score_fixed;
  proxy.variants = {fixed};
  return proxy;
}

}  // namespace zeroth::proxies
