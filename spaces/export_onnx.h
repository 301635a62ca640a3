// A network as an ONNX model.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// The values of a parameter of the graph, by its number, in row-major order. A space knows no weights: whoever exports
// a network brings them.
using ParameterValues = std::function<std::vector<float>(int)>;

// The serialised model, passed by ONNX's checker with full shape inference: operators of the standard set, version 17,
// parameters as initialisers of the graph's names, the batch of any size. Input "input", float32 or, for text, int64;
// output "output". Batch norms are those of an untrained network in inference: mean 0, variance 1. Throws core::Error
// where the model is above 2 GB, which the format cannot hold.
std::string onnx_model(const OpGraph& graph, const ParameterValues& values, std::string_view title);

}  // namespace zeroth::spaces
