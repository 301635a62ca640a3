// Parts of networks that several spaces share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// Convolution with "same" padding, batch norm; scopes `scope`.FIRST and `scope`.FIRST+1.
int conv_bn(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope, int first = 0);
// The same, then ReLU: scopes .0, .1, .2.
int conv_bn_relu(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope);
// ReLU, convolution, batch norm: scopes .0, .1, .2.
int relu_conv_bn(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope);

// Squeeze and excite: the mean over all pixels, two linear layers with a ReLU or `between` between them, a gate, and
// the product of x with it. `squeezed` is the width between the two.
int squeeze_excite(OpGraph& net, int x, int64_t squeezed, Activation gate, const std::string& scope,
                   std::optional<Activation> between = std::nullopt);
// The activation, or a ReLU where there is none.
int activation_or_relu(OpGraph& net, int x, std::optional<Activation> function, const std::string& scope);

// The head: global average pooling and a linear layer to shape.classes logits, the layer named `scope`; with
// shape.dense a 1x1 convolution named "head" to as many channels.
int classify(OpGraph& net, int x, const NetShape& shape, const std::string& scope);

// `width` times `channels` / `full`, to the nearest whole number, at least 1.
int64_t scaled(int64_t width, int64_t channels, int64_t full);

// Throws core::UsageError where a number of the shape is below one, or the resolution no multiple of `reduction`, by
// which the space divides it.
void check_image_shape(const NetShape& shape, std::string_view space, int64_t reduction);

}  // namespace zeroth::spaces
