#include "nn/script_operators.h"

#include <fmt/format.h>

#include <algorithm>

namespace zeroth::nn {
namespace {

using core::Error;
using spaces::FeatureShape;
using spaces::OpGraph;
using spaces::OpKind;
using spaces::ParamRole;
using spaces::Role;
using torch::Tensor;

using Operands = std::vector<int>;

Symbol scaled(Symbol symbol, double factor) {
  symbol.scale *= factor;
  return symbol;
}

// ------------------------------------------------------------------------------------------------------ sums, products

// Both settled, on one form where their layouts agree.
std::pair<Symbol, Symbol> settled_pair(const ScriptCall& call, const Symbol& a, const Symbol& b) {
  Draft& draft = call.draft();
  std::pair<Symbol, Symbol> both = {draft.settled(a, call.scope), draft.settled(b, call.scope)};
  const auto form = [&](const Symbol& symbol) { return draft.step(symbol.step).form; };
  if (form(both.first) != form(both.second) && both.first.layout == both.second.layout) {
    both = {draft.on_tokens(both.first, call.scope), draft.on_tokens(both.second, call.scope)};
    if (form(both.first) != form(both.second)) {
      both = {draft.symbol(draft.as_vector(both.first, call.scope)),
              draft.symbol(draft.as_vector(both.second, call.scope))};
    }
  }
  return both;
}

Symbol sum(const ScriptCall& call, const Symbol& left, const Symbol& right) {
  Draft& draft = call.draft();
  const std::string& scope = call.scope;
  auto [a, b] = settled_pair(call, left, right);
  if (!(a.layout == b.layout)) {  // one pixel for all
    const bool left_is_pixel = factors_of(a.layout, Axis::kPlace).empty();
    const int map = draft.as_map(left_is_pixel ? b : a, scope), pixel = draft.as_map(left_is_pixel ? a : b, scope);
    if (draft.step(pixel).places() != 1) throw Error("a sum of two sizes");
    b = draft.symbol(pixel);
    a = draft.symbol(map);
  }
  Step step = step_like(draft.step(a.step), OpKind::kAdd, {a.step, b.step});
  step.add = [scope](OpGraph& graph, const Operands& x, Role) { return graph.add(x, scope); };
  a.step = draft.add(std::move(step));
  return a;
}

// A parameter that stands for itself in a sum: a position embedding, or one number for each channel.
Symbol with_parameter(const ScriptCall& call, const Symbol& to, const Tensor& parameter) {
  Draft& draft = call.draft();
  const Stored* stored = call.trace.stored(parameter);
  if (stored == nullptr || !stored->parameter) throw Error("a sum with a constant that is no parameter");
  Symbol symbol = draft.settled(to, call.scope);
  if (draft.step(symbol.step).form == Form::kMap &&
      symbol.layout.dims.back() == vector_layout(1, draft.step(symbol.step).shape.channels).dims.back()) {
    symbol = draft.on_tokens(symbol, call.scope);
  }
  const Step& from = draft.step(symbol.step);
  const FeatureShape shape = from.shape;
  const Layout own = draft.symbol(symbol.step).layout;
  const std::vector<int64_t> wanted = own.sizes();
  if (!(symbol.layout == own)) throw Error("a sum with a parameter for rearranged numbers");
  std::vector<int64_t> sizes = parameter.sizes().vec();
  while (sizes.size() < wanted.size()) sizes.insert(sizes.begin(), 1);
  std::vector<int64_t> whole(wanted.begin(), wanted.end()), by_channel(wanted.size(), 1);
  whole[0] = 1;
  const size_t channel_dim = from.form == Form::kTokens ? 2 : 1;
  by_channel[channel_dim] = shape.channels;
  Step step = step_like(from, OpKind::kAddParameter, {symbol.step});
  const std::string name = stored->name;
  if (sizes == whole && from.form != Form::kVector) {
    step.params = {parameter.reshape(from.form == Form::kTokens
                                         ? std::vector<int64_t>{shape.height, shape.channels}
                                         : std::vector<int64_t>{shape.channels, shape.height, shape.width})};
    step.add = [name](OpGraph& graph, const Operands& x, Role) { return graph.position_embedding(x[0], name); };
  } else if (sizes == by_channel) {
    step.params = {parameter.reshape({shape.channels})};
    const std::string scope = call.scope_of(parameter);
    step.add = [scope](OpGraph& graph, const Operands& x, Role) { return graph.bias(x[0], scope); };
  } else {
    throw Error("a sum with a parameter of another size");
  }
  const int sum = draft.add(std::move(step));
  call.claim(parameter, sum);
  symbol.step = sum;
  return symbol;
}

Symbol add(const ScriptCall& call) {
  const c10::IValue &self = call.argument("self"), &other = call.argument("other");
  if (call.has("alpha") && call.number(call.argument("alpha")) != 1.0) throw Error("a factor other than 1");
  const auto number = call.number(other);
  if (number) {
    if (*number == 0.0) return call.symbol(self.toTensor());
    throw Error(fmt::format("a sum with the number {:g}", *number));
  }
  const bool left = call.trace.symbol(self.toTensor()) != nullptr;
  const bool right = call.trace.symbol(other.toTensor()) != nullptr;
  if (left && right) return sum(call, call.symbol(self.toTensor()), call.symbol(other.toTensor()));
  return left ? with_parameter(call, call.symbol(self.toTensor()), other.toTensor())
              : with_parameter(call, call.symbol(other.toTensor()), self.toTensor());
}

Symbol product(const ScriptCall& call, const Symbol& left, const Symbol& right) {
  Draft& draft = call.draft();
  auto [a, b] = settled_pair(call, left, right);
  const auto places = [&](const Symbol& symbol) { return draft.step(symbol.step).places(); };
  if (!(a.layout == b.layout)) {
    if (places(a) < places(b)) std::swap(a, b);
    Layout pixel = a.layout;
    pixel.dims = {a.layout.dims.at(0), a.layout.dims.at(1), {}, {}};
    if (a.layout.dims.size() != 4 || !(b.layout == pixel)) throw Error("a product of two sizes");
    a = draft.symbol(draft.as_map(a, call.scope));
  }
  if (draft.step(a.step).form == Form::kTokens) throw Error("a product of tokens");
  Step step = step_like(draft.step(a.step), OpKind::kMultiply, {a.step, b.step});
  step.add = [scope = call.scope](OpGraph& graph, const Operands& x, Role) {
    return graph.multiply(x[0], x[1], scope);
  };
  a.step = draft.add(std::move(step));
  return a;
}

Symbol multiply(const ScriptCall& call) {
  const c10::IValue &self = call.argument("self"), &other = call.argument("other");
  if (const auto factor = call.number(other)) return scaled(call.symbol(self.toTensor()), *factor);
  if (const auto factor = call.number(self)) return scaled(call.symbol(other.toTensor()), *factor);
  for (const c10::IValue& value : {self, other}) {
    if (call.trace.symbol(value.toTensor()) == nullptr) throw Error("a product with a parameter or constant");
  }
  return product(call, call.symbol(self.toTensor()), call.symbol(other.toTensor()));
}

Symbol divide(const ScriptCall& call) {
  const auto divisor = call.number(call.argument("other"));
  if (!divisor || call.has("rounding_mode")) throw Error("a quotient of two tensors");
  return scaled(call.symbol("self"), 1.0 / *divisor);
}

// 1 - x.
Symbol complement(const ScriptCall& call) {
  if (call.number(call.argument("other")) != 1.0 || call.number(call.argument("alpha")) != 1.0) {
    throw Error("a difference with another number than 1");
  }
  Symbol symbol = call.draft().settled(call.symbol("self"), call.scope);
  Step step = step_like(call.draft().step(symbol.step), OpKind::kComplement, {symbol.step});
  step.add = [scope = call.scope](OpGraph& graph, const Operands& x, Role) { return graph.complement(x[0], scope); };
  symbol.step = call.draft().add(std::move(step));
  return symbol;
}

// ------------------------------------------------------------------------------------------------------------- joining

// A learned token in front of the others.
Symbol class_token(const ScriptCall& call, const Tensor& token, const Tensor& others) {
  Draft& draft = call.draft();
  const Stored* stored = call.trace.stored(token);
  if (stored == nullptr || !stored->parameter || token.dim() != 3 || token.size(1) != 1) {
    throw Error("a constant that is no learned token");
  }
  const Symbol symbol = draft.on_tokens(call.symbol(others), call.scope);
  if (draft.step(symbol.step).form != Form::kTokens || !(symbol.layout == draft.symbol(symbol.step).layout)) {
    throw Error("a learned token in front of something else than tokens");
  }
  Step step = step_like(draft.step(symbol.step), OpKind::kClassToken, {symbol.step});
  ++step.shape.height;
  step.params = {token.select(0, 0)};
  step.add = [name = stored->name](OpGraph& graph, const Operands& x, Role) { return graph.class_token(x[0], name); };
  const int joined = draft.add(std::move(step));
  call.claim(token, joined);
  return draft.symbol(joined);
}

Symbol join(const ScriptCall& call) {
  Draft& draft = call.draft();
  const std::vector<Tensor> tensors = call.arguments[0].toTensorVector();
  const int64_t rank = tensors.at(0).dim(), dim = call.integer("dim");
  if ((dim < 0 ? dim + rank : dim) != 1) throw Error("along another dimension than 1");
  if (tensors.size() == 2 && rank == 3 && call.trace.symbol(tensors[0]) == nullptr) {
    return class_token(call, tensors[0], tensors[1]);
  }
  if (rank != 4 && rank != 2) throw Error("of something else than maps or vectors");
  Operands parts;
  int64_t channels = 0;
  for (const Tensor& tensor : tensors) {
    const Symbol symbol = call.symbol(tensor);
    parts.push_back(rank == 4 ? draft.as_map(symbol, call.scope) : draft.as_vector(symbol, call.scope));
    channels += draft.step(parts.back()).shape.channels;
  }
  if (parts.size() == 1) return draft.symbol(parts[0]);
  Step step = step_like(draft.step(parts[0]), OpKind::kConcat, parts);
  step.shape.channels = channels;
  step.add = [scope = call.scope](OpGraph& graph, const Operands& x, Role) { return graph.concat(x, scope); };
  return draft.symbol(draft.add(std::move(step)));
}

Symbols apply_arithmetic_rule(const std::string& name, const ScriptCall& call) {
  if (name == "aten::add" || name == "aten::add_") return one(add(call));
  if (name == "aten::mul" || name == "aten::mul_") return one(multiply(call));
  if (name == "aten::div" || name == "aten::div_") return one(divide(call));
  if (name == "aten::rsub") return one(complement(call));
  if (is_joining(name)) return one(join(call));
  return std::nullopt;
}

}  // namespace

// ----------------------------------------------------------------------------------------------------------------
// calls

const c10::IValue& ScriptCall::argument(const char* name) const {
  const auto index = node.schema().argumentIndexWithName(name);
  if (!index) throw Error(fmt::format("a version without the argument {}", name));
  return arguments.at(static_cast<size_t>(*index));
}

bool ScriptCall::has(const char* name) const {
  const auto index = node.schema().argumentIndexWithName(name);
  if (!index) return false;
  const c10::IValue& value = arguments.at(static_cast<size_t>(*index));
  return !value.isNone() && !(value.isTensor() && !value.toTensor().defined());
}

std::vector<int64_t> ScriptCall::integers(const char* name, size_t count) const {
  const c10::IValue& value = argument(name);
  if (value.isInt()) return std::vector<int64_t>(count, value.toInt());
  std::vector<int64_t> list = value.toIntVector();
  if (list.size() == 1 && count > 1) list.resize(count, list[0]);
  return list;
}

size_t ScriptCall::dimension(const char* name) const {
  const int64_t dim = integer(name), rank = arguments[0].toTensor().dim();
  return static_cast<size_t>(dim < 0 ? dim + rank : dim);
}

Symbol ScriptCall::symbol(const Tensor& tensor) const {
  const Symbol* found = trace.symbol(tensor);
  if (found == nullptr) throw Error("a constant where a value that depends on the input is wanted");
  if (!found->obstacle.empty()) throw Obstructed(found->obstacle);
  return *found;
}

std::optional<double> ScriptCall::number(const c10::IValue& value) const {
  if (value.isInt()) return static_cast<double>(value.toInt());
  if (value.isDouble()) return value.toDouble();
  if (!value.isTensor() || !value.toTensor().defined()) return std::nullopt;
  const Tensor tensor = value.toTensor();
  const Stored* stored = trace.stored(tensor);
  const bool parameter = stored != nullptr && stored->parameter;
  if (tensor.numel() != 1 || parameter || trace.symbol(tensor) != nullptr) return std::nullopt;
  return tensor.item().toDouble();
}

std::string ScriptCall::scope_of(const Tensor& parameter) const {
  const Stored* stored = trace.stored(parameter);
  if (stored == nullptr || stored->name.empty()) return scope;
  const size_t dot = stored->name.rfind('.');
  return dot == std::string::npos ? scope : stored->name.substr(0, dot);
}

void ScriptCall::claim(const Tensor& parameter, int step) const {
  const Stored* stored = trace.stored(parameter);
  if (stored == nullptr) throw Error("a parameter that the module computes");
  if (trace.owner(*stored) >= 0) throw Error("the parameter " + stored->name + " is used twice");
  trace.claim(*stored, step);
}

bool is_joining(const std::string& name) { return name == "aten::cat" || name == "aten::concat"; }

std::vector<Symbol> apply_rule(const ScriptCall& call) {
  // A tensor without a counterpart on the way here is the reason, not what is done with it.
  const auto look = [&](const Tensor& tensor) {
    const Symbol* symbol = call.trace.symbol(tensor);
    if (symbol != nullptr && !symbol->obstacle.empty()) throw Obstructed(symbol->obstacle);
  };
  for (const c10::IValue& argument : call.arguments) {
    if (argument.isTensor()) look(argument.toTensor());
    if (!argument.isTensorList()) continue;
    for (const Tensor& each : argument.toTensorVector()) look(each);
  }
  const std::string name = call.node.kind().toQualString();
  for (const auto& rules : {apply_view_rule, apply_arithmetic_rule, apply_attention_rule, apply_layer_rule}) {
    if (auto symbols = rules(name, call)) return *symbols;
  }
  throw Error("no counterpart");
}

}  // namespace zeroth::nn
