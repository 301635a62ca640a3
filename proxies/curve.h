// The curve that a network's outputs draw while its input goes round a circle.
#pragma once

#include <optional>

#include "core/random.h"
#include "nn/network.h"

namespace zeroth::proxies {

// One image, and its first and second derivative by the angle, in float64: (3, C, H, W).
using CurvePoint = torch::Tensor;

// At angle 0 of the circle u cos(t) + v sin(t), u and v two random images of length 1 at right angles: (u, v, -u).
CurvePoint circle_point(const spaces::FeatureShape& image, const core::Stream& stream);

// The outputs of the network there with batch norm over the one image, and their derivatives: (3, outputs). Exact: each
// operator passes value and derivatives on. A ReLU is the linear function that it is at the point.
CurvePoint curve_point(const nn::Network& network, const CurvePoint& image);

// Extrinsic curvature |v|^-3 sqrt(|v|^2 |a|^2 - (v a)^2), v and a the derivatives of (3, outputs); none where the
// curve stands still.
std::optional<double> extrinsic_curvature(const CurvePoint& outputs);

}  // namespace zeroth::proxies
