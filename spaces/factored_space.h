// Spaces whose decisions do not depend on each other: an architecture is one option for each decision, and every
// combination is one.
#pragma once

#include <vector>

#include "spaces/search_space.h"

namespace zeroth::spaces {

class FactoredSpace : public SearchSpace {
 public:
  // Nothing where the product of the options is above 10^18.
  std::optional<uint64_t> size() const override;
  // The index as a number with one digit a decision; the last changes fastest.
  Architecture at(uint64_t index) const override;
  Architecture sample(const core::Stream& stream, uint32_t first) const override;
  uint32_t draws() const override { return static_cast<uint32_t>(options_.size()); }
  std::vector<Architecture> neighbours(const Architecture& architecture) const override;
  // How many options each decision has, each at least 1.
  const std::vector<int>& options() const { return options_; }
  // Whether each decision is the operation of one edge of a cell, and lower() takes cells with several operations on an
  // edge, whose results are added up (supernet.h).
  virtual bool has_supernet() const { return false; }

 protected:
  explicit FactoredSpace(std::vector<int> options);

 private:
  std::vector<int> options_;
};

}  // namespace zeroth::spaces
