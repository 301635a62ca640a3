// --latency measure | table:FILE.csv[:COLUMN], for the commands that ask what an architecture costs.
#pragma once

#include <string>

#include "nn/latency.h"
#include "search/costs.h"

namespace zeroth::cli {

inline const std::string kLatencyHelp =
    "measure: time inference on this machine, one at a time; table:FILE.csv:COLUMN: look it up by architecture, or sum "
    "it over operators where FILE.csv has a column operator";

// The latency of networks of this shape, as written; empty for an empty `spec`. What is measured must be asked for by
// one thread at a time, has no value once core::interrupted(), and stands in `last` as a whole. The space and `last`
// must live as long. Throws core::UsageError for a spec that is neither form.
search::Latency latency_source(const std::string& spec, const spaces::SearchSpace& space, const spaces::NetShape& shape,
                               const nn::LatencyOptions& options, nn::MeasuredLatency* last = nullptr);

}  // namespace zeroth::cli
