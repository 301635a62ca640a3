// The supernets of a cell space: every edge has a set of operations, and computes the sum of their results. An
// architecture of the space is a supernet with one operation on each edge, and is written as the space writes it; a
// larger one as the operations of each edge, "skip_connect+nor_conv_3x3/nor_conv_1x1/...".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/factored_space.h"

namespace zeroth::spaces {

// For spaces of which has_supernet() holds. Choice k is the set of operations of decision k: bit o of choice + 1 says
// whether option o is in it.
class Supernet : public FactoredSpace {
 public:
  // Throws core::UsageError where the space has none.
  explicit Supernet(const SearchSpace& space);

  const SearchSpace& space() const { return space_; }
  // With all operations everywhere.
  Architecture whole() const;
  // The options that decision k keeps, in ascending order.
  std::vector<int> kept(const Architecture& architecture, size_t decision) const;
  // Whether an option of a decision emits zeros: whether it takes the edge away.
  bool is_zero(size_t decision, int option) const;
  // Without one of them. It must not be the last.
  Architecture without(Architecture architecture, size_t decision, int option) const;
  // The architecture of the space where each decision keeps one option; nullopt elsewhere.
  std::optional<Architecture> single(const Architecture& architecture) const;

  std::string_view name() const override { return name_; }
  std::string_view summary() const override { return summary_; }
  std::string_view citation() const override { return space_.citation(); }
  std::string_view example() const override { return example_; }
  Architecture parse(std::string_view text) const override;
  std::string print(const Architecture& architecture) const override;
  std::vector<UnitGraph> cells(const Architecture& architecture) const override;
  NetShape full_shape() const override { return space_.full_shape(); }
  NetShape fast_shape() const override { return space_.fast_shape(); }
  bool has_thin_network() const override { return space_.has_thin_network(); }
  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    return space_.lower(cells, shape);
  }

 private:
  explicit Supernet(const FactoredSpace& space);

  const FactoredSpace& space_;
  std::vector<UnitGraph> frame_;                       // the cells with option 0 everywhere
  std::vector<std::vector<std::vector<Unit>>> units_;  // by cell, decision and option
  std::string name_, summary_, example_;
};

// "supernet:" and the name of a space.
bool is_supernet_name(std::string_view name);
// The space of that name, made once. Throws core::UsageError as find_space() and the constructor do.
const Supernet& find_supernet(std::string_view name);

}  // namespace zeroth::spaces
