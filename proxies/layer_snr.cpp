#include "proxies/layer_snr.h"

#include <cmath>

#include "proxies/reduce.h"

namespace zeroth::proxies {

std::vector<double> layer_snr(const Probe& probe) {
  std::vector<double> ratios;
  for (size_t l = 0; l < probe.absolute_weights().size(); ++l) {
    const torch::Tensor &w = probe.absolute_weights()[l], &gradient = probe.absolute_gradient()[l];
    const auto count = static_cast<double>(w.numel());
    const double sum = sum_over(w, gradient, [](double a, double g) { return std::abs(a * g); });
    const double mean = sum / count;
    const double squares = sum_over(w, gradient, [mean](double a, double g) {
      const double distance = std::abs(a * g) - mean;
      return distance * distance;
    });
    const double deviation = count > 1.0 ? std::sqrt(squares / (count - 1.0)) : 0.0;
    ratios.push_back(deviation > 0.0 ? sum / deviation : sum);
  }
  return ratios;
}

double log_or_zero(double snr) { return snr > 0.0 ? std::log(snr) : 0.0; }

}  // namespace zeroth::proxies
