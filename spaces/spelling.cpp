#include "spaces/spelling.h"

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>

#include "spaces/canonical.h"

namespace zeroth::spaces {

std::optional<std::vector<size_t>> spelling_columns(const std::vector<std::string>& header,
                                                    const std::vector<std::string>& instead) {
  const auto place = [&header](const std::string& name) {
    return static_cast<size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  };
  if (place("arch") < header.size()) return std::vector<size_t>{place("arch")};
  std::vector<size_t> places;
  for (const std::string& name : instead) {
    if (place(name) == header.size()) return std::nullopt;
    places.push_back(place(name));
  }
  if (places.empty()) return std::nullopt;
  return places;
}

std::string spelled(const std::vector<std::string>& fields, const std::vector<size_t>& columns) {
  std::string text;
  for (const size_t column : columns) {
    if (column != columns.front()) text += ':';
    text += boost::algorithm::trim_copy(fields.at(column));
  }
  return text;
}

std::string function_of(const SearchSpace& space, const Architecture& architecture) {
  return canonical_form(space.cells(architecture)).text;
}

}  // namespace zeroth::spaces
