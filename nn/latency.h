// How long a network takes on this machine's processor.
#pragma once

#include "spaces/op_graph.h"

namespace zeroth::nn {

struct LatencyOptions {
  int64_t batch = 1;  // images in a forward pass
  int warm_up = 5;    // passes before the clock runs
  int runs = 21;      // timed passes
};

struct MeasuredLatency {
  double median_ms = 0.0;  // of a forward pass of the whole batch, milliseconds
  double spread_ms = 0.0;  // from the first to the third quartile of the passes
};

// Times forward passes of inference (batch norm by its tracked statistics, no gradients), float32 and channels-last, in
// this thread: measure one at a time, with nothing beside it and at::set_num_threads(1). Weights are those of an
// initialisation, which time does not depend on.
MeasuredLatency measure_latency(const spaces::OpGraph& graph, const LatencyOptions& options);

}  // namespace zeroth::nn
