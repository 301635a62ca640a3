#include "nn/latency.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/error.h"
#include "nn/initialiser.h"
#include "nn/network.h"
#include "nn/running_norm.h"

namespace zeroth::nn {
namespace {

// Zeros of the shape that the network reads: what images show does not change the time.
torch::Tensor input_of(const spaces::OpGraph& graph, int64_t batch) {
  const spaces::FeatureShape& shape = graph.nodes().front().shape;
  if (shape.tokens) return torch::zeros({batch, shape.height});
  return torch::zeros({batch, shape.channels, shape.height, shape.width}).contiguous(at::MemoryFormat::ChannelsLast);
}

// The value at a share of the way through sorted values, between two of them where it falls there.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

MeasuredLatency measure_latency(const spaces::OpGraph& graph, const LatencyOptions& options) {
  ZEROTH_CHECK(options.batch > 0 && options.warm_up >= 0 && options.runs > 0);
  const at::NoGradGuard no_gradients;
  const Network network(graph, initial_params(graph, Init::kPytorch, DType::kFloat32, 0, 0, 0));
  const RunningNorms norms(graph);
  const torch::Tensor input = input_of(graph, options.batch);
  std::vector<double> milliseconds;
  for (int run = -options.warm_up; run < options.runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    norms.evaluate(network, input);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    if (run >= 0) milliseconds.push_back(time.count());
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  return {quantile(milliseconds, 0.5), quantile(milliseconds, 0.75) - quantile(milliseconds, 0.25)};
}

}  // namespace zeroth::nn
