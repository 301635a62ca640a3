// What an architecture costs on hardware, by name: the one place that constraints, tables and searches ask.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/search_space.h"

namespace zeroth::search {

// In the order in which they stand in tables.
enum class Cost {
  kParams,        // "params": trainable parameters as written
  kMacs,          // "macs": multiply-adds for one image as written
  kLiveParams,    // "live_params": the same for the canonical network
  kLiveMacs,      // "live_macs"
  kActivationMb,  // "activation_mb": peak of the feature maps of one image as written, 10^6 bytes, float32
  kLatencyMs      // "latency_ms": by the source of the CostModel
};

std::string_view name_of(Cost cost);
const std::vector<std::string>& cost_names();
// Throws core::UsageError with the valid names.
Cost parse_cost(std::string_view name);

// Milliseconds of an architecture, measured or looked up; nullopt where there is no value for it.
using Latency = std::function<std::optional<double>(const spaces::Architecture&)>;

class CostModel {
 public:
  // Costs are those of the networks of `shape`, usually space.full_shape(). `latency` may be empty. The space must live
  // as long as the model.
  CostModel(const spaces::SearchSpace& space, const spaces::NetShape& shape, Latency latency = {});

  // Throws core::UsageError where it is the latency and no source of it was given: for a check before a long run.
  void require(Cost cost) const;
  // The costs asked for, in their order, with one lowering for all of them. nullopt only for a latency without a value.
  // May be called from several threads where the latency may be.
  std::vector<std::optional<double>> values(const std::vector<Cost>& costs,
                                            const spaces::Architecture& architecture) const;
  std::optional<double> value(Cost cost, const spaces::Architecture& architecture) const {
    return values({cost}, architecture).front();
  }

 private:
  const spaces::SearchSpace& space_;
  spaces::NetShape shape_;
  Latency latency_;
};

}  // namespace zeroth::search
