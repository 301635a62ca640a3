// The network that an architecture lowers to: typed operators in topological order, with a table of parameters that
// they refer to. It knows shapes and cost and no weights; nn/ executes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace zeroth::spaces {

// What of a network may be scaled without touching what the space searches.
struct NetShape {
  int64_t channels = 16;       // width of the first stage
  int64_t cells = 5;           // repeats of the cell in a stage
  int64_t resolution = 32;     // height and width of the input image, pixels
  int64_t classes = 10;        // logits
  int64_t input_channels = 3;  // colour planes of the input image
  bool dense = false;          // a map of `classes` channels for each pixel of the last stage, in place of logits
  bool thin = false;           // TE-NAS's network for linear regions: no stem, one cell, one reduction
};

enum class OpKind {
  kInput,
  kConv2d,     // no bias
  kBatchNorm,  // affine, eps 1e-5
  kRelu,
  kAvgPool,        // padding is not counted in the divisor
  kGlobalAvgPool,  // (N, C, H, W) to (N, C)
  kLinear,         // weight and bias
  kAdd,            // sum of all operands, left to right; a map of one pixel is added to every pixel of the others
  kZero            // operand times zero
};

enum class ParamRole { kConvWeight, kLinearWeight, kLinearBias, kNormWeight, kNormBias };

struct ParamSpec {
  std::string name;  // "cells.0.layers.2.op.1.weight"
  ParamRole role = ParamRole::kConvWeight;
  std::vector<int64_t> shape;  // conv (out, in, kh, kw); linear (out, in); others (channels)
  int64_t numel() const;
};

// A feature map (C, H, W) or a vector (C, 1, 1), of one image.
struct FeatureShape {
  int64_t channels = 0, height = 0, width = 0;
};

struct OpNode {
  OpKind kind = OpKind::kInput;
  std::vector<int> operands;  // earlier nodes, in the order they are read; an operand may repeat
  std::vector<int> params;    // conv: weight; norm: weight, bias; linear: weight, bias
  int kernel = 0, stride = 1, padding = 0;
  FeatureShape shape;  // of the result
  int modules = 1;  // of the authors' network that return this very tensor: the operator, and containers that end on it
  std::string scope;  // "cells.0.layers.2.op.1"
};

class OpGraph {
 public:
  // Each adds a node that reads earlier nodes, with its parameters in call order (which is module order), and returns
  // its number.
  int input(FeatureShape shape);
  int conv2d(int x, int64_t out_channels, int kernel, int stride, int padding, const std::string& scope);
  int batch_norm(int x, const std::string& scope);
  int relu(int x, const std::string& scope);
  int avg_pool(int x, int kernel, int stride, int padding, const std::string& scope);
  int global_avg_pool(int x, const std::string& scope);
  int linear(int x, int64_t out_features, const std::string& scope);
  int add(const std::vector<int>& operands, const std::string& scope);
  int zero(int x, const std::string& scope);
  // So many modules more return the node's tensor. A sum is an expression: no module returns it but by this.
  void returned_by(int node, int modules) { nodes_.at(static_cast<size_t>(node)).modules += modules; }
  // Marks a feature map that some proxies read: the stem's and each cell's output.
  void tap(int node) { taps_.push_back(node); }

  const std::vector<OpNode>& nodes() const { return nodes_; }
  const std::vector<ParamSpec>& params() const { return params_; }
  const std::vector<int>& taps() const { return taps_; }
  int output() const { return static_cast<int>(nodes_.size()) - 1; }

  // Trainable parameters of all nodes.
  int64_t parameter_count() const;
  // Multiply-adds of convolutions (out * in * kernel^2 * positions) and linear layers (in * out) for one image. Adding
  // a bias, batch norm, pooling and ReLU count nothing.
  int64_t macs() const;

 private:
  int add_node(OpNode node);
  int add_param(std::string name, ParamRole role, std::vector<int64_t> shape);

  std::vector<OpNode> nodes_;
  std::vector<ParamSpec> params_;
  std::vector<int> taps_;
};

}  // namespace zeroth::spaces
