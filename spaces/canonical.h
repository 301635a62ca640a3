// The canonical form of an architecture: two architectures have equal forms exactly if they are the same function at
// initialisation by the rules below, whatever the weights.
//
// Zeros are removed, identities contracted, what does not reach the output or hangs on no input is removed, sums are
// flattened with multiplicity, weightless units of one kind on one sum are merged, and every parametric unit stays its
// own. What remains is labelled canonically: colours are refined along both edge directions, ties are individualised
// one by one, and the least encoding wins. Equality is equality of the encoding's bytes.
//
// This holds at initialisation only: after training, a convolution that reads zeros emits its learned bias.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// The canonical graph of one cell: input first, then the units that matter in canonical order, the output last, each
// with its operands in ascending order. Units keep the origin of a unit that they stand for.
UnitGraph canonical_cell(const UnitGraph& written);

// The bytes of a canonical cell, readable: "1=nor_conv_3x3(0);2=avg_pool_3x3(0+1);out(1+1+2)". A dead cell is "out()".
std::string encoding(const UnitGraph& canonical);

struct CanonicalForm {
  std::vector<UnitGraph> cells;
  std::string text;   // the cells' encodings, joined by a blank
  uint64_t hash = 0;  // of text
};

CanonicalForm canonical_form(const std::vector<UnitGraph>& written_cells);

}  // namespace zeroth::spaces
