// A user's space as its file describes it (user_space.h), read and checked: names are known, values are of the right
// kind, every parameter of a block has its values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spaces/constrained_space.h"
#include "spaces/op_graph.h"

namespace zeroth::spaces {

// One operator of a block. "$name" in place of the operator, or of a field's value, is a parameter of the block.
struct Step {
  std::string operation;  // an operator's name, a block's, or "$name"
  std::map<std::string, std::string> fields;
  int line = 0;
};

// What a parameter may be. More than one option is a decision.
struct Options {
  std::vector<std::string> values;
  int line = 0;
};

struct Block {
  std::string name;
  std::vector<Step> steps;
  bool skip = false;                     // the input is added where the shapes agree
  std::map<std::string, Options> lists;  // parameters whose options the block itself names
  int line = 0;
};

// A directed acyclic graph of operations.
struct CellDesign {
  std::string name;
  int nodes = 0;                        // with operations on edges: the input is one of them. On nodes: it is not
  std::vector<std::string> operations;  // blocks without parameters
  bool on_edges = true;
  int line = 0;
};

// One place in the row of blocks and cells that is the network.
struct Part {
  std::string name;
  bool is_cell = false;
  std::string uses;   // the block or cell
  std::string scope;  // begins the names of its modules
  bool numbered = false;
  Options repeats;                                          // of a cell: one number, or "cells"
  std::vector<std::pair<std::string, Options>> parameters;  // of the block
  int line = 0;
};

struct Description {
  std::string path;
  std::string name, summary, citation;
  std::optional<std::string> example;
  int example_line = 0;
  bool reads_vector = false;
  NetShape full, fast;
  std::map<std::string, Block> blocks;  // with one for each operator that needs no field
  std::vector<CellDesign> cells;
  std::vector<Part> parts;
  Block head;
  std::optional<Limits> limits;
  int limits_line = 0;

  const Block& block(const std::string& name) const { return blocks.at(name); }
  [[noreturn]] void fail(int line, const std::string& what) const;  // throws core::Error: FILE:LINE: what
};

inline bool is_parameter(const std::string& text) { return text.size() > 1 && text.front() == '$'; }

// Throws core::Error with one line that names the file, the line, the key and what is allowed.
Description read_description(const std::string& path);

}  // namespace zeroth::spaces
