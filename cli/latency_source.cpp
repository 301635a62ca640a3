#include "cli/latency_source.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/signals.h"
#include "search/latency_table.h"

namespace zeroth::cli {

search::Latency latency_source(const std::string& spec, const spaces::SearchSpace& space, const spaces::NetShape& shape,
                               const nn::LatencyOptions& options, nn::MeasuredLatency* last) {
  constexpr std::string_view kTable = "table:";
  if (spec.empty()) return {};
  if (spec == "measure") {
    return [&space, shape, options, last](const spaces::Architecture& architecture) -> std::optional<double> {
      if (core::interrupted() != 0) return std::nullopt;  // thousands may be asked for before anybody looks
      const nn::MeasuredLatency time = nn::measure_latency(space.lower(space.cells(architecture), shape), options);
      if (last != nullptr) *last = time;
      return time.median_ms;
    };
  }
  if (spec.size() > kTable.size() && spec.compare(0, kTable.size(), kTable) == 0) {
    return search::latency_table(space, shape, spec.substr(kTable.size()));
  }
  throw core::UsageError(fmt::format("--latency {}: must be measure or table:FILE.csv:COLUMN", spec));
}

}  // namespace zeroth::cli
