// How tools write architectures. A notation belongs to one space; a space may have several.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/search_space.h"

namespace zeroth::spaces {

struct Notation {
  std::string name, space;
  std::string summary;  // one line, with who writes so
  // Throws core::Error that says what is wrong with the text.
  std::function<Architecture(std::string_view)> read;
  std::function<std::string(const Architecture&)> write;
};

// In the order of notations.def.
const std::vector<Notation>& all_notations();
// Throws core::UsageError with the valid names.
const Notation& find_notation(std::string_view name);

// A space's own notation, by the space's name. The space may read others too; it must outlive the notation.
Notation own_notation(const SearchSpace& space, std::string summary);

// How architectures of one space can be written: the space's own notation, by the space's name, and then those of
// notations.def. The space must outlive them.
std::vector<Notation> notations_of(const SearchSpace& space);
// Throws core::UsageError with the names that this space has.
Notation find_notation(const SearchSpace& space, std::string_view name);

// Throws core::UsageError, and says why, where no architecture of the one can be written in the other. Notations of one
// space always can; the cells of NAS-Bench-201 and of TransNAS-Bench-101 have the same edges, and all operations in
// common but the pooling.
void require_convertible(const Notation& from, const Notation& to);

// Reads in one notation and writes in the other. Throws core::Error that says what is wrong with the text, or what of
// the architecture has no counterpart. require_convertible() holds.
std::string convert(std::string_view text, const Notation& from, const Notation& to);

}  // namespace zeroth::spaces
