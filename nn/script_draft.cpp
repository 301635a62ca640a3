#include "nn/script_draft.h"

#include <fmt/format.h>

#include "core/error.h"

namespace zeroth::nn {
namespace {

using core::Error;
using spaces::FeatureShape;
using spaces::OpGraph;
using spaces::OpKind;
using spaces::Role;
using spaces::Window;

// Dimensions of size 1 say nothing.
std::vector<Dimension> without_empty(const Layout& layout) {
  std::vector<Dimension> dims;
  for (const Dimension& dim : layout.dims) {
    if (!dim.empty()) dims.push_back(dim);
  }
  return dims;
}

// Replaces the factors {n, 1}, {g, n} of a dimension, groups of n channels dealt out in turn, by all channels in order.
std::optional<int64_t> take_shuffle(Layout& layout) {
  for (Dimension& dim : layout.dims) {
    if (dim.size() != 2) continue;
    const Factor a = dim[0], b = dim[1];
    if (a.axis != Axis::kChannel || b.axis != Axis::kChannel || a.stride != 1 || b.stride != a.size) continue;
    dim = {{Axis::kChannel, a.size * b.size, 1}};
    return b.size;
  }
  return std::nullopt;
}

}  // namespace

Step step_like(const Step& like, OpKind kind, std::vector<int> operands) {
  Step step;
  step.kind = kind;
  step.form = like.form;
  step.shape = like.shape;
  step.operands = std::move(operands);
  return step;
}

int Draft::add(Step step) {
  steps_.push_back(std::move(step));
  return static_cast<int>(steps_.size()) - 1;
}

Symbol Draft::input(const FeatureShape& shape) {
  Step step;
  step.form = shape.tokens ? Form::kTokens : Form::kMap;
  step.shape = shape;
  step.add = [shape](OpGraph& graph, const std::vector<int>&, Role) {
    return shape.tokens ? graph.token_input(shape.height) : graph.input(shape);
  };
  return symbol(add(std::move(step)));
}

Symbol Draft::symbol(int step) const {
  const Step& of = this->step(step);
  Symbol symbol;
  symbol.step = step;
  symbol.layout = of.form == Form::kMap      ? map_layout(batch_, of.shape)
                  : of.form == Form::kTokens ? token_layout(batch_, of.shape)
                                             : vector_layout(batch_, of.shape.channels);
  return symbol;
}

int Draft::cached(OpKind kind, int operand, const std::function<Step()>& make) {
  const auto known = conversions_.find({kind, operand});
  if (known != conversions_.end()) return known->second;
  Step step = make();
  step.kind = kind;
  step.operands = {operand};
  return conversions_[{kind, operand}] = add(std::move(step));
}

int Draft::narrowed(int from, int64_t first, int64_t count, const std::string& scope) {
  Step step = step_like(this->step(from), OpKind::kNarrow, {from});
  step.shape.channels = count;
  step.add = [=](OpGraph& graph, const std::vector<int>& x, Role) { return graph.narrow(x[0], count, scope, first); };
  return add(std::move(step));
}

// The operand times zero.
Symbol Draft::zeroed(Symbol symbol, const std::string& scope) {
  symbol.scale = 1.0;
  symbol = settled(symbol, scope);
  Step zero = step_like(step(symbol.step), OpKind::kZero, {symbol.step});
  zero.add = [scope](OpGraph& graph, const std::vector<int>& x, Role) { return graph.zero(x[0], scope); };
  symbol.step = add(std::move(zero));
  return symbol;
}

// A map without its first row and column, if that is what the layout leaves of it.
bool Draft::take_crop(Symbol& symbol, const std::string& scope) {
  const Step& from = step(symbol.step);
  const int64_t rows = from.shape.height - 1, columns = from.shape.width - 1;
  const std::vector<Factor> wanted = {{Axis::kPlace, rows, from.shape.width}, {Axis::kPlace, columns, 1}};
  const bool fits = from.form == Form::kMap && symbol.layout.first_place == from.shape.width + 1 &&
                    factors_of(symbol.layout, Axis::kPlace) == wanted;
  if (!fits) return false;
  for (Dimension& dim : symbol.layout.dims) {
    for (Factor& factor : dim) {
      if (factor == wanted[0]) factor.stride = columns;
    }
  }
  symbol.layout.first_place = 0;
  Step crop = step_like(from, OpKind::kCrop, {symbol.step});
  crop.shape.height = rows;
  crop.shape.width = columns;
  crop.add = [scope](OpGraph& graph, const std::vector<int>& x, Role) { return graph.crop(x[0], scope); };
  symbol.step = add(std::move(crop));
  return true;
}

Symbol Draft::settled(const Symbol& symbol, const std::string& scope) {
  if (symbol.scale == 0.0) return zeroed(symbol, scope);
  if (symbol.scale != 1.0) throw Error(fmt::format("a product with the number {:g}", symbol.scale));
  Symbol whole = symbol;
  if (!step(whole.step).add) throw Error("a product of two values that is no attention");
  const auto places = neighbours(factors_of(whole.layout, Axis::kPlace));
  if (places != step(whole.step).places() && !take_crop(whole, scope)) {
    if (places != 1 || step(whole.step).form != Form::kTokens) throw Error("a part of the pixels or tokens");
    Step token;
    token.kind = OpKind::kToken;
    token.form = Form::kVector;
    token.shape = {step(whole.step).shape.channels, 1, 1};
    token.operands = {whole.step};
    const int index = static_cast<int>(whole.layout.first_place);
    token.add = [=](OpGraph& graph, const std::vector<int>& x, Role) { return graph.token(x[0], index, scope); };
    whole.step = add(std::move(token));
    whole.layout.first_place = 0;
  }
  const auto channels = neighbours(factors_of(whole.layout, Axis::kChannel));
  if (!channels) throw Error("channels that are no neighbours");
  if (*channels != step(whole.step).shape.channels) {
    whole.step = narrowed(whole.step, whole.layout.first_channel, *channels, scope);
    whole.layout.first_channel = 0;
  }
  if (step(whole.step).form != Form::kMap) return whole;
  if (const auto groups = take_shuffle(whole.layout)) {
    Step shuffle = step_like(step(whole.step), OpKind::kShuffle, {whole.step});
    const int count = static_cast<int>(*groups);
    shuffle.add = [=](OpGraph& graph, const std::vector<int>& x, Role) { return graph.shuffle(x[0], count, scope); };
    whole.step = add(std::move(shuffle));
  }
  return whole;
}

// A map of one pixel: what the global average of a map is if it is taken by a window.
int Draft::as_pixel(int vector, const std::string& scope) {
  const Step& pooled = step(vector);
  if (pooled.kind != OpKind::kGlobalAvgPool || step(pooled.operands[0]).form != Form::kMap) {
    throw Error("a vector where a map is wanted");
  }
  const int map = pooled.operands[0];
  const FeatureShape shape = step(map).shape;
  return cached(OpKind::kAvgPool, map, [&] {
    Step pool;
    pool.shape = {shape.channels, 1, 1};
    Window window;
    window.height = static_cast<int>(shape.height);
    window.width = static_cast<int>(shape.width);
    pool.add = [=](OpGraph& graph, const std::vector<int>& x, Role) { return graph.avg_pool(x[0], window, scope); };
    return pool;
  });
}

int Draft::as_map(const Symbol& symbol, const std::string& scope) {
  const Symbol whole = settled(symbol, scope);
  const Step& from = step(whole.step);
  const std::vector<int64_t> sizes = whole.layout.sizes();
  if (sizes.size() != 4) throw Error(fmt::format("a tensor of {} dimensions where a map is wanted", sizes.size()));
  const FeatureShape shape = {sizes[1], sizes[2], sizes[3]};
  if (!(whole.layout == map_layout(batch_, shape))) throw Error("a map whose channels or pixels are rearranged");
  if (from.form == Form::kVector) return as_pixel(whole.step, scope);
  if (from.form == Form::kTokens) {
    if (shape.channels != from.shape.channels) throw Error("a map whose channels or pixels are rearranged");
    return cached(OpKind::kMap, whole.step, [&] {
      Step map;
      map.shape = shape;
      map.add = [=](OpGraph& graph, const std::vector<int>& x, Role) {
        return graph.map(x[0], shape.height, shape.width, scope);
      };
      return map;
    });
  }
  const bool same = shape.channels == from.shape.channels && shape.height == from.shape.height;
  if (!same) throw Error("a map whose channels or pixels are rearranged");
  return whole.step;
}

Symbol Draft::on_tokens(const Symbol& symbol, const std::string& scope) {
  Symbol result = settled(symbol, scope);
  if (step(result.step).form != Form::kMap) return result;
  const FeatureShape shape = step(result.step).shape;
  result.step = cached(OpKind::kTokens, result.step, [&] {
    Step tokens;
    tokens.form = Form::kTokens;
    tokens.shape = {shape.channels, shape.height * shape.width, 1, /*tokens=*/true};
    tokens.add = [=](OpGraph& graph, const std::vector<int>& x, Role) { return graph.tokens(x[0], scope); };
    return tokens;
  });
  return result;
}

int Draft::as_vector(const Symbol& symbol, const std::string& scope) {
  const Symbol whole = settled(symbol, scope);
  const Step& from = step(whole.step);
  const std::vector<Dimension> dims = without_empty(whole.layout);
  const auto is = [&](const std::vector<Dimension>& wanted) { return dims == wanted; };
  const Dimension batch = without_empty(vector_layout(batch_, 1)).at(0);
  const Factor channels = {Axis::kChannel, from.shape.channels, 1}, places = {Axis::kPlace, from.places(), 1};
  const bool one_channel = from.shape.channels == 1, one_place = from.places() == 1;
  const bool plain = one_channel ? is({batch}) : is({batch, {channels}});
  if (plain && one_place && from.form == Form::kVector) return whole.step;
  if (plain && one_place && from.form == Form::kMap) {
    return cached(OpKind::kGlobalAvgPool, whole.step, [&] {
      Step pool;
      pool.form = Form::kVector;
      pool.shape = {from.shape.channels, 1, 1};
      pool.add = [=](OpGraph& graph, const std::vector<int>& x, Role) { return graph.global_avg_pool(x[0], scope); };
      return pool;
    });
  }
  const bool flat = one_channel ? is({batch, {places}}) : is({batch, {channels, places}});
  if (!flat || from.form != Form::kMap) throw Error("a vector whose numbers are rearranged");
  return cached(OpKind::kFlatten, whole.step, [&] {
    Step flatten;
    flatten.form = Form::kVector;
    flatten.shape = {from.shape.channels * from.places(), 1, 1};
    flatten.add = [=](OpGraph& graph, const std::vector<int>& x, Role) { return graph.flatten(x[0], scope); };
    return flatten;
  });
}

Symbol Draft::by_channel(const Symbol& symbol, const std::string& scope) {
  Symbol whole = settled(symbol, scope);
  const Dimension last = whole.layout.dims.empty() ? Dimension() : whole.layout.dims.back();
  const FeatureShape shape = step(whole.step).shape;
  const Form form = step(whole.step).form;
  const bool channels = last == Dimension{{Axis::kChannel, shape.channels, 1}};
  const bool pixels = step(whole.step).places() > 1;
  if (channels && (form != Form::kMap || pixels)) return on_tokens(whole, scope);
  if (whole.layout.dims.size() != 2) throw Error("channels that are not the last dimension");
  return this->symbol(as_vector(whole, scope));
}

Draft::Network Draft::network(int output) const {
  std::vector<bool> needed(steps_.size(), false);
  needed[static_cast<size_t>(output)] = true;
  for (size_t i = steps_.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const int operand : steps_[i].operands) needed[static_cast<size_t>(operand)] = true;
  }
  if (!needed[0]) throw Error("the output does not depend on the input");
  Network network;
  std::vector<int> nodes(steps_.size(), -1);
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (!needed[i]) continue;
    std::vector<int> operands;
    for (const int operand : steps_[i].operands) operands.push_back(nodes[static_cast<size_t>(operand)]);
    nodes[i] = steps_[i].add(network.graph, operands, steps_[i].role);
    network.params.insert(network.params.end(), steps_[i].params.begin(), steps_[i].params.end());
    ZEROTH_CHECK(network.params.size() == network.graph.params().size());
  }
  return network;
}

}  // namespace zeroth::nn
