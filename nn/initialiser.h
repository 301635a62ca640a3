// Weights of a network at initialisation.
#pragma once

#include <vector>

#include "nn/setting.h"
#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// One tensor for each parameter of the graph, requiring gradients. Draws are named by (seed, repeat, identity, number
// of the parameter, element), so that they depend on nothing else; `identity` is the hash of the canonical form or of
// the written text.
std::vector<torch::Tensor> initial_params(const spaces::OpGraph& graph, Init init, DType dtype, uint64_t seed,
                                          int repeat, uint64_t identity);

inline torch::ScalarType scalar_type(DType dtype) {
  return dtype == DType::kFloat64 ? torch::kFloat64 : torch::kFloat32;
}

}  // namespace zeroth::nn
