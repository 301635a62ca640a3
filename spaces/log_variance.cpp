#include "spaces/log_variance.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

namespace zeroth::spaces {
namespace {

constexpr double kNoSignal = -std::numeric_limits<double>::infinity();

// ln of the sum of e^l.
double log_sum(const std::vector<double>& logarithms) {
  const double largest = *std::max_element(logarithms.begin(), logarithms.end());
  if (largest == kNoSignal) return kNoSignal;
  double sum = 0.0;
  for (const double logarithm : logarithms) sum += std::exp(logarithm - largest);
  return largest + std::log(sum);
}

// The terms of a concatenation's mean variance: each part counts with its share of the channels.
std::vector<double> weighted_by_channels(const OpGraph& graph, const OpNode& concat, std::vector<double> logs) {
  for (size_t k = 0; k < logs.size(); ++k) {
    const int64_t channels = graph.nodes()[static_cast<size_t>(concat.operands[k])].shape.channels;
    logs[k] += std::log(static_cast<double>(channels) / static_cast<double>(concat.shape.channels));
  }
  return logs;
}

int64_t pixels(const FeatureShape& shape) { return shape.height * shape.width; }

}  // namespace

std::vector<double> log_variances(const OpGraph& graph) {
  std::vector<double> logs;
  for (const OpNode& node : graph.nodes()) {
    std::vector<double> read;
    for (const int operand : node.operands) read.push_back(logs[static_cast<size_t>(operand)]);
    if (node.kind == OpKind::kMultiply) read.resize(1);
    if (node.kind == OpKind::kConcat) read = weighted_by_channels(graph, node, read);
    double log = read.empty() ? 0.0 : log_sum(read);
    if (node.kind == OpKind::kConv2d || node.kind == OpKind::kLinear) {
      const ParamSpec& weight = graph.params()[static_cast<size_t>(node.params.front())];
      const int64_t fan_in = weight.numel() / weight.shape.front();
      log += std::log(static_cast<double>(fan_in));
    }
    logs.push_back(node.kind == OpKind::kZero ? kNoSignal : log);
  }
  return logs;
}

std::vector<Stage> stages(const OpGraph& graph) {
  const std::vector<double> logs = log_variances(graph);
  std::map<int64_t, Stage, std::greater<>> by_pixels;
  for (const OpNode& node : graph.nodes()) {
    for (const int operand : node.operands) {
      const OpNode& from = graph.nodes()[static_cast<size_t>(operand)];
      const bool leaves = pixels(node.shape) < pixels(from.shape) || node.kind == OpKind::kGlobalAvgPool;
      if (leaves && from.kind != OpKind::kInput) {
        by_pixels[pixels(from.shape)] = {from.shape, logs[static_cast<size_t>(operand)]};
      }
    }
  }
  std::vector<Stage> found;
  for (const auto& [count, stage] : by_pixels) found.push_back(stage);
  return found;
}

}  // namespace zeroth::spaces
