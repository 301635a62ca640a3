// A space without the architectures that cost too much.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "spaces/search_space.h"

namespace zeroth::spaces {

// Most that an architecture may have, as written, in the benchmark's own network (full_shape()).
struct Limits {
  std::optional<double> params, macs;
  std::optional<double> depth;  // convolutions and linear layers on the longest way from the input to the logits
};

// Architectures beyond the limits are none: they are not read, are nobody's neighbours, and a child that is one gives
// way to its first parent. A sample is drawn from the whole space until it keeps them, which leaves it uniform if the
// whole is. A space of few architectures is counted and enumerated without them, a larger one is said to be not finite.
class ConstrainedSpace : public SearchSpace {
 public:
  ConstrainedSpace(std::unique_ptr<SearchSpace> whole, const Limits& limits);

  std::string_view name() const override { return whole_->name(); }
  std::string_view summary() const override { return whole_->summary(); }
  std::string_view citation() const override { return whole_->citation(); }
  std::string_view example() const override { return whole_->example(); }
  std::optional<uint64_t> size() const override;
  Architecture at(uint64_t index) const override;
  // Throws core::Error where kTries draws all go beyond the limits.
  Architecture sample(const core::Stream& stream, uint32_t first) const override;
  uint32_t draws() const override { return kTries * whole_->draws(); }
  std::vector<Architecture> neighbours(const Architecture& architecture) const override;
  Architecture crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                         uint32_t first) const override;
  Architecture parse(std::string_view text) const override;
  std::string print(const Architecture& architecture) const override { return whole_->print(architecture); }
  std::vector<std::string> table_columns() const override { return whole_->table_columns(); }
  std::vector<UnitGraph> cells(const Architecture& architecture) const override { return whole_->cells(architecture); }
  NetShape full_shape() const override { return whole_->full_shape(); }
  NetShape fast_shape() const override { return whole_->fast_shape(); }
  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    return whole_->lower(cells, shape);
  }

 private:
  static constexpr uint32_t kTries = 200;
  static constexpr uint64_t kCountable = 20000;

  // What of the limits an architecture goes beyond, or why it has no network; empty where it is admitted.
  std::string excess(const Architecture& architecture) const;
  const std::vector<uint64_t>& admitted() const;

  std::unique_ptr<SearchSpace> whole_;
  Limits limits_;
  mutable std::once_flag counted_;
  mutable std::vector<uint64_t> admitted_;  // indices of the whole space
};

}  // namespace zeroth::spaces
