#include "nn/latency.h"

#include <catch2/catch.hpp>

#include "core/random.h"
#include "spaces/search_space.h"
#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

// Wide enough that arithmetic decides, not the number of calls.
spaces::OpGraph convolutions(int layers) {
  spaces::OpGraph net;
  int x = net.conv2d(net.input({3, 32, 32}), 64, 3, 1, 1, "stem");
  for (int i = 0; i < layers; ++i) x = net.conv2d(x, 64, 3, 1, 1, "layer");
  net.linear(net.global_avg_pool(x, "pool"), 10, "head");
  return net;
}

TEST_CASE("more layers and larger batches take longer") {
  LatencyOptions options;
  options.runs = 9;
  const MeasuredLatency one = measure_latency(convolutions(1), options);
  const MeasuredLatency eight = measure_latency(convolutions(8), options);
  CHECK(one.median_ms > 0.0);
  CHECK(one.spread_ms >= 0.0);
  CHECK(eight.median_ms > 2.0 * one.median_ms);
  options.batch = 8;
  CHECK(measure_latency(convolutions(1), options).median_ms > 2.0 * one.median_ms);
}

TEST_CASE("a network of every space can be timed") {
  LatencyOptions options;
  options.warm_up = 0;
  options.runs = 1;
  for (const auto& space : spaces::all_spaces()) {
    INFO(space->name());
    const auto architecture = space->sample(core::Stream(1, "latency"), 0);
    const MeasuredLatency time =
        measure_latency(space->lower(space->cells(architecture), space->fast_shape()), options);
    CHECK(time.median_ms > 0.0);
    CHECK(time.spread_ms == 0.0);
  }
}

}  // namespace
}  // namespace zeroth::nn
