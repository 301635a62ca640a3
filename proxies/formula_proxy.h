// Proxies that a user writes in YAML: a formula for each layer, and one over the layers' values.
//
//   name: my_synflow
//   summary: synaptic flow                                # optional, like citation
//   layer: sum(abs(absolute_weight * absolute_gradient))  # of a convolution or linear layer
//   score: log(sum(layers))                               # larger is better
//
// Tensors of a layer: weight; gradient and second_gradient of the loss on the first and second minibatch;
// hessian_gradient, the Hessian times the gradient; output, on the first minibatch; absolute_weight and
// absolute_gradient, those of the |w|-network without batch norm that synflow reads. Where no gradient arrives it is 0.
#pragma once

#include <string>

#include "proxies/proxy.h"

namespace zeroth::proxies {

// Reads a file. Throws core::Error that names the file, the line, the key and what is allowed.
Proxy formula_proxy(const std::string& path);

}  // namespace zeroth::proxies
