#include "spaces/factored_space.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace zeroth::spaces {

FactoredSpace::FactoredSpace(std::vector<int> options) : options_(std::move(options)) {
  ZEROTH_CHECK(std::all_of(options_.begin(), options_.end(), [](int count) { return count >= 1; }));
}

std::optional<uint64_t> FactoredSpace::size() const {
  constexpr uint64_t kLargest = 1000000000000000000;
  uint64_t product = 1;
  for (const int count : options_) {
    if (product > kLargest / static_cast<uint64_t>(count)) return std::nullopt;
    product *= static_cast<uint64_t>(count);
  }
  return product;
}

Architecture FactoredSpace::at(uint64_t index) const {
  ZEROTH_CHECK(size() && index < *size());
  Architecture architecture{std::vector<int>(options_.size())};
  for (size_t i = options_.size(); i-- > 0;) {
    const auto count = static_cast<uint64_t>(options_[i]);
    architecture.choices[i] = static_cast<int>(index % count);
    index /= count;
  }
  return architecture;
}

Architecture FactoredSpace::sample(const core::Stream& stream, uint32_t first) const {
  Architecture architecture;
  for (size_t i = 0; i < options_.size(); ++i) {
    const auto count = static_cast<uint32_t>(options_[i]);
    architecture.choices.push_back(static_cast<int>(stream.below(count, first + static_cast<uint32_t>(i))));
  }
  return architecture;
}

std::vector<Architecture> FactoredSpace::neighbours(const Architecture& architecture) const {
  std::vector<Architecture> found;
  for (size_t i = 0; i < options_.size(); ++i) {
    for (int option = 0; option < options_[i]; ++option) {
      if (option == architecture.choices.at(i)) continue;
      found.push_back(architecture);
      found.back().choices[i] = option;
    }
  }
  return found;
}

}  // namespace zeroth::spaces
