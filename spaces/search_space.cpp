#include "spaces/search_space.h"

#include <fmt/format.h>

#include "core/error.h"

namespace zeroth::spaces {

Architecture SearchSpace::crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                                    uint32_t first) const {
  ZEROTH_CHECK(a.choices.size() == b.choices.size());
  Architecture child = a;
  for (size_t i = 0; i < a.choices.size(); ++i) {
    if (stream.below(2, first + static_cast<uint32_t>(i)) == 1) child.choices[i] = b.choices[i];
  }
  return child;
}

void refuse_architecture(std::string_view text, std::string_view space, std::string_view why) {
  throw core::Error(core::one_line(fmt::format("\"{}\" is no {} architecture: {}", text, space, why)));
}

}  // namespace zeroth::spaces
