// The decisions of a user's space, in order: those of each cell, then of each part of the network how often it is
// repeated and the parameters of its block. A text is the cell's alone where nothing else is decided, and otherwise
// NAME=VALUE pairs joined by colons: "stage1.repeats=2:stage1.kernel=5".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spaces/search_space.h"
#include "spaces/user_space_block.h"
#include "spaces/user_space_cell.h"
#include "spaces/user_space_description.h"

namespace zeroth::spaces {

class Decisions {
 public:
  // Throws core::Error where two decisions have one name, or there is nothing to decide.
  explicit Decisions(const Description& description);

  std::vector<int> options() const;

  std::string print(const Architecture& architecture) const;
  // Throws core::Error that says where the text is wrong.
  Architecture parse(std::string_view text) const;

  const std::vector<UserCell>& cells() const { return cells_; }
  int first_of_cell(size_t cell) const { return first_of_cell_.at(cell); }
  // Of a block in the network.
  bool has_decision(size_t part) const { return parts_.at(part).decides; }
  int first_of_part(size_t part) const { return parts_.at(part).first; }
  int repeats(size_t part, const Architecture& architecture) const;
  BoundBlock::Values values(size_t part, const Architecture& architecture) const;

 private:
  struct Decision {
    std::string name;
    std::vector<std::string> options;
  };
  struct PartDecisions {
    bool decides = false;
    int first = -1;            // -1 where it decides nothing
    std::vector<int> numbers;  // by parameter, the repeats before them; -1: it has one value
    const Part* part = nullptr;
  };

  int add(const Part& part, const std::string& what, const Options& options);
  const std::string& chosen(const Options& options, int number, const Architecture& architecture) const;
  bool cell_alone() const { return cells_.size() == 1 && decisions_.empty(); }
  void parse_pair(const std::string& pair, std::vector<int>& choices) const;

  const Description* description_;
  std::vector<UserCell> cells_;
  std::vector<int> first_of_cell_;
  int first_decision_ = 0;  // after those of the cells
  std::vector<Decision> decisions_;
  std::vector<PartDecisions> parts_;
};

}  // namespace zeroth::spaces
