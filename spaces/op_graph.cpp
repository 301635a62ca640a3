#include "spaces/op_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

// Height or width of what a window of `kernel` pixels yields.
int64_t windows(int64_t extent, int kernel, int stride, int padding, int dilation) {
  const int64_t field = int64_t{dilation} * (kernel - 1) + 1;
  ZEROTH_CHECK(extent + 2 * padding >= field);
  return (extent + 2 * padding - field) / stride + 1;
}

FeatureShape slide(const FeatureShape& in, int64_t channels, const Window& w) {
  return {channels, windows(in.height, w.height, w.stride, w.pad_height, w.dilation),
          windows(in.width, w.width, w.stride, w.pad_width, w.dilation)};
}

bool is_vector(const FeatureShape& shape) { return !shape.tokens && shape.height == 1 && shape.width == 1; }

bool same_extent(const FeatureShape& a, const FeatureShape& b) {
  return a.height == b.height && a.width == b.width && a.tokens == b.tokens;
}

// Inputs, and what the authors' code writes as an expression.
bool is_no_module(OpKind kind) {
  switch (kind) {
    case OpKind::kInput:
    case OpKind::kAdd:
    case OpKind::kConcat:
    case OpKind::kNarrow:
    case OpKind::kCrop:
    case OpKind::kMultiply:
    case OpKind::kComplement:
    case OpKind::kTokens:
    case OpKind::kMap:
    case OpKind::kPrependToken:
    case OpKind::kToken:
    case OpKind::kFlatten:
    case OpKind::kFourierTransform:
    case OpKind::kCosineTransform:
    case OpKind::kDynamicConvolution:
      return true;
    default:
      return false;
  }
}

OpNode make_node(OpKind kind, std::vector<int> operands, FeatureShape shape, const std::string& scope) {
  OpNode node;
  node.kind = kind;
  node.operands = std::move(operands);
  node.shape = shape;
  node.scope = scope;
  if (is_no_module(kind)) node.modules = 0;
  return node;
}

}  // namespace

std::string NetShape::text() const {
  const std::string input =
      tokens > 0 ? fmt::format("{} words of {}", tokens, vocabulary) : fmt::format("{}x{}", resolution, resolution);
  return fmt::format("C={} N={} {} classes={}", channels, cells, input, classes);
}

bool is_rectifier(const OpNode& node) {
  if (node.kind != OpKind::kActivation) return node.kind == OpKind::kRelu || node.kind == OpKind::kGelu;
  return node.activation == Activation::kRelu6 || node.activation == Activation::kSwish ||
         node.activation == Activation::kHardSwish || node.activation == Activation::kLeakyRelu;
}

int64_t ParamSpec::numel() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<int64_t>());
}

int OpGraph::add_node(OpNode node) {
  for (const int operand : node.operands) ZEROTH_CHECK(operand >= 0 && operand < static_cast<int>(nodes_.size()));
  nodes_.push_back(std::move(node));
  return output();
}

int OpGraph::add_param(std::string name, ParamRole role, std::vector<int64_t> shape) {
  params_.push_back({std::move(name), role, std::move(shape)});
  return static_cast<int>(params_.size()) - 1;
}

int OpGraph::input(FeatureShape shape) { return add_node(make_node(OpKind::kInput, {}, shape, "input")); }

int OpGraph::conv2d(int x, int64_t out_channels, int kernel, int stride, int padding, const std::string& scope) {
  return conv2d(x, out_channels, Window::square(kernel, stride, padding), 1, scope);
}

int OpGraph::conv2d(int x, int64_t out_channels, const Window& window, int groups, const std::string& scope) {
  const FeatureShape in = nodes_.at(x).shape;
  ZEROTH_CHECK(!in.tokens && groups > 0 && in.channels % groups == 0 && out_channels % groups == 0);
  OpNode node = make_node(OpKind::kConv2d, {x}, slide(in, out_channels, window), scope);
  node.window = window;
  node.groups = groups;
  node.params = {add_param(scope + ".weight", ParamRole::kConvWeight,
                           {out_channels, in.channels / groups, window.height, window.width})};
  return add_node(std::move(node));
}

int OpGraph::batch_norm(int x, const std::string& scope, double epsilon) {
  const FeatureShape shape = nodes_.at(x).shape;
  OpNode node = make_node(OpKind::kBatchNorm, {x}, shape, scope);
  node.epsilon = epsilon;
  node.params = {add_param(scope + ".weight", ParamRole::kNormWeight, {shape.channels}),
                 add_param(scope + ".bias", ParamRole::kNormBias, {shape.channels})};
  return add_node(std::move(node));
}

int OpGraph::relu(int x, const std::string& scope) {
  return add_node(make_node(OpKind::kRelu, {x}, nodes_.at(x).shape, scope));
}

int OpGraph::activation(int x, Activation function, const std::string& scope) {
  OpNode node = make_node(OpKind::kActivation, {x}, nodes_.at(x).shape, scope);
  node.activation = function;
  return add_node(std::move(node));
}

int OpGraph::avg_pool(int x, int kernel, int stride, int padding, const std::string& scope) {
  return avg_pool(x, Window::square(kernel, stride, padding), scope);
}

int OpGraph::avg_pool(int x, const Window& window, const std::string& scope) {
  ZEROTH_CHECK(window.dilation == 1);
  return pool(OpKind::kAvgPool, x, window, scope);
}

int OpGraph::max_pool(int x, int kernel, int stride, int padding, const std::string& scope) {
  return max_pool(x, Window::square(kernel, stride, padding), scope);
}

int OpGraph::max_pool(int x, const Window& window, const std::string& scope) {
  return pool(OpKind::kMaxPool, x, window, scope);
}

int OpGraph::pool(OpKind kind, int x, const Window& window, const std::string& scope) {
  const FeatureShape in = nodes_.at(x).shape;
  ZEROTH_CHECK(!in.tokens);
  OpNode node = make_node(kind, {x}, slide(in, in.channels, window), scope);
  node.window = window;
  return add_node(std::move(node));
}

int OpGraph::global_avg_pool(int x, const std::string& scope) {
  return add_node(make_node(OpKind::kGlobalAvgPool, {x}, {nodes_.at(x).shape.channels, 1, 1}, scope));
}

int OpGraph::linear(int x, int64_t out_features, const std::string& scope, Role role, bool bias) {
  const FeatureShape in = nodes_.at(x).shape;
  ZEROTH_CHECK(in.tokens || is_vector(in));
  OpNode node = make_node(OpKind::kLinear, {x}, {out_features, in.height, in.width, in.tokens}, scope);
  node.role = role;
  node.params = {add_param(scope + ".weight", ParamRole::kLinearWeight, {out_features, in.channels})};
  if (bias) node.params.push_back(add_param(scope + ".bias", ParamRole::kLinearBias, {out_features}));
  return add_node(std::move(node));
}

int OpGraph::linear_again(int x, int layer, const std::string& scope) {
  const OpNode& first = nodes_.at(layer);
  const FeatureShape in = nodes_.at(x).shape;
  ZEROTH_CHECK(first.kind == OpKind::kLinear && in.channels == params_.at(first.params[0]).shape[1]);
  ZEROTH_CHECK(in.tokens || is_vector(in));
  OpNode node = make_node(OpKind::kLinear, {x}, {first.shape.channels, in.height, in.width, in.tokens}, scope);
  node.role = first.role;
  node.params = first.params;
  return add_node(std::move(node));
}

int OpGraph::add(const std::vector<int>& operands, const std::string& scope) {
  ZEROTH_CHECK(!operands.empty());
  FeatureShape shape = nodes_.at(operands.front()).shape;
  for (const int operand : operands) {
    shape.height = std::max(shape.height, nodes_.at(operand).shape.height);
    shape.width = std::max(shape.width, nodes_.at(operand).shape.width);
  }
  for (const int operand : operands) {
    const FeatureShape& term = nodes_.at(operand).shape;
    const bool whole = term.height == shape.height && term.width == shape.width;
    const bool spread = term.height == 1 && term.width == 1;
    ZEROTH_CHECK(term.channels == shape.channels && term.tokens == shape.tokens && (whole || spread));
  }
  return add_node(make_node(OpKind::kAdd, operands, shape, scope));
}

int OpGraph::zero(int x, const std::string& scope) {
  return add_node(make_node(OpKind::kZero, {x}, nodes_.at(x).shape, scope));
}

int OpGraph::concat(const std::vector<int>& operands, const std::string& scope) {
  ZEROTH_CHECK(!operands.empty());
  FeatureShape shape = nodes_.at(operands.front()).shape;
  shape.channels = 0;
  for (const int operand : operands) {
    const FeatureShape& part = nodes_.at(operand).shape;
    ZEROTH_CHECK(!part.tokens && same_extent(part, shape));
    shape.channels += part.channels;
  }
  return add_node(make_node(OpKind::kConcat, operands, shape, scope));
}

int OpGraph::narrow(int x, int64_t channels, const std::string& scope, int64_t first) {
  FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(first >= 0 && channels >= 1 && first + channels <= shape.channels);
  shape.channels = channels;
  OpNode node = make_node(OpKind::kNarrow, {x}, shape, scope);
  node.first_channel = first;
  return add_node(std::move(node));
}

int OpGraph::flatten(int x, const std::string& scope) {
  const FeatureShape& shape = nodes_.at(x).shape;
  ZEROTH_CHECK(!shape.tokens);
  return add_node(make_node(OpKind::kFlatten, {x}, {shape.channels * shape.height * shape.width, 1, 1}, scope));
}

int OpGraph::crop(int x, const std::string& scope) {
  FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(!shape.tokens && shape.height > 1 && shape.width > 1);
  --shape.height;
  --shape.width;
  return add_node(make_node(OpKind::kCrop, {x}, shape, scope));
}

int OpGraph::shuffle(int x, int groups, const std::string& scope) {
  const FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(!shape.tokens && groups > 0 && shape.channels % groups == 0);
  OpNode node = make_node(OpKind::kShuffle, {x}, shape, scope);
  node.groups = groups;
  return add_node(std::move(node));
}

int OpGraph::multiply(int x, int gate, const std::string& scope) {
  const FeatureShape shape = nodes_.at(x).shape, factor = nodes_.at(gate).shape;
  ZEROTH_CHECK(shape.channels == factor.channels && !shape.tokens);
  ZEROTH_CHECK(same_extent(shape, factor) || is_vector(factor));
  return add_node(make_node(OpKind::kMultiply, {x, gate}, shape, scope));
}

int OpGraph::complement(int x, const std::string& scope) {
  return add_node(make_node(OpKind::kComplement, {x}, nodes_.at(x).shape, scope));
}

int OpGraph::token_input(int64_t tokens) {
  return add_node(make_node(OpKind::kInput, {}, {1, tokens, 1, /*tokens=*/true}, "input"));
}

int OpGraph::embedding(int x, int64_t vocabulary, int64_t channels, const std::string& scope) {
  const FeatureShape in = nodes_.at(x).shape;
  ZEROTH_CHECK(nodes_.at(x).kind == OpKind::kInput && in.tokens);
  OpNode node = make_node(OpKind::kEmbedding, {x}, {channels, in.height, 1, /*tokens=*/true}, scope);
  node.params = {add_param(scope + ".weight", ParamRole::kEmbedding, {vocabulary, channels})};
  return add_node(std::move(node));
}

int OpGraph::tokens(int x, const std::string& scope) {
  const FeatureShape in = nodes_.at(x).shape;
  ZEROTH_CHECK(!in.tokens);
  return add_node(make_node(OpKind::kTokens, {x}, {in.channels, in.height * in.width, 1, /*tokens=*/true}, scope));
}

int OpGraph::map(int x, int64_t height, int64_t width, const std::string& scope) {
  const FeatureShape in = nodes_.at(x).shape;
  ZEROTH_CHECK(in.tokens && height * width <= in.height);
  return add_node(make_node(OpKind::kMap, {x}, {in.channels, height, width}, scope));
}

int OpGraph::class_token(int x, const std::string& scope) {
  FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(shape.tokens);
  ++shape.height;
  OpNode node = make_node(OpKind::kClassToken, {x}, shape, scope);
  node.params = {add_param(scope, ParamRole::kTokenParameter, {1, shape.channels})};
  return add_node(std::move(node));
}

int OpGraph::prepend_token(int vector, int x, const std::string& scope) {
  FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(shape.tokens && is_vector(nodes_.at(vector).shape));
  ZEROTH_CHECK(nodes_.at(vector).shape.channels == shape.channels);
  ++shape.height;
  return add_node(make_node(OpKind::kPrependToken, {vector, x}, shape, scope));
}

int OpGraph::position_embedding(int x, const std::string& scope) {
  const FeatureShape shape = nodes_.at(x).shape;
  OpNode node = make_node(OpKind::kAddParameter, {x}, shape, scope);
  const std::vector<int64_t> size = shape.tokens ? std::vector<int64_t>{shape.height, shape.channels}
                                                 : std::vector<int64_t>{shape.channels, shape.height, shape.width};
  node.params = {add_param(scope, ParamRole::kTokenParameter, size)};
  return add_node(std::move(node));
}

int OpGraph::bias(int x, const std::string& scope) {
  const FeatureShape shape = nodes_.at(x).shape;
  OpNode node = make_node(OpKind::kAddParameter, {x}, shape, scope);
  node.params = {add_param(scope + ".bias", ParamRole::kLinearBias, {shape.channels})};
  return add_node(std::move(node));
}

int OpGraph::layer_norm(int x, const std::string& scope, double epsilon) {
  const FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(shape.tokens || is_vector(shape));
  OpNode node = make_node(OpKind::kLayerNorm, {x}, shape, scope);
  node.epsilon = epsilon;
  node.params = {add_param(scope + ".weight", ParamRole::kNormWeight, {shape.channels}),
                 add_param(scope + ".bias", ParamRole::kNormBias, {shape.channels})};
  return add_node(std::move(node));
}

int OpGraph::gelu(int x, const std::string& scope) {
  return add_node(make_node(OpKind::kGelu, {x}, nodes_.at(x).shape, scope));
}

int OpGraph::attention_scores(int query, int key, int heads, const std::string& scope) {
  const FeatureShape queries = nodes_.at(query).shape, keys = nodes_.at(key).shape;
  ZEROTH_CHECK(queries.tokens && keys.tokens && queries.channels == keys.channels);
  ZEROTH_CHECK(heads > 0 && queries.channels % heads == 0);
  OpNode node = make_node(OpKind::kAttentionScores, {query, key}, {heads, queries.height, keys.height}, scope);
  node.heads = heads;
  return add_node(std::move(node));
}

int OpGraph::attention_context(int scores, int value, const std::string& scope) {
  const FeatureShape shares = nodes_.at(scores).shape, values = nodes_.at(value).shape;
  ZEROTH_CHECK(nodes_.at(scores).kind == OpKind::kAttentionScores && values.tokens);
  ZEROTH_CHECK(values.height == shares.width && values.channels % shares.channels == 0);
  OpNode node = make_node(OpKind::kAttentionContext, {scores, value},
                          {values.channels, shares.height, 1, /*tokens=*/true}, scope);
  node.heads = nodes_.at(scores).heads;
  return add_node(std::move(node));
}

int OpGraph::transform(OpKind kind, int x, int heads, const std::string& scope) {
  const FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(shape.tokens && heads > 0 && shape.channels % heads == 0);
  OpNode node = make_node(kind, {x}, shape, scope);
  node.heads = heads;
  return add_node(std::move(node));
}

int OpGraph::fourier_transform(int x, int heads, const std::string& scope) {
  return transform(OpKind::kFourierTransform, x, heads, scope);
}

int OpGraph::cosine_transform(int x, int heads, const std::string& scope) {
  return transform(OpKind::kCosineTransform, x, heads, scope);
}

int OpGraph::dynamic_convolution(int kernels, int values, int heads, const std::string& scope) {
  const FeatureShape kernel = nodes_.at(kernels).shape, value = nodes_.at(values).shape;
  ZEROTH_CHECK(kernel.tokens && value.tokens && kernel.height == value.height);
  ZEROTH_CHECK(heads > 0 && value.channels % heads == 0 && kernel.channels % heads == 0);
  ZEROTH_CHECK(kernel.channels / heads % 2 == 1);
  OpNode node = make_node(OpKind::kDynamicConvolution, {kernels, values}, value, scope);
  node.heads = heads;
  return add_node(std::move(node));
}

int OpGraph::token(int x, int index, const std::string& scope) {
  const FeatureShape shape = nodes_.at(x).shape;
  ZEROTH_CHECK(shape.tokens && index >= 0 && index < shape.height);
  OpNode node = make_node(OpKind::kToken, {x}, {shape.channels, 1, 1}, scope);
  node.token = index;
  return add_node(std::move(node));
}

int64_t OpGraph::parameter_count() const {
  return std::accumulate(params_.begin(), params_.end(), int64_t{0},
                         [](int64_t sum, const ParamSpec& param) { return sum + param.numel(); });
}

int64_t OpGraph::macs() const {
  return std::accumulate(nodes_.begin(), nodes_.end(), int64_t{0},
                         [this](int64_t sum, const OpNode& node) { return sum + macs_of(node); });
}

int64_t OpGraph::macs_of(const OpNode& node) const {
  switch (node.kind) {
    case OpKind::kConv2d:
    case OpKind::kLinear:
      return params_[node.params.front()].numel() * node.shape.height * node.shape.width;
    case OpKind::kAttentionScores:
      return nodes_[node.operands[0]].shape.channels * node.shape.height * node.shape.width;
    case OpKind::kAttentionContext:
      return node.shape.channels * node.shape.height * nodes_[node.operands[0]].shape.width;
    case OpKind::kDynamicConvolution:
      return node.shape.channels * node.shape.height * nodes_[node.operands[0]].shape.channels / node.heads;
    default:
      return 0;
  }
}

}  // namespace zeroth::spaces
