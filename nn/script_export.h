// A network as a TorchScript module that needs nothing of ours: torch.jit.load reads it, in Python and C++.
#pragma once

#include <string>
#include <vector>

#include "nn/script_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// forward() takes a batch of the graph's input and returns what its last node yields. Parameters have the names of the
// graph's table; batch norms have running statistics, 0 and 1, and a mode, train() or eval().
torch::jit::Module script_module(const spaces::OpGraph& graph, const std::vector<torch::Tensor>& params);

// The bytes of its file.
std::string script_bytes(const torch::jit::Module& module);

}  // namespace zeroth::nn
