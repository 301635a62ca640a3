// Operators on maps, vectors and tokens that an operator graph has one by one.
#include <fmt/format.h>

#include <functional>
#include <map>

#include "nn/script_operators.h"

namespace zeroth::nn {
namespace {

using core::Error;
using spaces::Activation;
using spaces::FeatureShape;
using spaces::OpGraph;
using spaces::OpKind;
using spaces::Role;
using spaces::Window;
using torch::Tensor;

using Operands = std::vector<int>;

// The shape of a map's tensor (N, C, H, W).
FeatureShape map_shape(const Tensor& map) { return {map.size(1), map.size(2), map.size(3)}; }

int only(const std::vector<int64_t>& pair, const char* what) {
  if (pair.at(0) != pair.at(1)) throw Error(fmt::format("{} {} and {}", what, pair[0], pair[1]));
  return static_cast<int>(pair[0]);
}

// An operator without parameters that gives its operand's form another shape.
Symbol map_step(const ScriptCall& call, OpKind kind, int x, std::function<int(OpGraph&, int)> add) {
  Step step;
  step.kind = kind;
  step.shape = map_shape(call.result());
  step.operands = {x};
  step.add = [add = std::move(add)](OpGraph& graph, const Operands& operands, Role) { return add(graph, operands[0]); };
  return call.draft().symbol(call.draft().add(std::move(step)));
}

// ------------------------------------------------------------------------------------------------- element by element

using AddUnary = int (*)(OpGraph&, int, const std::string&);

template <Activation kFunction>
int activation(OpGraph& graph, int x, const std::string& scope) {
  return graph.activation(x, kFunction, scope);
}

Symbol unary(const ScriptCall& call, OpKind kind, AddUnary add) {
  Symbol symbol = call.draft().settled(call.symbol(call.arguments[0].toTensor()), call.scope);
  Step step = step_like(call.draft().step(symbol.step), kind, {symbol.step});
  step.add = [add, scope = call.scope](OpGraph& graph, const Operands& x, Role) { return add(graph, x[0], scope); };
  symbol.step = call.draft().add(std::move(step));
  return symbol;
}

// The rectifiers that have their bounds as arguments.
AddUnary bounded(const ScriptCall& call, const char* low, const char* high) {
  const auto bound = [&](const char* name) { return call.has(name) ? call.number(call.argument(name)) : std::nullopt; };
  if (bound(low) != 0.0) throw Error("another lower bound than 0");
  if (!call.has(high)) return [](OpGraph& graph, int x, const std::string& scope) { return graph.relu(x, scope); };
  if (bound(high) != 6.0) throw Error("another upper bound than 6");
  return activation<Activation::kRelu6>;
}

Symbols apply_activation(const std::string& name, const ScriptCall& call) {
  static const std::map<std::string, AddUnary> plain = {
      {"relu", [](OpGraph& graph, int x, const std::string& scope) { return graph.relu(x, scope); }},
      {"relu6", activation<Activation::kRelu6>},
      {"silu", activation<Activation::kSwish>},
      {"hardswish", activation<Activation::kHardSwish>},
      {"sigmoid", activation<Activation::kSigmoid>},
      {"hardsigmoid", activation<Activation::kHardSigmoid>},
      {"tanh", activation<Activation::kTanh>}};
  std::string base = name.substr(name.find("::") + 2);
  if (base.size() > 1 && base.back() == '_') base.pop_back();
  const auto found = plain.find(base);
  if (found != plain.end())
    return one(unary(call, base == "relu" ? OpKind::kRelu : OpKind::kActivation, found->second));
  if (base == "hardtanh") return one(unary(call, OpKind::kActivation, bounded(call, "min_val", "max_val")));
  if (base == "clamp") return one(unary(call, OpKind::kActivation, bounded(call, "min", "max")));
  if (base == "leaky_relu") {
    const auto slope = call.number(call.argument("negative_slope"));
    if (slope != 0.01)
      throw Error(fmt::format("a slope of {:g} below zero; 0.01 has a counterpart", slope.value_or(0)));
    return one(unary(call, OpKind::kActivation, activation<Activation::kLeakyRelu>));
  }
  if (base == "gelu") {
    if (call.has("approximate") && call.argument("approximate").toStringRef() != "none")
      throw Error("an approximation; the exact one has a counterpart");
    return one(unary(call, OpKind::kGelu,
                     [](OpGraph& graph, int x, const std::string& scope) { return graph.gelu(x, scope); }));
  }
  return std::nullopt;
}

// -------------------------------------------------------------------------------------------------- layers and windows

// Adds a step whose parameters no other step has.
int add_layer(const ScriptCall& call, Step step) {
  const std::vector<Tensor> params = step.params;
  const int layer = call.draft().add(std::move(step));
  for (const Tensor& param : params) call.claim(param, layer);
  return layer;
}

// One number for each channel of the step.
int with_bias(const ScriptCall& call, int x, const Tensor& bias, const std::string& scope) {
  Step step = step_like(call.draft().step(x), OpKind::kAddParameter, {x});
  step.params = {bias};
  step.add = [scope](OpGraph& graph, const Operands& operands, Role) { return graph.bias(operands[0], scope); };
  return add_layer(call, std::move(step));
}

// Padding as numbers; `same` keeps the size of the map.
std::vector<int64_t> padding_of(const ScriptCall& call, const Tensor& weight, const std::vector<int64_t>& dilation) {
  if (!call.argument("padding").isString()) return call.integers("padding", 2);
  if (call.argument("padding").toStringRef() == "valid") return {0, 0};
  std::vector<int64_t> padding;
  for (size_t k = 0; k < 2; ++k) {
    const int64_t both = dilation[k] * (weight.size(static_cast<int64_t>(k) + 2) - 1);
    if (both % 2 != 0) throw Error("padding that differs between the sides");
    padding.push_back(both / 2);
  }
  return padding;
}

Symbol convolution(const ScriptCall& call) {
  const Tensor weight = call.tensor("weight");
  if (weight.dim() != 4) throw Error(fmt::format("over {} dimensions; 2 have a counterpart", weight.dim() - 2));
  if (call.has("transposed") && call.flag("transposed")) throw Error("a transposed convolution");
  const std::vector<int64_t> dilation = call.integers("dilation", 2);
  const std::vector<int64_t> padding = padding_of(call, weight, dilation);
  Window window;
  window.height = static_cast<int>(weight.size(2));
  window.width = static_cast<int>(weight.size(3));
  window.stride = only(call.integers("stride", 2), "strides of");
  window.pad_height = static_cast<int>(padding[0]);
  window.pad_width = static_cast<int>(padding[1]);
  window.dilation = only(dilation, "dilations of");
  const int groups = static_cast<int>(call.integer("groups"));
  const std::string scope = call.scope_of(weight);
  const int64_t channels = weight.size(0);
  Step step;
  step.kind = OpKind::kConv2d;
  step.shape = map_shape(call.result());
  step.operands = {call.draft().as_map(call.symbol("input"), scope)};
  step.params = {weight};
  step.add = [=](OpGraph& graph, const Operands& x, Role) {
    return graph.conv2d(x[0], channels, window, groups, scope);
  };
  int layer = add_layer(call, std::move(step));
  if (call.has("bias")) layer = with_bias(call, layer, call.tensor("bias"), scope);
  return call.draft().symbol(layer);
}

Symbol batch_norm(const ScriptCall& call) {
  if (!call.has("weight") || !call.has("bias")) throw Error("without gain and bias");
  const Tensor x = call.tensor("input"), weight = call.tensor("weight"), bias = call.tensor("bias");
  const std::string scope = call.scope_of(weight);
  const double epsilon = call.argument("eps").toDouble();
  const int from =
      x.dim() == 4 ? call.draft().as_map(call.symbol(x), scope) : call.draft().as_vector(call.symbol(x), scope);
  Step step = step_like(call.draft().step(from), OpKind::kBatchNorm, {from});
  step.params = {weight, bias};
  step.add = [=](OpGraph& graph, const Operands& operands, Role) {
    return graph.batch_norm(operands[0], scope, epsilon);
  };
  return call.draft().symbol(add_layer(call, std::move(step)));
}

Symbol layer_norm(const ScriptCall& call) {
  if (!call.has("weight") || !call.has("bias")) throw Error("without gain and bias");
  if (call.integers("normalized_shape").size() != 1) throw Error("over more than the channels");
  const Tensor weight = call.tensor("weight"), bias = call.tensor("bias");
  const std::string scope = call.scope_of(weight);
  const double epsilon = call.argument("eps").toDouble();
  Symbol symbol = call.draft().by_channel(call.symbol("input"), scope);
  Step step = step_like(call.draft().step(symbol.step), OpKind::kLayerNorm, {symbol.step});
  step.params = {weight, bias};
  step.add = [=](OpGraph& graph, const Operands& operands, Role) {
    return graph.layer_norm(operands[0], scope, epsilon);
  };
  symbol.step = add_layer(call, std::move(step));
  return symbol;
}

// A window of a pooling. Rounding sizes up is no more than rounding down where both yield as many pixels.
Window pool_window(const ScriptCall& call) {
  const std::vector<int64_t> kernel = call.integers("kernel_size", 2), padding = call.integers("padding", 2);
  std::vector<int64_t> stride = call.integers("stride", 2);
  if (stride.empty()) stride = kernel;
  Window window;
  window.height = static_cast<int>(kernel[0]);
  window.width = static_cast<int>(kernel[1]);
  window.stride = only(stride, "strides of");
  window.pad_height = static_cast<int>(padding[0]);
  window.pad_width = static_cast<int>(padding[1]);
  if (call.has("dilation")) window.dilation = only(call.integers("dilation", 2), "dilations of");
  if (!call.flag("ceil_mode")) return window;
  const FeatureShape from = map_shape(call.tensor("self")), to = map_shape(call.result());
  const auto floor_size = [&](int64_t size, int kernel_size, int pad) {
    return (size + 2 * int64_t{pad} - int64_t{window.dilation} * (kernel_size - 1) - 1) / window.stride + 1;
  };
  const bool same = floor_size(from.height, window.height, window.pad_height) == to.height &&
                    floor_size(from.width, window.width, window.pad_width) == to.width;
  if (!same) throw Error("a size that is rounded up");
  return window;
}

Symbol average_over_windows(const ScriptCall& call, const Window& window) {
  const std::string& scope = call.scope;
  return map_step(call, OpKind::kAvgPool, call.draft().as_map(call.symbol("self"), scope),
                  [=](OpGraph& graph, int x) { return graph.avg_pool(x, window, scope); });
}

Symbol avg_pool(const ScriptCall& call) {
  const Window window = pool_window(call);
  const bool padded = window.pad_height > 0 || window.pad_width > 0;
  if (padded && call.flag("count_include_pad")) throw Error("padding that counts in the divisor");
  if (call.has("divisor_override")) throw Error("a divisor of its own");
  return average_over_windows(call, window);
}

Symbol max_pool(const ScriptCall& call) {
  const Window window = pool_window(call);
  const std::string& scope = call.scope;
  return map_step(call, OpKind::kMaxPool, call.draft().as_map(call.symbol("self"), scope),
                  [=](OpGraph& graph, int x) { return graph.max_pool(x, window, scope); });
}

// The mean over all places, which some dimensions of `symbol` hold; their size becomes 1, or they go.
Symbol global_average(const ScriptCall& call, Symbol symbol, const std::vector<size_t>& dims, bool keep) {
  symbol = call.draft().settled(symbol, call.scope);
  Layout rest = symbol.layout, reduced = symbol.layout;
  reduced.dims.clear();
  for (const size_t dim : dims) {
    reduced.dims.push_back(rest.dims.at(dim));
    rest.dims[dim].clear();
  }
  const auto of = [&](const Layout& layout, Axis axis) { return factors_of(layout, axis).size(); };
  const bool all = of(reduced, Axis::kBatch) == 0 && of(reduced, Axis::kChannel) == 0 && of(rest, Axis::kPlace) == 0;
  if (!all) throw Error("a mean over something else than all pixels or tokens");
  if (!keep) {
    for (size_t dim = rest.dims.size(); dim-- > 0;) {
      if (std::find(dims.begin(), dims.end(), dim) != dims.end()) rest = without_dimension(rest, dim);
    }
  }
  Step step;
  step.kind = OpKind::kGlobalAvgPool;
  step.form = Form::kVector;
  step.shape = {call.draft().step(symbol.step).shape.channels, 1, 1};
  step.operands = {symbol.step};
  step.add = [scope = call.scope](OpGraph& graph, const Operands& x, Role) {
    return graph.global_avg_pool(x[0], scope);
  };
  symbol.step = call.draft().add(std::move(step));
  symbol.layout = rest;
  return symbol;
}

Symbol adaptive_avg_pool(const ScriptCall& call) {
  const Tensor x = call.tensor("self");
  if (x.dim() != 4) throw Error("of something else than a map");
  const FeatureShape from = map_shape(x), to = map_shape(call.result());
  if (to.height == 1 && to.width == 1) return global_average(call, call.symbol(x), {2, 3}, /*keep=*/true);
  if (x.sizes() == call.result().sizes()) return call.symbol(x);
  const int64_t down = from.height / to.height, across = from.width / to.width;
  if (down * to.height != from.height || across * to.width != from.width || down != across) {
    throw Error(fmt::format("{} x {} pixels to {} x {}", from.height, from.width, to.height, to.width));
  }
  return average_over_windows(call, Window::square(static_cast<int>(down), static_cast<int>(down), 0));
}

Symbol mean(const ScriptCall& call) {
  if (!call.has("dim")) throw Error("a mean over everything");
  const int64_t rank = call.tensor("self").dim();
  std::vector<size_t> dims;
  for (const int64_t dim : call.integers("dim")) dims.push_back(static_cast<size_t>(dim < 0 ? dim + rank : dim));
  return global_average(call, call.symbol("self"), dims, call.flag("keepdim"));
}

// Words to rows of a table.
Symbol embedding(const ScriptCall& call) {
  const Tensor table = call.tensor("weight");
  const Symbol words = call.symbol("indices");
  if (call.draft().step(words.step).kind != OpKind::kInput || words.layout.dims.size() != 2) {
    throw Error("of something else than the module's words");
  }
  const std::string scope = call.scope_of(table);
  const int64_t vocabulary = table.size(0), channels = table.size(1);
  Step step;
  step.kind = OpKind::kEmbedding;
  step.form = Form::kTokens;
  step.shape = {channels, call.result().size(1), 1, /*tokens=*/true};
  step.operands = {words.step};
  step.params = {table};
  step.add = [=](OpGraph& graph, const Operands& x, Role) {
    return graph.embedding(x[0], vocabulary, channels, scope);
  };
  Symbol symbol = call.draft().symbol(add_layer(call, std::move(step)));
  // Words that came turned, (T, N), are looked up turned.
  if (!(words.layout.dims[0] == symbol.layout.dims[0])) symbol.layout = permuted(symbol.layout, {1, 0, 2});
  return symbol;
}

}  // namespace

Symbol linear_layer(const ScriptCall& call, const Symbol& x, const Tensor& weight, const Tensor& bias) {
  const std::string scope = call.scope_of(weight);
  Draft& draft = call.draft();
  Symbol symbol = draft.by_channel(x, scope);
  const Stored* stored = call.trace.stored(weight);
  const int first = stored == nullptr ? -1 : call.trace.owner(*stored);
  const int64_t outputs = weight.size(0);
  const OpKind before = draft.step(symbol.step).kind;
  Step step = step_like(draft.step(symbol.step), OpKind::kLinear, {symbol.step});
  step.shape.channels = outputs;
  step.role = before == OpKind::kAttentionContext ? Role::kAttentionOutput : Role::kNone;
  if (before == OpKind::kGelu || before == OpKind::kRelu) {
    const int up = draft.step(symbol.step).operands[0];
    const bool block = draft.step(up).kind == OpKind::kLinear && step.form == Form::kTokens;
    if (block) draft.set_role(up, Role::kFeedForward);
    if (block) step.role = Role::kFeedForward;
  }
  if (first >= 0) {  // the layer once more
    const bool same =
        draft.step(first).kind == OpKind::kLinear && draft.step(first).params.size() == (bias.defined() ? 2U : 1U);
    if (!same) throw Error("the parameter " + stored->name + " is used twice");
    step.operands.push_back(first);
    step.add = [scope](OpGraph& graph, const Operands& operands, Role) {
      return graph.linear_again(operands[0], operands[1], scope);
    };
  } else {
    step.params = {weight};
    if (bias.defined()) step.params.push_back(bias);
    step.add = [=, has_bias = bias.defined()](OpGraph& graph, const Operands& operands, Role role) {
      return graph.linear(operands[0], outputs, scope, role, has_bias);
    };
  }
  symbol.step = add_layer(call, std::move(step));
  symbol.layout.dims.back() = vector_layout(1, outputs).dims.back();
  return symbol;
}

Symbols apply_layer_rule(const std::string& name, const ScriptCall& call) {
  static const std::map<std::string, Symbol (*)(const ScriptCall&)> rules = {
      {"aten::conv2d", convolution},
      {"aten::_convolution", convolution},
      {"aten::convolution", convolution},
      {"aten::_convolution_mode", convolution},
      {"aten::batch_norm", batch_norm},
      {"aten::layer_norm", layer_norm},
      {"aten::avg_pool2d", avg_pool},
      {"aten::max_pool2d", max_pool},
      {"aten::adaptive_avg_pool2d", adaptive_avg_pool},
      {"aten::mean", mean},
      {"aten::embedding", embedding},
      {"aten::linear",
       [](const ScriptCall& call) {
         const Tensor bias = call.has("bias") ? call.tensor("bias") : Tensor();
         return linear_layer(call, call.symbol("input"), call.tensor("weight"), bias);
       }},
      {"aten::addmm", [](const ScriptCall& call) {
         if (call.number(call.argument("alpha")) != 1.0 || call.number(call.argument("beta")) != 1.0)
           throw Error("factors other than 1");
         return linear_layer(call, call.symbol("mat1"), call.tensor("mat2").t(), call.tensor("self"));
       }}};
  const auto rule = rules.find(name);
  if (rule != rules.end()) return one(rule->second(call));
  return apply_activation(name, call);
}

}  // namespace zeroth::nn
