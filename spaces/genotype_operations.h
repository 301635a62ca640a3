// The operations of cells in the style of DARTS and NDS: what kind of unit each is, and its operators.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "spaces/op_graph.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

constexpr std::string_view kNoOperation = "none";

// The unit of this operation. With stride 2 it halves its map, its label ends in ":s2", and a skip connection, which
// then needs weights, is "factorized_reduce".
Unit genotype_unit(std::string_view operation, int stride, int origin);

// Adds the operators of a weightless or parametric unit that genotype_unit() made.
int lower_genotype_unit(OpGraph& net, const Unit& unit, int x, const std::string& scope);

// ReLU, then the even and the odd pixels, each through a 1x1 convolution to half the channels, joined and normed.
int factorized_reduce(OpGraph& net, int x, int64_t channels, const std::string& scope);

}  // namespace zeroth::spaces
