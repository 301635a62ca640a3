// A block of a user's space with every parameter set: what kind of unit it is, what it is called in the canonical
// form, and the operators that it becomes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "spaces/unit_graph.h"
#include "spaces/user_space_description.h"

namespace zeroth::spaces {

// What a block makes of zeros, such as a cell's edge that reads nothing.
enum class FromZeros { kZeros, kConstant, kMap };

class BoundBlock {
 public:
  // By parameter: its value.
  using Values = std::map<std::string, std::string>;

  // `again`: a repeat after the first, in which strides are 1. The description must outlive the block.
  BoundBlock(const Description& description, const std::string& block, Values values, bool again = false);
  // The inverse of label().
  static BoundBlock of_label(const Description& description, const std::string& label);

  // The block and the values that it uses, as in "mbconv:expand:6in:kernel:5", and ":again" where that says something.
  // A block that is nothing but another block has its label: what is the same function has one name.
  std::string label() const;
  const std::string& block_name() const { return block_->name; }
  // A block with zero in it is zero, or with a skip connection the identity.
  UnitKind kind() const;
  FromZeros from_zeros() const;

  // Adds the block's operators after node `x` and returns the last. `base` is the network's width. Throws
  // core::UsageError where they do not fit, which names a line of the file: the operator's, or `line`.
  int lower(OpGraph& net, int x, int64_t base, const std::string& scope, int line) const;

 private:
  const std::string& value(const std::string& text) const;
  bool is_operator(const Step& step) const;
  BoundBlock inner(const Step& step) const;
  bool strides() const;
  void collect_used(std::vector<std::string>& parameters) const;
  int lower_step(const Step& step, OpGraph& net, int x, const std::string& scope, int64_t base, int64_t width,
                 int line) const;

  const Description* description_;
  const Block* block_;
  Values values_;
  bool again_;
};

}  // namespace zeroth::spaces
