#include "proxies/perturbation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/channel_sums.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;

// The node that the last global pooling reads.
int feature_node(const nn::Network& network) {
  const auto& nodes = network.graph().nodes();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (node->kind == OpKind::kGlobalAvgPool) return network.executed(node->operands[0]);
  }
  return network.executed(network.graph().output());
}

// From what the batch norm of the map divided by.
double mean_variance(const torch::Tensor& inverse_deviation, const torch::Tensor& map, double epsilon) {
  const int64_t rows = map.numel() / map.size(1);
  if (rows == 1) return std::numeric_limits<double>::infinity();
  double sum = 0.0;
  const std::vector<double> inverse = nn::channel_values(inverse_deviation);
  for (const double r : inverse) sum += std::max(0.0, 1.0 / (r * r) - epsilon);
  return sum / static_cast<double>(inverse.size()) * static_cast<double>(rows) / static_cast<double>(rows - 1);
}

}  // namespace

FeatureWatch::FeatureWatch(const nn::Network& network) : network_(network), feature_node_(feature_node(network)) {}

void FeatureWatch::observe(const nn::NodeResult& result) {
  if (result.node == feature_node_) features_ = result.value.detach();
  if (result.inverse_deviation.defined()) {
    const double epsilon = network_.graph().nodes()[static_cast<size_t>(result.node)].epsilon;
    variances_.push_back(mean_variance(result.inverse_deviation, result.value, epsilon));
  }
}

Perturbation perturbation(const FeatureWatch& first, const FeatureWatch& second) {
  Perturbation found;
  found.distance = sum_over(first.features(), second.features(), [](double a, double b) { return std::abs(a - b); }) /
                   static_cast<double>(first.features().size(0));
  found.first_variances = first.variances();
  found.second_variances = second.variances();
  return found;
}

}  // namespace zeroth::proxies
