// A setting: how an architecture becomes a network with weights and a minibatch. Proxies that share a setting share
// the network and its passes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::nn {

// Which graph of an architecture is instantiated (spaces/canonical.h says what the canonical one is).
enum class GraphView { kCanonical, kAsWritten };

enum class DType { kFloat32, kFloat64 };

// How weights are drawn; fan_in = in * kh * kw, fan_out = out * kh * kw. Norms start as 1 and 0;
// embeddings are N(0, 1), class tokens and position embeddings N(0, 0.02^2), but by the hash rule too with kReference.
enum class Init {
  kPytorch,             // uniform within 1/sqrt(fan_in), linear biases too: PyTorch's default
  kKaimingNormalFanIn,  // N(0, 2/fan_in), biases 0
  kKaimingNormalFanOut,
  kNormal,           // N(0, 1), biases 0
  kXavier,           // N(0, 2/(fan_in + fan_out)), biases 0
  kReference,        // the hash rule that any framework can reproduce (nn/reference.h), biases 0
  kReferenceNormal,  // its weights of deviation 1, biases 0
  kOwn               // not drawn: what an imported module was saved with (nn/model_space.h)
};

// What the loss-gradient passes differentiate.
enum class Loss {
  kCrossEntropy,  // of the logits on the labels, mean over the minibatch
  kMse,           // squared error of a dense output (NetShape::dense) against N(0, 1) targets, mean over all elements
  kSum            // sum of all outputs: no labels
};

struct Setting {
  GraphView view = GraphView::kCanonical;
  spaces::NetShape shape;
  Init init = Init::kPytorch;
  DType dtype = DType::kFloat32;
  Loss loss = Loss::kCrossEntropy;
  int64_t batch = 64;  // images in a minibatch
  int repeats = 1;     // independent initialisations and minibatches, averaged

  // "canonical C=8 N=1 16x16 classes=10 batch=16 init=pytorch float32", for manifests and listings.
  std::string text() const;
};

// Whether both make the same network and minibatches: everything but the number of repeats is equal.
bool same_network(const Setting& a, const Setting& b);

// Names as the command line spells them. Each parse_ throws core::UsageError with the valid names.
std::string_view name_of(GraphView view);
std::string_view name_of(DType dtype);
std::string_view name_of(Init init);
std::string_view name_of(Loss loss);
GraphView parse_view(std::string_view name);
DType parse_dtype(std::string_view name);
Init parse_init(std::string_view name);
Loss parse_loss(std::string_view name);
const std::vector<std::string>& init_names();  // of those that draw

}  // namespace zeroth::nn
