#include "spaces/constrained_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"
#include "spaces/structure.h"

namespace zeroth::spaces {

ConstrainedSpace::ConstrainedSpace(std::unique_ptr<SearchSpace> whole, const Limits& limits)
    : whole_(std::move(whole)), limits_(limits) {}

std::string ConstrainedSpace::excess(const Architecture& architecture) const {
  OpGraph net;
  try {
    net = whole_->lower(whole_->cells(architecture), whole_->full_shape());
  } catch (const core::UsageError& error) {
    return error.what();
  }
  const auto beyond = [](const char* what, int64_t value, std::optional<double> most) {
    if (!most || static_cast<double>(value) <= *most) return std::string();
    return fmt::format("{} {}, where the constraints allow {}", what, value, *most);
  };
  std::string excess = beyond("params", net.parameter_count(), limits_.params);
  if (excess.empty()) excess = beyond("macs", net.macs(), limits_.macs);
  if (excess.empty() && limits_.depth) {
    const std::optional<Paths> ways = paths(net);
    excess = beyond("depth", ways ? ways->longest : 0, limits_.depth);
  }
  return excess;
}

const std::vector<uint64_t>& ConstrainedSpace::admitted() const {
  std::call_once(counted_, [this] {
    for (uint64_t index = 0; index < *whole_->size(); ++index) {
      if (excess(whole_->at(index)).empty()) admitted_.push_back(index);
    }
  });
  return admitted_;
}

std::optional<uint64_t> ConstrainedSpace::size() const {
  const std::optional<uint64_t> whole = whole_->size();
  if (!whole || *whole > kCountable) return std::nullopt;
  return admitted().size();
}

Architecture ConstrainedSpace::at(uint64_t index) const {
  ZEROTH_CHECK(size() && index < *size());
  return whole_->at(admitted()[index]);
}

Architecture ConstrainedSpace::sample(const core::Stream& stream, uint32_t first) const {
  std::string why;
  for (uint32_t i = 0; i < kTries; ++i) {
    Architecture drawn = whole_->sample(stream, first + i * whole_->draws());
    why = excess(drawn);
    if (why.empty()) return drawn;
  }
  throw core::Error(
      fmt::format("{}: none of {} architectures drawn keeps the constraints (of the last, {})", name(), kTries, why));
}

std::vector<Architecture> ConstrainedSpace::neighbours(const Architecture& architecture) const {
  std::vector<Architecture> found = whole_->neighbours(architecture);
  found.erase(std::remove_if(found.begin(), found.end(), [this](const Architecture& a) { return !excess(a).empty(); }),
              found.end());
  return found;
}

Architecture ConstrainedSpace::crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                                         uint32_t first) const {
  Architecture child = whole_->crossover(a, b, stream, first);
  return excess(child).empty() ? child : a;
}

Architecture ConstrainedSpace::parse(std::string_view text) const {
  Architecture architecture = whole_->parse(text);
  const std::string why = excess(architecture);
  if (!why.empty()) {
    refuse_architecture(text, name(), why);
  }
  return architecture;
}

}  // namespace zeroth::spaces
