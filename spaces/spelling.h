// How tables spell architectures, and what tells their functions apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spaces/search_space.h"

namespace zeroth::spaces {

// Places of the columns that spell an architecture in a table with this header: "arch", or else all of `instead`, a
// space's table_columns(). Nothing where it has neither.
std::optional<std::vector<size_t>> spelling_columns(const std::vector<std::string>& header,
                                                    const std::vector<std::string>& instead);
// What a row says in these columns, joined by colons, each without blanks at its ends.
std::string spelled(const std::vector<std::string>& fields, const std::vector<size_t>& columns);

// The text of an architecture's canonical form: equal texts, equal functions.
std::string function_of(const SearchSpace& space, const Architecture& architecture);

}  // namespace zeroth::spaces
