// A search space: which architectures there are, how they are written, and what network each one is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "spaces/op_graph.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// The choices made, one for each decision of the space. What a number means is the space's own affair.
struct Architecture {
  std::vector<int> choices;
  friend bool operator==(const Architecture& a, const Architecture& b) { return a.choices == b.choices; }
  friend bool operator<(const Architecture& a, const Architecture& b) { return a.choices < b.choices; }
};

class SearchSpace {
 public:
  virtual ~SearchSpace() = default;

  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;   // one line for `zeroth list spaces`
  virtual std::string_view citation() const = 0;  // authors, venue, arXiv number
  virtual std::string_view example() const = 0;   // an architecture in the space's notation

  // How many architectures there are, each counted as it is written; nullopt where that is not finite or above 10^18.
  virtual std::optional<uint64_t> size() const = 0;
  // Number `index` of a fixed enumeration, index < size().
  virtual Architecture at(uint64_t index) const = 0;
  // A sample of an architecture, uniform unless the space's file says otherwise. Draws elements first, first + 1, ...
  // of the stream, at most draws() of them.
  virtual Architecture sample(const core::Stream& stream, uint32_t first) const = 0;
  virtual uint32_t draws() const = 0;
  // Architectures that differ in one decision: no duplicates, not the architecture itself.
  virtual std::vector<Architecture> neighbours(const Architecture& architecture) const = 0;
  // A child that takes each decision from one of two parents, by the elements of the stream from `first` on, at most
  // draws() of them. Spaces whose decisions depend on each other repair the child, or give back the first parent.
  virtual Architecture crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                                 uint32_t first) const;
  // Throws core::Error that says what was read and what is allowed. parse(print(a)) == a.
  virtual Architecture parse(std::string_view text) const = 0;
  virtual std::string print(const Architecture& architecture) const = 0;
  // Columns that spell an architecture in benchmark tables without a column "arch": parse() reads their texts joined by
  // colons. Empty where no such table is known.
  virtual std::vector<std::string> table_columns() const { return {}; }
  // Whether the space's benchmark measures functions: an architecture that it does not list has the accuracy of one
  // that computes the same.
  virtual bool measured_by_function() const { return false; }

  // The searched cells as written, dead parts included.
  virtual std::vector<UnitGraph> cells(const Architecture& architecture) const = 0;
  // The benchmark's own network, and the shrunk one that ranks fast (see the space's file for what is scaled).
  virtual NetShape full_shape() const = 0;
  virtual NetShape fast_shape() const = 0;
  // Whether lower() knows TE-NAS's thin network (NetShape::thin).
  virtual bool has_thin_network() const { return false; }
  // The whole network for these cells, as written or canonical.
  virtual OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const = 0;
};

// Throws the core::Error, one line, of a text that is no architecture of this space: what was read, and why.
[[noreturn]] void refuse_architecture(std::string_view text, std::string_view space, std::string_view why);

// All spaces, in the order of spaces.def.
const std::vector<std::unique_ptr<SearchSpace>>& all_spaces();
// By its name, or by the path of a file that describes it (user_space.h). Throws core::UsageError with the valid names.
const SearchSpace& find_space(std::string_view name);
// The space of the list that can read this text; nullptr where none can.
const SearchSpace* recognise_space(std::string_view architecture);

}  // namespace zeroth::spaces
