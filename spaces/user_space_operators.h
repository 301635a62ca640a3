// The vocabulary of user spaces: the operators that their blocks are made of, what each may be told, and what each
// becomes in a network.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "spaces/op_graph.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// Channels of a map; with it and the largest window, an operator's cost stays within 64 bits.
constexpr int64_t kLargestWidth = 65536;

// What a field of an operator may say.
enum class FieldKind {
  kCount,    // 1, 2, ..., 31
  kPadding,  // 0, 1, ..., 31, or `same`
  kWidth,    // 24, 2x, 1.5x, 6in, same
  kGroups,   // a count, or `all`
  kGate      // sigmoid or hard_sigmoid
};
// What is wrong with such a text; empty where nothing is.
std::string fault_of(FieldKind kind, const std::string& text);

struct FieldRule {
  const char* name;
  FieldKind kind;
  const char* otherwise;  // nullptr: must be given
};

// A width in numbers, as the operator that has it sees the network.
struct WidthScale {
  int64_t base;   // the network's first width, of which "2x" has two
  int64_t block;  // what the block reads, of which "6in" has six
};

// An operator's fields, complete.
struct OperatorFields {
  std::map<std::string, std::string> texts;
  WidthScale scale;
  bool again = false;  // in a repeat of the block: strides are 1
};

// What becomes of operands that are zero, or one constant in each channel.
enum class OnConstant {
  kKeeps,    // zero stays zero, a constant a constant
  kCentres,  // batch norm: both become zero
  kShifts,   // zero becomes a constant
  kSpreads   // zero stays zero, a constant becomes a map
};

struct OperatorRule {
  const char* name;
  std::vector<FieldRule> fields;
  UnitKind kind;
  OnConstant on_constant;
  // Throws core::UsageError where what it reads does not fit.
  int (*lower)(OpGraph& net, int x, const OperatorFields& fields, const std::string& scope);
};

const std::vector<OperatorRule>& operator_rules();
// nullptr where there is no such operator.
const OperatorRule* find_operator(const std::string& name);

// Whether a node's tensor has a row for each image and no pixels, which a map of one pixel has not.
bool is_row(const OpGraph& net, int x);

}  // namespace zeroth::spaces
