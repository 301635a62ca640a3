// Recurrent cells of NAS-Bench-NLP as nodes that read each other, and the two ways to write one (see rnn.cpp).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace zeroth::spaces {

constexpr int kRnnStates = 3;    // most recurrent states of a cell
constexpr int kRnnNodes = 25;    // most nodes
constexpr int kRnnOperands = 3;  // most operands of a node

// A value that nodes read: 0, 1 and 2 are the states h_prev_0, h_prev_1 and h_prev_2, then the word, then the nodes.
constexpr int kRnnWord = kRnnStates;
constexpr int kRnnFirstNode = kRnnWord + 1;

struct RnnOperation {
  const char* name;
  const char* recipe_name;  // in the authors' recipes
  int operands;
};
// Of one name with several numbers of operands, one for each.
constexpr std::array<RnnOperation, 9> kRnnOperations = {{{"linear", "linear", 1},
                                                         {"linear", "linear", 2},
                                                         {"linear", "linear", 3},
                                                         {"blend", "blend", 3},
                                                         {"prod", "elementwise_prod", 2},
                                                         {"sum", "elementwise_sum", 2},
                                                         {"tanh", "activation_tanh", 1},
                                                         {"sigm", "activation_sigm", 1},
                                                         {"leaky_relu", "activation_leaky_relu", 1}}};
// A place in kRnnOperations.
enum RnnKind { kRnnLinear1, kRnnLinear2, kRnnLinear3, kRnnBlend, kRnnProd, kRnnSum, kRnnTanh, kRnnSigm, kRnnLeakyRelu };

// The word is of another width than the states: linear nodes alone read it.
inline bool reads_word(int operation) { return operation <= kRnnLinear3; }

struct RnnNode {
  int operation = 0;          // place in kRnnOperations
  std::vector<int> operands;  // values, as many as the operation takes
};

struct RnnCell {
  std::vector<RnnNode> nodes;  // each reads earlier ones
  std::vector<int> states;     // which node is h_new_0, h_new_1, ...
};

// Reads either notation. Throws core::Error. The nodes of a recipe, which may come in any order, are put into the first
// one in which each reads earlier ones.
RnnCell parse_rnn_cell(std::string_view text);
std::string print_rnn_cell(const RnnCell& cell);

}  // namespace zeroth::spaces
