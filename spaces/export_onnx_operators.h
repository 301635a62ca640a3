// How each operator is written in ONNX's standard operators, version 17.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spaces/export_onnx_builder.h"
#include "spaces/op_graph.h"

namespace zeroth::spaces {

// What a node reads: names of values and parameters, and the values' shapes without the batch.
struct OnnxInputs {
  std::vector<std::string> values, params;
  std::vector<std::vector<int64_t>> shapes;
  size_t parameter_rank = 0;  // of the first parameter
};

// Adds what computes the node, and returns the name of its result. Throws core::Bug for the input.
std::string onnx_operator(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in);

// The operators by head and those that only transformers and recurrent networks have.
std::string onnx_token_operator(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in);

}  // namespace zeroth::spaces
