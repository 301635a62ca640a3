// The literal in which DARTS and its successors print an architecture, a normal and a reduction cell:
//
//   Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ...], normal_concat=[2, 3, 4, 5],
//            reduce=[...], reduce_concat=[2, 3, 4, 5])
//
// Two pairs (operation, input) a node; inputs 0 and 1 are the two cells before, 2 is the first node. The concat lists
// say which nodes the cell's output joins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zeroth::spaces {

struct GenotypeEdge {
  std::string operation;
  int input = 0;
};

struct GenotypeCell {
  std::vector<GenotypeEdge> edges;
  std::vector<int> concat;
};

struct Genotype {
  GenotypeCell normal, reduce;
};

// Reads the literal with any blanks, either quotes and brackets, fields in any order, range(a, b) for a list, and the
// same as JSON, as NDS stores it: {"normal": [["sep_conv_3x3", 0], ...], ...}. What the numbers and names mean is left
// to the space. Throws core::Error.
Genotype read_genotype(std::string_view text, std::string_view space);

// On one line, as Python prints it.
std::string write_genotype(const Genotype& genotype);

}  // namespace zeroth::spaces
