// The kernel of activation patterns that the nwot proxies take the log-determinant of.
#pragma once

#include <Eigen/Core>

#include "proxies/proxy.h"

namespace zeroth::proxies {

// K_ij = units that are equally on or off for images i and j: (N, N).
Eigen::MatrixXd pattern_kernel(const PatternDistances& patterns);

// ln |det K|. Throws Degenerate where two images have one pattern, so that K is singular.
double log_determinant(const Eigen::MatrixXd& kernel);

// Patterns of a minibatch; 128 images in the authors' setting.
std::function<Request(Fidelity, const nn::Setting&)> pattern_request();

}  // namespace zeroth::proxies
