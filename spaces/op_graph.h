// The network that an architecture lowers to: typed operators in topological order, with a table of parameters that
// they refer to. It knows shapes and cost and no weights; nn/ executes it.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace zeroth::spaces {

// What of a network may be scaled without touching what the space searches.
struct NetShape {
  int64_t channels = 16;       // width of the first stage
  int64_t cells = 5;           // repeats of the cell in a stage
  int64_t resolution = 32;     // height and width of the input image, pixels
  int64_t classes = 10;        // logits
  int64_t input_channels = 3;  // colour planes of the input image
  int64_t tokens = 0;          // length of the input of a text network; 0 where the input is an image
  int64_t vocabulary = 0;      // of such an input: its numbers are below this
  bool dense = false;          // a map of `classes` channels for each pixel of the last stage, in place of logits
  bool thin = false;           // TE-NAS's network for linear regions: no stem, one cell, one reduction

  // "C=16 N=5 32x32 classes=10", for listings and manifests.
  std::string text() const;
};

enum class OpKind {
  kInput,
  kConv2d,     // no bias
  kBatchNorm,  // affine
  kRelu,
  kActivation,        // another function of each number: see Activation
  kAvgPool,           // padding is not counted in the divisor
  kMaxPool,           // padding never wins
  kGlobalAvgPool,     // (N, C, H, W) to (N, C)
  kLinear,            // weight and, unless built without it, bias
  kAdd,               // sum of all operands, left to right; a map of one pixel is added to every pixel of the others
  kZero,              // operand times zero
  kConcat,            // the operands' channels, one operand after the other
  kNarrow,            // some neighbouring channels
  kCrop,              // a map without its first row and column
  kShuffle,           // channel c of G groups of n comes to place (c mod n) G + c / n: groups are dealt out in turn
  kMultiply,          // product by element; a vector multiplies every pixel of its channel
  kComplement,        // one less each number
  kLayerNorm,         // over the channels of each token, affine
  kGelu,              // the exact one, x Phi(x)
  kTokens,            // pixels of a map to tokens, row by row
  kMap,               // the last height * width tokens to a map, row by row
  kEmbedding,         // whole numbers to rows of a table
  kClassToken,        // one learned token in front of the others
  kPrependToken,      // a vector as a token in front of the others
  kAddParameter,      // operand plus a parameter: a position embedding, or a bias
  kAttentionScores,   // of queries and keys, by head: softmax(q k^T / sqrt(d)) over the keys
  kAttentionContext,  // of scores and values, by head: scores v
  // Of tokens, by head: the real part of the discrete Fourier transform over the tokens and the channels of the head,
  // unscaled.
  kFourierTransform,
  // The same with the cosine transform of type II in both directions: y_k = 2 sum_n x_n cos(pi k (2 n + 1) / 2 N).
  kCosineTransform,
  // Of kernels and values, by head: each token's kernel has K numbers a head, head after head, K odd. Their softmax
  // weighs the head's values of the K tokens around it, from the first on; beyond the ends values are zero.
  kDynamicConvolution,
  kToken,   // one token of a sequence, as a vector
  kFlatten  // (N, C, H, W) to (N, C H W), channel by channel and row by row
};

enum class Activation {
  kRelu6,        // min(max(x, 0), 6)
  kSwish,        // x sigmoid(x)
  kHardSwish,    // x relu6(x + 3) / 6
  kSigmoid,      // 1 / (1 + e^-x)
  kHardSigmoid,  // relu6(x + 3) / 6
  kTanh,
  kLeakyRelu  // x, or x / 100 where x is negative
};

inline constexpr double kNormEpsilon = 1e-5;  // what norms add to a variance, unless they are told otherwise

// What slides over a map. Padding is on either side.
struct Window {
  int height = 0, width = 0, stride = 1, pad_height = 0, pad_width = 0, dilation = 1;

  static Window square(int kernel, int stride, int padding, int dilation = 1) {
    return {kernel, kernel, stride, padding, padding, dilation};
  }
  // Pixels of a receptive field.
  int64_t area() const { return int64_t{height} * width; }
  friend bool operator==(const Window& a, const Window& b) { return a.key() == b.key(); }
  friend bool operator<(const Window& a, const Window& b) { return a.key() < b.key(); }

 private:
  std::tuple<int, int, int, int, int, int> key() const {
    return {height, width, stride, pad_height, pad_width, dilation};
  }
};

enum class ParamRole {
  kConvWeight,
  kLinearWeight,
  kLinearBias,
  kNormWeight,
  kNormBias,
  kEmbedding,      // a table of tokens
  kTokenParameter  // class token, position embedding
};
// Of a convolution or linear layer: what most proxies sum over.
inline bool is_weight(ParamRole role) { return role == ParamRole::kConvWeight || role == ParamRole::kLinearWeight; }

// What a linear layer is for, where a proxy must know; set by whoever builds the graph.
enum class Role { kNone, kQuery, kKey, kValue, kAttentionOutput, kFeedForward, kClassifier };

struct ParamSpec {
  std::string name;  // "cells.0.layers.2.op.1.weight"
  ParamRole role = ParamRole::kConvWeight;
  // Conv (out, in / groups, kh, kw); linear (out, in); embedding (rows, channels); class token (1, channels); position
  // embedding (tokens, channels); others (channels).
  std::vector<int64_t> shape;
  int64_t numel() const;
};

// Of one image: a feature map (C, H, W), as which attention scores count too, (heads, queries, keys); a vector (C, 1,
// 1); or, with `tokens`, a sequence of `height` tokens of `channels` numbers and of width 1, whose tensor is (N,
// tokens, channels). The input of a text network is a sequence of whole numbers, one channel, with the tensor (N,
// tokens).
struct FeatureShape {
  int64_t channels = 0, height = 0, width = 0;
  bool tokens = false;
};

struct OpNode {
  OpKind kind = OpKind::kInput;
  std::vector<int> operands;  // earlier nodes, in the order they are read; an operand may repeat
  std::vector<int> params;    // norms, linear: weight, bias; others that have one: it
  Window window;              // of convolutions and poolings
  int groups = 1;             // of a convolution: parts of the channels that do not see each other; of a shuffle
  Activation activation = Activation::kRelu6;
  int token = 0;                  // of kToken: which
  int64_t first_channel = 0;      // of kNarrow
  double epsilon = kNormEpsilon;  // of norms
  int heads = 0;  // of attention and the operators by head; each has its share of the channels, in order
  Role role = Role::kNone;
  FeatureShape shape;  // of the result
  int modules = 1;  // of the authors' network that return this very tensor: the operator, and containers that end on it
  std::string scope;  // "cells.0.layers.2.op.1"
};

// Whether its result is positive exactly where its operand is, so that it has an activation pattern.
bool is_rectifier(const OpNode& node);

// What tells operators without parameters apart: with equal keys and operands they compute the same.
inline auto operator_key(const OpNode& node) {
  return std::make_tuple(node.kind, node.window, node.activation, node.token, node.heads, node.shape.channels,
                         node.shape.height, node.shape.width, node.groups, node.first_channel);
}

class OpGraph {
 public:
  // Each adds a node that reads earlier nodes, with its parameters in call order (which is module order), and returns
  // its number.
  int input(FeatureShape shape);
  int conv2d(int x, int64_t out_channels, int kernel, int stride, int padding, const std::string& scope);
  int conv2d(int x, int64_t out_channels, const Window& window, int groups, const std::string& scope);
  int batch_norm(int x, const std::string& scope, double epsilon = kNormEpsilon);
  int relu(int x, const std::string& scope);
  int activation(int x, Activation function, const std::string& scope);
  int avg_pool(int x, int kernel, int stride, int padding, const std::string& scope);
  int avg_pool(int x, const Window& window, const std::string& scope);
  int max_pool(int x, int kernel, int stride, int padding, const std::string& scope);
  int max_pool(int x, const Window& window, const std::string& scope);
  int global_avg_pool(int x, const std::string& scope);  // also of tokens
  // Of a vector, or of each token.
  int linear(int x, int64_t out_features, const std::string& scope, Role role = Role::kNone, bool bias = true);
  // The linear layer `layer` once more, on another operand of the same width: no new parameters.
  int linear_again(int x, int layer, const std::string& scope);
  int add(const std::vector<int>& operands, const std::string& scope);
  int zero(int x, const std::string& scope);
  // Of maps of one size, or of vectors.
  int concat(const std::vector<int>& operands, const std::string& scope);
  int narrow(int x, int64_t channels, const std::string& scope, int64_t first = 0);
  int flatten(int x, const std::string& scope);
  int crop(int x, const std::string& scope);
  // What lets grouped convolutions see each other's groups.
  int shuffle(int x, int groups, const std::string& scope);
  // Of equal shapes, or of a map and a vector.
  int multiply(int x, int gate, const std::string& scope);
  int complement(int x, const std::string& scope);
  // So many modules more return the node's tensor. A sum is an expression: no module returns it but by this.
  void returned_by(int node, int modules) { nodes_.at(static_cast<size_t>(node)).modules += modules; }

  // Transformers. The input of a text network, as FeatureShape says, and the table that it looks up.
  int token_input(int64_t tokens);
  int embedding(int x, int64_t vocabulary, int64_t channels, const std::string& scope);
  int tokens(int x, const std::string& scope);
  int map(int x, int64_t height, int64_t width, const std::string& scope);
  // `scope` is the name of the parameter itself.
  int class_token(int x, const std::string& scope);
  int prepend_token(int vector, int x, const std::string& scope);
  // Of tokens, or of the pixels of a map.
  int position_embedding(int x, const std::string& scope);
  // One number for each channel, which a convolution or another parametric operator before it lacks.
  int bias(int x, const std::string& scope);
  int layer_norm(int x, const std::string& scope, double epsilon = kNormEpsilon);
  int gelu(int x, const std::string& scope);
  int attention_scores(int query, int key, int heads, const std::string& scope);
  int attention_context(int scores, int value, const std::string& scope);
  int fourier_transform(int x, int heads, const std::string& scope);
  int cosine_transform(int x, int heads, const std::string& scope);
  // The kernels' channels are a multiple of the heads, which says how many tokens a kernel weighs.
  int dynamic_convolution(int kernels, int values, int heads, const std::string& scope);
  int first_token(int x, const std::string& scope) { return token(x, 0, scope); }
  int token(int x, int index, const std::string& scope);

  // Marks a feature map that some proxies read: the stem's and each cell's output.
  void tap(int node) { taps_.push_back(node); }

  const std::vector<OpNode>& nodes() const { return nodes_; }
  const std::vector<ParamSpec>& params() const { return params_; }
  const std::vector<int>& taps() const { return taps_; }
  int output() const { return static_cast<int>(nodes_.size()) - 1; }

  // Trainable parameters of all nodes.
  int64_t parameter_count() const;
  // Multiply-adds for one image of convolutions (numbers of the weight * positions), linear layers (in * out, for each
  // token), attention's two products (queries * keys * channels each) and dynamic convolutions (tokens * channels *
  // tokens of a kernel). Adding a bias or a position, norms, pooling, activations, products by element, the softmax,
  // Fourier and cosine transforms and looking up a token count nothing.
  int64_t macs() const;
  int64_t macs_of(const OpNode& node) const;  // one node's share of them

 private:
  int add_node(OpNode node);
  int pool(OpKind kind, int x, const Window& window, const std::string& scope);
  int transform(OpKind kind, int x, int heads, const std::string& scope);
  int add_param(std::string name, ParamRole role, std::vector<int64_t> shape);

  std::vector<OpNode> nodes_;
  std::vector<ParamSpec> params_;
  std::vector<int> taps_;
};

}  // namespace zeroth::spaces
