// A search space that the user describes in a YAML file; no C++ is needed. spaces/examples/README.md says how such a
// file is written, and has three of them beside it.
//
// What becomes of a file: user_space_file reads YAML, user_space_description checks it against the vocabulary of
// user_space_operators, user_space_decisions lists what is to be decided and how an architecture is written,
// user_space_cell and user_space_block are the two things that a network is made of, and user_space_network lowers it.
// Constraints are constrained_space's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "spaces/search_space.h"

namespace zeroth::spaces {

// Whether this names a file, and not a space of the list: it ends in .yaml or .yml, or contains a slash.
bool is_space_file(std::string_view name);

// Throws core::Error with one line that names the file, the line, the key and what is allowed.
std::unique_ptr<SearchSpace> read_user_space(const std::string& path);

// The same, read once: the space stays as it is until the process ends, whatever becomes of the file. Any thread may
// ask.
const SearchSpace& user_space(const std::string& path);

}  // namespace zeroth::spaces
