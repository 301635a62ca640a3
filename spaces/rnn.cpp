// NAS-Bench-NLP: recurrent cells, each a graph of up to 25 linear and elementwise nodes with one to three states.
// Klyuchnikov et al., 2020, arXiv:2006.07116. The number of cells is far above 10^18.
//
// A cell is written node by node, then which nodes are the new states:
//   linear:x:h0/tanh:0/linear:1:h1/sigm:2/prod:3:1/new:4:1
// A node is an operation and what it reads: x, the word (or the layer below); h0, h1, h2, the states before the step,
// which the authors call h_prev_0 ...; or the number of an earlier node, counted from 0. Linear nodes read one to three
// values, y = W1 v1 + W2 v2 + ... + b; blend:z:a:b is z a + (1 - z) b; prod and sum take two; tanh, sigm (sigmoid) and
// leaky_relu one. new:4:1 says that node 4 is h_new_0, which is also the cell's output, and node 1 h_new_1. The
// authors' recipes are read as well: {"f": {"op": "linear", "input": ["x", "h_prev_0"]}, "h_new_0": {"op":
// "activation_tanh", "input": ["f"]}}. Their LSTM and GRU, with a tanh for the output gate, are among the tests.
//
// Choices: for each of the three states the node that it is, plus one, or 0 where there is no such state; then for each
// of 25 nodes the operation, plus one, or 0 where the node is not used, and three operands as in rnn_cell.h, 0 where
// the operation takes fewer. A neighbour differs in one of them: another operation, which may take more operands if
// h0 will do for the new ones, another operand, another node for a state; one node that reads h0 more or less at the
// end, one state more or less that nothing reads. Nodes and states that do nothing are thus part of an architecture as
// it is written; the canonical form drops them.
//
// Samples are drawn as the authors' generator does it: one to three states and 7, 14 or 21 further nodes; every other
// operation linear and followed by an activation; what leads to no state dropped; and drawn again, a fixed number of
// times, where an input is not used or a state is made of an earlier one directly. They are far from uniform. This is
// where the 25 come from: 24, and one more where the last is linear and still gets its activation.
//
// The network: an embedding, three layers of the cell of 600, 600 and 400 numbers (the width of the embedding is 400)
// over 70 words, all states zero at first, and a linear layer from the last output to the vocabulary of the Penn
// Treebank. It departs from the authors' where a single vector of logits asks for it: the word after the sequence is
// predicted, and not that after each word. A linear node is one matrix on the concatenation of its operands, which is
// the sum of theirs; the last layer has a matrix of its own, where theirs is the embedding's (so there are
// vocabulary * channels parameters more, for all cells alike); dropout is left out. In the last steps, only what the
// output depends on is computed, and what is dead as written. The fast shape scales the widths, the vocabulary and the
// number of words, and stacks two layers.
//
// The public table of the benchmark (nasbench_nlp_rnn) names no cells, so it can only say which parameter counts occur.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "spaces/rnn_cell.h"
#include "spaces/rnn_network.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kExample =
    "linear:x:h0/tanh:0/linear:x:h0/sigm:2/linear:x:h0/sigm:4/linear:x:h0/tanh:6/"
    "prod:5:h1/prod:1:3/sum:8:9/tanh:10/prod:11:7/new:12:10";

// ------------------------------------------------------------------------------------------------------- choices

constexpr size_t kFields = 1 + kRnnOperands;  // of a node
constexpr size_t kChoices = kRnnStates + kRnnNodes * kFields;

size_t place_of(size_t node) { return kRnnStates + node * kFields; }

Architecture encode(const RnnCell& cell) {
  Architecture architecture{std::vector<int>(kChoices, 0)};
  for (size_t k = 0; k < cell.states.size(); ++k) architecture.choices[k] = cell.states[k] + 1;
  for (size_t i = 0; i < cell.nodes.size(); ++i) {
    architecture.choices[place_of(i)] = cell.nodes[i].operation + 1;
    std::copy(cell.nodes[i].operands.begin(), cell.nodes[i].operands.end(),
              architecture.choices.begin() + static_cast<std::ptrdiff_t>(place_of(i)) + 1);
  }
  return architecture;
}

RnnCell decode(const Architecture& architecture) {
  ZEROTH_CHECK(architecture.choices.size() == kChoices);
  const std::vector<int>& choices = architecture.choices;
  RnnCell cell;
  for (size_t k = 0; k < kRnnStates && choices[k] > 0; ++k) cell.states.push_back(choices[k] - 1);
  for (size_t i = 0; i < kRnnNodes && choices[place_of(i)] > 0; ++i) {
    RnnNode node{choices[place_of(i)] - 1, {}};
    const auto operands = choices.begin() + static_cast<std::ptrdiff_t>(place_of(i)) + 1;
    node.operands.assign(operands, operands + kRnnOperations.at(static_cast<size_t>(node.operation)).operands);
    cell.nodes.push_back(node);
  }
  return cell;
}

// ---------------------------------------------------------------------------------------------------- neighbours

// Collects copies of an architecture with one choice changed.
class Neighbours {
 public:
  explicit Neighbours(const Architecture& architecture) : architecture_(architecture), cell_(decode(architecture)) {}

  std::vector<Architecture> all() {
    for (size_t k = 0; k < kRnnStates; ++k) change_state(k);
    for (size_t i = 0; i < cell_.nodes.size(); ++i) {
      change_operation(i);
      for (size_t k = 0; k < cell_.nodes[i].operands.size(); ++k) change_operand(i, k);
    }
    const size_t end = cell_.nodes.size();
    for (size_t operation = 0; end < kRnnNodes && operation < kRnnOperations.size(); ++operation) {
      take(place_of(end), static_cast<int>(operation) + 1);
    }
    return std::move(found_);
  }

 private:
  void take(size_t place, int choice) {
    if (architecture_.choices[place] == choice) return;
    found_.push_back(architecture_);
    found_.back().choices[place] = choice;
  }

  bool is_state(size_t node) const {
    return std::count(cell_.states.begin(), cell_.states.end(), static_cast<int>(node)) > 0;
  }

  bool is_read(int value) const {
    return std::any_of(cell_.nodes.begin(), cell_.nodes.end(), [value](const RnnNode& node) {
      return std::count(node.operands.begin(), node.operands.end(), value) > 0;
    });
  }

  void change_state(size_t k) {
    if (k > cell_.states.size()) return;
    for (size_t node = 0; node < cell_.nodes.size(); ++node) {
      if (!is_state(node)) take(k, static_cast<int>(node) + 1);
    }
    if (k > 0 && k + 1 == cell_.states.size() && !is_read(static_cast<int>(k))) take(k, 0);
  }

  // Operands that the other operation does not take must be zero, as must those be that it takes besides.
  void change_operation(size_t i) {
    const int* operands = &architecture_.choices[place_of(i) + 1];
    const bool has_word = std::count(operands, operands + kRnnOperands, kRnnWord) > 0;
    for (size_t other = 0; other < kRnnOperations.size(); ++other) {
      const bool fits = std::all_of(operands + kRnnOperations[other].operands, operands + kRnnOperands,
                                    [](int operand) { return operand == 0; });
      if (fits && (!has_word || reads_word(static_cast<int>(other)))) {
        take(place_of(i), static_cast<int>(other) + 1);
      }
    }
    const bool blank = std::all_of(operands, operands + kRnnOperands, [](int operand) { return operand == 0; });
    if (i > 0 && i + 1 == cell_.nodes.size() && blank && !is_state(i)) take(place_of(i), 0);
  }

  void change_operand(size_t i, size_t k) {
    for (int value = 0; value < kRnnFirstNode + static_cast<int>(i); ++value) {
      const bool exists = value >= kRnnWord || value < static_cast<int>(cell_.states.size());
      const bool fits = value != kRnnWord || reads_word(cell_.nodes[i].operation);
      if (exists && fits) take(place_of(i) + 1 + k, value);
    }
  }

  const Architecture& architecture_;
  RnnCell cell_;
  std::vector<Architecture> found_;
};

// --------------------------------------------------------------------------------------------------------- space

void check_shape(const NetShape& shape) {
  const auto positive = [](const char* what, int64_t value) {
    if (value < 1) throw core::UsageError(fmt::format("{} {}: must be at least 1", what, value));
  };
  positive("channels", shape.channels);
  positive("cells", shape.cells);
  positive("classes", shape.classes);
  positive("tokens", shape.tokens);
  positive("vocabulary", shape.vocabulary);
  if (shape.dense || shape.thin) throw core::UsageError("rnn reads text: it has neither a dense nor a thin network");
}

class Rnn : public SearchSpace {
 public:
  std::string_view name() const override { return "rnn"; }
  std::string_view summary() const override {
    return "NAS-Bench-NLP: recurrent cells of up to 25 linear and elementwise nodes, 1 to 3 states; language model";
  }
  std::string_view citation() const override { return "Klyuchnikov et al., 2020, arXiv:2006.07116"; }
  std::string_view example() const override { return kExample; }

  std::optional<uint64_t> size() const override { return std::nullopt; }
  // There is no enumeration: a fixed sequence of samples.
  Architecture at(uint64_t index) const override { return sample(core::Stream(index, "rnn architecture"), 0); }
  Architecture sample(const core::Stream& stream, uint32_t first) const override {
    return encode(random_rnn_cell(stream, first));
  }
  uint32_t draws() const override { return 1 + kRnnNodes; }

  std::vector<Architecture> neighbours(const Architecture& architecture) const override {
    return Neighbours(architecture).all();
  }

  // One parent, drawn, gives the states and how many nodes there are; each node comes from either, if the other has it
  // and reads no state that the child lacks.
  Architecture crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                         uint32_t first) const override {
    const bool swapped = stream.below(2, first) == 1;
    const RnnCell other = decode(swapped ? a : b);
    RnnCell child = decode(swapped ? b : a);
    const int states = static_cast<int>(child.states.size());
    const auto exists = [states](int value) { return value >= kRnnWord || value < states; };
    for (size_t i = 0; i < std::min(child.nodes.size(), other.nodes.size()); ++i) {
      const std::vector<int>& operands = other.nodes[i].operands;
      const bool taken = stream.below(2, first + 1 + static_cast<uint32_t>(i)) == 1;
      if (taken && std::all_of(operands.begin(), operands.end(), exists)) child.nodes[i] = other.nodes[i];
    }
    return encode(child);
  }

  Architecture parse(std::string_view text) const override { return encode(parse_rnn_cell(text)); }
  std::string print(const Architecture& architecture) const override { return print_rnn_cell(decode(architecture)); }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    return {rnn_units(decode(architecture))};
  }

  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = 400;
    shape.cells = 3;
    shape.tokens = 70;
    shape.vocabulary = shape.classes = 10000;
    return shape;
  }
  NetShape fast_shape() const override {
    NetShape shape;
    shape.channels = 16;
    shape.cells = 2;
    shape.tokens = 8;
    shape.vocabulary = shape.classes = 64;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_shape(shape);
    return rnn_network(cells.front(), shape);
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_rnn() { return std::make_unique<Rnn>(); }

}  // namespace zeroth::spaces
