#include "spaces/notation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kNasBench201 = "nasbench201";
constexpr const char* kTransNas = "transnas101-micro";
constexpr int kPooling = 4;  // NAS-Bench-201's operation that TransNAS-Bench-101 lacks; the others have equal numbers

bool share_cells(const Notation& a, const Notation& b) {
  return (a.space == kNasBench201 && b.space == kTransNas) || (a.space == kTransNas && b.space == kNasBench201);
}

}  // namespace

#define NOTATION(name) Notation notation_##name();
#include "spaces/notations.def"
#undef NOTATION

const std::vector<Notation>& all_notations() {
  static const std::vector<Notation> notations = {
#define NOTATION(name) notation_##name(),
#include "spaces/notations.def"
#undef NOTATION
  };
  return notations;
}

const Notation& find_notation(std::string_view name) {
  std::vector<std::string> known;
  for (const Notation& notation : all_notations()) {
    if (notation.name == name) return notation;
    known.push_back(notation.name);
  }
  throw core::UsageError(core::unknown_name("notation", name, known));
}

Notation own_notation(const SearchSpace& space, std::string summary) {
  const std::string name(space.name());
  return {name, name, std::move(summary), [&space](std::string_view text) { return space.parse(text); },
          [&space](const Architecture& architecture) { return space.print(architecture); }};
}

std::vector<Notation> notations_of(const SearchSpace& space) {
  std::vector<Notation> notations = {own_notation(space, "the space's own notation")};
  for (const Notation& notation : all_notations()) {
    if (notation.space == space.name() && notation.name != space.name()) notations.push_back(notation);
  }
  return notations;
}

Notation find_notation(const SearchSpace& space, std::string_view name) {
  std::vector<std::string> known;
  for (Notation& notation : notations_of(space)) {
    if (notation.name == name) return std::move(notation);
    known.push_back(notation.name);
  }
  throw core::UsageError(core::unknown_name(fmt::format("notation of {}", space.name()), name, known));
}

void require_convertible(const Notation& from, const Notation& to) {
  if (from.space == to.space || share_cells(from, to)) return;
  const auto what = [](const Notation& notation) {
    return fmt::format("{} ({})", notation.space, find_space(notation.space).summary());
  };
  throw core::UsageError(fmt::format("{} cannot be written as {}: no architecture of {} is one of {}", from.name,
                                     to.name, what(from), what(to)));
}

std::string convert(std::string_view text, const Notation& from, const Notation& to) {
  const Architecture architecture = from.read(text);
  if (to.space == kTransNas && from.space == kNasBench201) {
    const auto pooling = std::find(architecture.choices.begin(), architecture.choices.end(), kPooling);
    if (pooling != architecture.choices.end()) {
      throw core::Error(fmt::format("\"{}\" cannot be written as {}: edge {} is avg_pool_3x3, which {} does not have",
                                    text, to.name, pooling - architecture.choices.begin() + 1, to.space));
    }
  }
  return to.write(architecture);
}

}  // namespace zeroth::spaces
