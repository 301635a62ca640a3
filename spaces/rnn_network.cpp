#include "spaces/rnn_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kWord = "x";
constexpr const char* kOperand = "operand";
constexpr const char* kLinear = "linear";
constexpr const char* kProduct = "product";
constexpr const char* kComplement = "complement";

// ---------------------------------------------------------------------------------------------------------- units

size_t add_operand(UnitGraph& graph, size_t value) {
  return add_unit(graph, {UnitKind::kWeightless, kOperand, -1}, {value});
}

size_t add_product(UnitGraph& graph, int origin, size_t a, size_t b) {
  const std::vector<size_t> operands = {add_operand(graph, a), add_operand(graph, b)};
  return add_unit(graph, {UnitKind::kWeightless, kProduct, origin}, operands);
}

// The units of a node that reads these units; returns the one that emits its value.
size_t add_node(UnitGraph& graph, int origin, int operation, const std::vector<size_t>& values) {
  switch (operation) {
    case kRnnLinear1:
    case kRnnLinear2:
    case kRnnLinear3: {
      std::vector<size_t> operands;
      for (const size_t value : values) operands.push_back(add_operand(graph, value));
      return add_unit(graph, {UnitKind::kParametric, kLinear, origin}, operands);
    }
    case kRnnBlend: {
      const size_t chosen = add_product(graph, origin, values[0], values[1]);
      const size_t rest = add_unit(graph, {UnitKind::kWeightless, kComplement, origin}, {values[0]});
      const size_t other = add_product(graph, origin, rest, values[2]);
      return add_unit(graph, {UnitKind::kIdentity, "sum", -1}, {chosen, other});
    }
    case kRnnProd:
      return add_product(graph, origin, values[0], values[1]);
    case kRnnSum:
      return add_unit(graph, {UnitKind::kIdentity, "sum", -1}, values);
    default:
      return add_unit(graph, {UnitKind::kWeightless, kRnnOperations.at(static_cast<size_t>(operation)).name, origin},
                      values);
  }
}

// The k of h_prev_k and h_new_k.
size_t state_of(const Unit& unit) { return static_cast<size_t>(unit.label.back() - '0'); }
bool is_word(const Unit& unit) { return unit.kind == UnitKind::kInput && unit.label == kWord; }
bool is_state_in(const Unit& unit) { return unit.kind == UnitKind::kInput && unit.label != kWord; }

// Which units these states, and the units that are needed anyway, depend on within a step; themselves included.
std::vector<bool> needed_for(const UnitGraph& cell, const std::vector<bool>& states, std::vector<bool> needed) {
  needed.resize(boost::num_vertices(cell));
  for (size_t unit = needed.size(); unit-- > 0;) {
    if (cell[unit].kind == UnitKind::kPart && states[state_of(cell[unit])]) needed[unit] = true;
    if (!needed[unit]) continue;
    for (const size_t operand : operands_of(cell, unit)) needed[operand] = true;
  }
  return needed;
}

// Adds the states of the step before that these units depend on; returns whether there are more than there were.
bool add_states_read(const UnitGraph& cell, const std::vector<bool>& needed, std::vector<bool>& states) {
  const std::vector<bool> before = states;
  for (size_t unit = 0; unit < needed.size(); ++unit) {
    if (needed[unit] && is_state_in(cell[unit])) states[state_of(cell[unit])] = true;
  }
  return states != before;
}

// On which states the first one depends, now or steps later, itself included.
std::vector<bool> live_states(const UnitGraph& cell) {
  std::vector<bool> states(kRnnStates);
  states[0] = true;
  while (add_states_read(cell, needed_for(cell, states, {}), states)) continue;
  return states;
}

// -------------------------------------------------------------------------------------------------------- network

using Steps = std::vector<std::vector<bool>>;  // for each step, which units of the cell are computed

// Whether a step looks at the word.
bool reads_word(const UnitGraph& cell, const std::vector<bool>& computed) {
  for (size_t unit = 0; unit < computed.size(); ++unit) {
    if (is_word(cell[unit])) return computed[unit] && boost::out_degree(unit, cell) > 0;
  }
  return false;
}

// Dead units are computed in every step, as they are written, and others where a wanted output or they depend on them.
Steps schedule(const UnitGraph& cell, const std::vector<bool>& wanted) {
  std::vector<bool> dead = needed_for(cell, live_states(cell), {});
  dead.flip();
  dead.back() = false;  // the cell's output, which reads states and computes nothing
  Steps steps(wanted.size());
  std::vector<bool> states(kRnnStates);  // that the next step reads
  for (size_t t = steps.size(); t-- > 0;) {
    states[0] = states[0] || wanted[t];
    steps[t] = needed_for(cell, states, dead);
    states.assign(kRnnStates, false);
    add_states_read(cell, steps[t], states);
  }
  return steps;
}

// One layer of the network: a cell on a sequence, with one set of parameters.
class Layer {
 public:
  Layer(OpGraph& net, const UnitGraph& cell, int64_t width, int first_word, std::string scope)
      : net_(net),
        cell_(cell),
        width_(width),
        first_word_(first_word),
        scope_(std::move(scope)),
        linears_(boost::num_vertices(cell), kNone),
        states_(kRnnStates, kNone) {}

  // Takes a word in, and returns the output; kNone for what is not computed.
  int step(int word, const std::vector<bool>& computed) {
    std::vector<int> nodes(computed.size(), kNone), states(kRnnStates, kNone);
    for (size_t unit = 0; unit < computed.size(); ++unit) {
      if (!computed[unit] || (cell_[unit].kind == UnitKind::kInput && boost::out_degree(unit, cell_) == 0)) continue;
      std::vector<int> read;
      for (const size_t operand : operands_of(cell_, unit)) read.push_back(nodes[operand]);
      if (cell_[unit].kind == UnitKind::kOutput) continue;
      nodes[unit] = cell_[unit].kind == UnitKind::kInput ? input(cell_[unit], word) : add(unit, read);
      if (cell_[unit].kind == UnitKind::kPart) states[state_of(cell_[unit])] = nodes[unit];
    }
    states_ = states;
    return states[0];
  }

  static constexpr int kNone = -1;

 private:
  int input(const Unit& unit, int word) {
    if (!is_state_in(unit)) return word;
    int& state = states_[state_of(unit)];
    if (state == kNone) state = zeros();
    return state;
  }

  // The states before the first step: they hang on the first word, times zero.
  int zeros() {
    if (zeros_ != kNone) return zeros_;
    const int64_t width = net_.nodes()[static_cast<size_t>(first_word_)].shape.channels;
    const std::vector<int> copies(static_cast<size_t>((width_ + width - 1) / width), first_word_);
    zeros_ = copies.size() == 1 ? first_word_ : net_.concat(copies, scope_);
    if (net_.nodes()[static_cast<size_t>(zeros_)].shape.channels > width_) zeros_ = net_.narrow(zeros_, width_, scope_);
    return zeros_ = net_.zero(zeros_, scope_);
  }

  int sum(const std::vector<int>& values) { return values.size() == 1 ? values.front() : net_.add(values, scope_); }

  int add(size_t unit, const std::vector<int>& values) {
    const std::string& label = cell_[unit].label;
    const bool passes = cell_[unit].kind == UnitKind::kIdentity || cell_[unit].kind == UnitKind::kPart;
    if (passes || label == kOperand) return sum(values);
    const std::string scope = fmt::format("{}.cell.components.node_{}", scope_, cell_[unit].origin);
    if (label == kLinear) {
      const int joined = values.size() == 1 ? values.front() : net_.concat(values, scope);
      int& layer = linears_[unit];
      return layer == kNone ? layer = net_.linear(joined, width_, scope) : net_.linear_again(joined, layer, scope);
    }
    if (label == kProduct) return net_.multiply(values.at(0), values.at(1), scope);
    if (label == kComplement) return net_.complement(sum(values), scope);
    const Activation function = label == "tanh"   ? Activation::kTanh
                                : label == "sigm" ? Activation::kSigmoid
                                                  : Activation::kLeakyRelu;
    ZEROTH_CHECK(function != Activation::kLeakyRelu || label == "leaky_relu");
    return net_.activation(sum(values), function, scope);
  }

  OpGraph& net_;
  const UnitGraph& cell_;
  int64_t width_;
  int first_word_;
  std::string scope_;
  std::vector<int> linears_;  // by unit: where its layer came first
  std::vector<int> states_;   // after the step before
  int zeros_ = kNone;
};

// The schedule of each layer: the last is wanted for its last output, others for what the layer above reads.
std::vector<Steps> schedules(const UnitGraph& cell, const NetShape& shape) {
  std::vector<Steps> layers(static_cast<size_t>(shape.cells));
  std::vector<bool> wanted(static_cast<size_t>(shape.tokens));
  wanted.back() = true;
  for (size_t layer = layers.size(); layer-- > 0;) {
    layers[layer] = schedule(cell, wanted);
    for (size_t t = 0; t < wanted.size(); ++t) wanted[t] = reads_word(cell, layers[layer][t]);
  }
  return layers;
}

}  // namespace

UnitGraph rnn_units(const RnnCell& cell) {
  UnitGraph graph;
  std::vector<size_t> values;  // the unit that emits each
  for (int k = 0; k < kRnnStates; ++k) {
    values.push_back(add_unit(graph, {UnitKind::kInput, fmt::format("h_prev_{}", k), -1}, {}));
  }
  values.push_back(add_unit(graph, {UnitKind::kInput, kWord, -1}, {}));
  for (size_t i = 0; i < cell.nodes.size(); ++i) {
    std::vector<size_t> read;
    for (const int operand : cell.nodes[i].operands) read.push_back(values.at(static_cast<size_t>(operand)));
    values.push_back(add_node(graph, static_cast<int>(i), cell.nodes[i].operation, read));
  }
  std::vector<size_t> parts;
  for (size_t k = 0; k < cell.states.size(); ++k) {
    const size_t value = values.at(static_cast<size_t>(kRnnFirstNode) + static_cast<size_t>(cell.states[k]));
    parts.push_back(add_unit(graph, {UnitKind::kPart, fmt::format("h_new_{}", k), -1}, {value}));
  }
  const std::vector<bool> live = live_states(graph);
  std::vector<size_t> read;
  for (size_t k = 0; k < parts.size(); ++k) {
    if (live[k]) read.push_back(parts[k]);
  }
  add_unit(graph, {UnitKind::kOutput, "out", -1}, read);
  return graph;
}

OpGraph rnn_network(const UnitGraph& cell, const NetShape& shape) {
  OpGraph net;
  const int embedded = net.embedding(net.token_input(shape.tokens), shape.vocabulary, shape.channels, "encoder");
  net.tap(embedded);
  const std::vector<Steps> layers = schedules(cell, shape);
  const int first_word = net.token(embedded, 0, "encoder");
  std::vector<int> words(static_cast<size_t>(shape.tokens), Layer::kNone);
  for (size_t t = 0; t < words.size(); ++t) {
    if (reads_word(cell, layers[0][t]))
      words[t] = t == 0 ? first_word : net.token(embedded, static_cast<int>(t), "encoder");
  }
  for (size_t i = 0; i < layers.size(); ++i) {
    // The last layer is as wide as the embedding, those before by half as much again.
    const int64_t width = i + 1 < layers.size() ? shape.channels + shape.channels / 2 : shape.channels;
    Layer layer(net, cell, width, first_word, fmt::format("rnns.{}", i));
    for (size_t t = 0; t < words.size(); ++t) words[t] = layer.step(words[t], layers[i][t]);
    if (words.back() != Layer::kNone) net.tap(words.back());
  }
  net.linear(words.back(), shape.classes, "decoder", Role::kClassifier);
  return net;
}

}  // namespace zeroth::spaces
