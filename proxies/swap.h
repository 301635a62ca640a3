// What swap and its regularised form share.
#pragma once

#include "proxies/proxy.h"

namespace zeroth::proxies {

// Distinct unit patterns; in the authors' setting 16 images, N(0, 1) weights and 32 initialisations.
std::function<Request(Fidelity, const nn::Setting&)> swap_request();

// Throws Degenerate where the network has no ReLU or its like.
double swap_score(const Probe& probe);

}  // namespace zeroth::proxies
