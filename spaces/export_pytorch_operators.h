// How each operator is written in PyTorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// What an expression needs to know of the values around it.
struct PytorchContext {
  std::vector<std::string> operands;         // Python names of what the node reads
  std::vector<std::vector<int64_t>> shapes;  // their tensors, without the batch
  std::string module, parameter;             // expressions for the node's module, or for its parameter without one
  size_t parameter_rank = 0;                 // of that parameter
};

// "nn.Conv2d(3, 16, 3, padding=1, bias=False)"; empty for operators that are no modules with parameters.
// `shape` is that of the operand, without the batch.
std::string pytorch_module(const OpGraph& graph, const OpNode& node, const std::vector<int64_t>& shape, bool bias);

// The node's value, on one line.
std::string pytorch_expression(const OpNode& node, const PytorchContext& context);

// The Python function that the expression of such a node calls; empty where it calls none of ours.
std::string pytorch_helper(OpKind kind);

}  // namespace zeroth::spaces
