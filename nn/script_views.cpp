// Operators that move numbers about, or nothing at all: only the layout changes.
#include <algorithm>
#include <numeric>
#include <set>

#include "nn/script_operators.h"

namespace zeroth::nn {
namespace {

using core::Error;
using torch::Tensor;

Symbol with_layout(Symbol symbol, std::optional<Layout> layout) {
  if (!layout) throw Error("the sizes cut through channels, pixels or images");
  symbol.layout = std::move(*layout);
  return symbol;
}

Symbol permute(const ScriptCall& call, const std::vector<int64_t>& order) {
  Symbol symbol = call.symbol(call.arguments[0].toTensor());
  symbol.layout = permuted(symbol.layout, order);
  return symbol;
}

std::vector<int64_t> swapped(const ScriptCall& call, size_t a, size_t b) {
  std::vector<int64_t> order(static_cast<size_t>(call.arguments[0].toTensor().dim()));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order.at(a), order.at(b));
  return order;
}

// The parts that an operator cuts a dimension into, as the lengths of its results say.
std::vector<Symbol> parts(const ScriptCall& call, size_t dim, bool drops_dimension) {
  const Symbol whole = call.symbol(call.arguments[0].toTensor());
  std::vector<Symbol> symbols;
  int64_t first = 0;
  for (const c10::IValue& each : call.results[0].toListRef()) {
    const int64_t length = drops_dimension ? 1 : each.toTensor().size(static_cast<int64_t>(dim));
    symbols.push_back(with_layout(whole, cut(whole.layout, dim, first, length)));
    if (drops_dimension) symbols.back().layout = without_dimension(symbols.back().layout, dim);
    first += length;
  }
  return symbols;
}

Symbol select(const ScriptCall& call) {
  const size_t dim = call.dimension("dim");
  const Symbol whole = call.symbol("self");
  const int64_t size = call.tensor("self").size(static_cast<int64_t>(dim)), index = call.integer("index");
  const Symbol one = with_layout(whole, cut(whole.layout, dim, index < 0 ? index + size : index, 1));
  return with_layout(one, without_dimension(one.layout, dim));
}

Symbol slice(const ScriptCall& call) {
  const size_t dim = call.dimension("dim");
  const Symbol whole = call.symbol("self");
  const int64_t size = call.tensor("self").size(static_cast<int64_t>(dim));
  const int64_t length = call.result().size(static_cast<int64_t>(dim));
  int64_t first = 0;
  if (call.node.kind() == c10::aten::narrow) {
    first = call.integer("start");
  } else {
    if (call.has("step") && call.integer("step") != 1) throw Error("a slice with a step");
    if (call.has("start")) first = call.integer("start");
  }
  if (first < 0) first += size;
  return with_layout(whole, cut(whole.layout, dim, std::clamp<int64_t>(first, 0, size), length));
}

Symbol same_order(const ScriptCall& call) {
  const Symbol symbol = call.symbol(call.arguments[0].toTensor());
  return with_layout(symbol, reshaped(symbol.layout, call.result().sizes().vec()));
}

Symbol same_size(const ScriptCall& call) {
  const Tensor x = call.arguments[0].toTensor();
  if (x.sizes() != call.result().sizes()) throw Error("a tensor that is spread over more numbers");
  if (x.scalar_type() != call.result().scalar_type() && !x.is_floating_point()) throw Error("another type of numbers");
  return call.symbol(x);
}

std::vector<int64_t> permutation(const ScriptCall& call) {
  std::vector<int64_t> order = call.integers("dims");
  for (int64_t& dim : order) dim += dim < 0 ? static_cast<int64_t>(order.size()) : 0;
  return order;
}

}  // namespace

Symbols apply_view_rule(const std::string& name, const ScriptCall& call) {
  static const std::set<std::string> same = {"aten::contiguous",    "aten::clone",           "aten::to",
                                             "aten::type_as",       "aten::alias",           "aten::expand",
                                             "aten::expand_as",     "aten::float",           "aten::dropout",
                                             "aten::dropout_",      "aten::feature_dropout", "aten::feature_dropout_",
                                             "aten::alpha_dropout", "aten::alpha_dropout_"};
  static const std::set<std::string> regrouping = {
      "aten::view",    "aten::reshape",    "aten::flatten",      "aten::squeeze",  "aten::unsqueeze", "aten::unflatten",
      "aten::view_as", "aten::reshape_as", "aten::_unsafe_view", "aten::squeeze_", "aten::unsqueeze_"};
  if (same.count(name) > 0) return one(same_size(call));
  if (regrouping.count(name) > 0) return one(same_order(call));
  if (name == "aten::permute") return one(permute(call, permutation(call)));
  if (name == "aten::transpose" || name == "aten::transpose_" || name == "aten::swapaxes") {
    const bool axes = name == "aten::swapaxes";
    return one(
        permute(call, swapped(call, call.dimension(axes ? "axis0" : "dim0"), call.dimension(axes ? "axis1" : "dim1"))));
  }
  if (name == "aten::t" || name == "aten::mT") {
    const auto rank = static_cast<size_t>(call.arguments[0].toTensor().dim());
    if (rank < 2) return one(call.symbol("self"));
    return one(permute(call, swapped(call, rank - 1, rank - 2)));
  }
  if (name == "aten::select") return one(select(call));
  if (name == "aten::slice" || name == "aten::narrow") return one(slice(call));
  if (name == "aten::chunk" || name == "aten::split" || name == "aten::split_with_sizes" ||
      name == "aten::tensor_split" || name == "aten::unsafe_chunk" || name == "aten::unsafe_split") {
    return parts(call, call.dimension("dim"), /*drops_dimension=*/false);
  }
  if (name == "aten::unbind") return parts(call, call.dimension("dim"), /*drops_dimension=*/true);
  return std::nullopt;
}

}  // namespace zeroth::nn
