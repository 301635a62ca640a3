// Signal-to-noise ratios of synaptic flow by layer, which snr sums and t_cet weighs.
#pragma once

#include <vector>

#include "proxies/probe.h"

namespace zeroth::proxies {

// For each convolution and linear layer, with s = |w dR/d|w|| of its weights (see synflow): sum s / sd s, sd the sample
// deviation; sum s where that is 0 or the layer has one weight. Needs Pass::kAbsoluteWeights.
std::vector<double> layer_snr(const Probe& probe);

// ln of a positive number, 0 of others.
double log_or_zero(double snr);

}  // namespace zeroth::proxies
