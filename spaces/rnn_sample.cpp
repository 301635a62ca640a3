// The generator of NAS-Bench-NLP's cells.
#include <algorithm>
#include <array>
#include <numeric>

#include "core/error.h"
#include "core/shuffle.h"
#include "spaces/rnn_network.h"

namespace zeroth::spaces {
namespace {

constexpr int kAttempts = 2000;  // the least lucky sizes succeed once in some tens

// Takes elements of a stream one after the other.
class Dice {
 public:
  explicit Dice(uint64_t seed) : stream_(seed, "rnn cell") {}

  int below(size_t n) { return static_cast<int>(stream_.below(static_cast<uint32_t>(n), next_++)); }

  // `count` different ones of the values.
  std::vector<int> choose(std::vector<int> values, size_t count) {
    core::shuffle_first(values, count, [this](size_t n, size_t) { return static_cast<size_t>(below(n)); });
    values.resize(count);
    return values;
  }

 private:
  core::Stream stream_;
  uint32_t next_ = 0;
};

std::vector<int> numbers(int first, int count) {
  std::vector<int> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), first);
  return values;
}

// A linear node and the activation behind it.
void add_linear(RnnCell& cell, int states, std::vector<int>& activations, Dice& dice) {
  std::vector<int> candidates = numbers(0, states);
  candidates.push_back(kRnnWord);
  candidates.insert(candidates.end(), activations.begin(), activations.end());
  const size_t count = std::min<size_t>(dice.below(5) < 4 ? 2 : 3, candidates.size());
  const int linear = kRnnFirstNode + static_cast<int>(cell.nodes.size());
  cell.nodes.push_back({count == 2 ? kRnnLinear2 : kRnnLinear3, dice.choose(candidates, count)});
  cell.nodes.push_back({kRnnTanh + dice.below(3), {linear}});
  activations.push_back(linear + 1);
}

RnnCell redundant_cell(int states, int further, Dice& dice) {
  RnnCell cell;
  std::vector<int> activations;
  while (static_cast<int>(cell.nodes.size()) < states + further) {
    std::vector<int> values = numbers(0, states);
    for (size_t i = 0; i < cell.nodes.size(); ++i) values.push_back(kRnnFirstNode + static_cast<int>(i));
    // Half of them are linear, less those for which there are too few values.
    const std::array<int, 3> elementwise = {kRnnProd, kRnnSum, kRnnBlend};
    const size_t possible = values.size() >= 3 ? 3 : values.size() == 2 ? 2 : 0;
    const size_t drawn = static_cast<size_t>(dice.below(3 + possible));
    if (drawn >= possible) {
      add_linear(cell, states, activations, dice);
    } else {
      const int operation = elementwise[drawn];
      const int operands = kRnnOperations[static_cast<size_t>(operation)].operands;
      cell.nodes.push_back({operation, dice.choose(values, static_cast<size_t>(operands))});
    }
  }
  cell.states = dice.choose(numbers(0, static_cast<int>(cell.nodes.size())), static_cast<size_t>(states));
  return cell;
}

// Which values the states depend on, themselves included.
std::vector<bool> used_values(const RnnCell& cell) {
  std::vector<bool> used(kRnnFirstNode + cell.nodes.size());
  for (const int state : cell.states) used[static_cast<size_t>(kRnnFirstNode) + static_cast<size_t>(state)] = true;
  for (size_t i = cell.nodes.size(); i-- > 0;) {
    if (!used[kRnnFirstNode + i]) continue;
    for (const int operand : cell.nodes[i].operands) used[static_cast<size_t>(operand)] = true;
  }
  return used;
}

// The authors' sanity check: all inputs are used, and no state is made of an earlier one directly.
bool is_sane(const RnnCell& cell, const std::vector<bool>& used) {
  for (size_t k = 0; k < cell.states.size(); ++k) {
    const std::vector<int>& operands = cell.nodes[static_cast<size_t>(cell.states[k])].operands;
    if (std::any_of(operands.begin(), operands.end(), [](int operand) { return operand < kRnnWord; })) return false;
    if (!used[k]) return false;
  }
  return used[kRnnWord];
}

RnnCell without_unused(const RnnCell& cell, const std::vector<bool>& used) {
  std::vector<int> number(used.size());
  std::iota(number.begin(), number.begin() + kRnnFirstNode, 0);
  RnnCell kept;
  for (size_t i = 0; i < cell.nodes.size(); ++i) {
    if (!used[kRnnFirstNode + i]) continue;
    number[kRnnFirstNode + i] = kRnnFirstNode + static_cast<int>(kept.nodes.size());
    RnnNode node = cell.nodes[i];
    for (int& operand : node.operands) operand = number[static_cast<size_t>(operand)];
    kept.nodes.push_back(node);
  }
  for (const int state : cell.states) {
    kept.states.push_back(number[static_cast<size_t>(kRnnFirstNode) + static_cast<size_t>(state)] - kRnnFirstNode);
  }
  return kept;
}

}  // namespace

RnnCell random_rnn_cell(const core::Stream& stream, uint32_t first) {
  constexpr uint32_t kWord = 0xffffffff;
  Dice dice(uint64_t{stream.below(kWord, first)} << 32 | stream.below(kWord, first + 1));
  const int states = 1 + dice.below(kRnnStates);
  const int further = 7 * (1 + dice.below(3));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const RnnCell cell = redundant_cell(states, further, dice);
    const std::vector<bool> used = used_values(cell);
    if (is_sane(cell, used)) return without_unused(cell, used);
  }
  return parse_rnn_cell("linear:x:h0/tanh:0/new:1");
}

}  // namespace zeroth::spaces
