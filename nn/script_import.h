// TorchScript modules as operator graphs, so that one executor and all proxies serve networks of any origin.
#pragma once

#include <string>
#include <vector>

#include "nn/script_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// What a module reads: an image, or words of a text.
struct ScriptInput {
  spaces::FeatureShape shape;  // of one image; or tokens of one channel
  int64_t vocabulary = 0;      // words are below it; 0 where the input is an image

  // "3,224,224" (channels, height, width) or "64,1000" (words of a text, vocabulary). Throws core::UsageError.
  static ScriptInput parse(const std::string& text);
};

struct ImportedScript {
  spaces::OpGraph graph;              // of what the logits depend on; parameters in the order in which they are used
  std::vector<torch::Tensor> params;  // the module's own values, float32, as in the graph's table
};

// Throws core::Error that names the file where it holds no TorchScript module.
torch::jit::Module load_script(const std::string& path);

// Runs the module once on a random minibatch, and the graph on the same: throws core::Error where they differ, and
// where an operator has no counterpart, with its name and place. What holds of the module: dropout is off, and batch
// norms take the statistics of the minibatch.
ImportedScript import_script(const torch::jit::Module& module, const ScriptInput& input);

}  // namespace zeroth::nn
