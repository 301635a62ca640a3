#include "proxies/token_statistics.h"

#include "proxies/reduce.h"
#include "proxies/transformer_layers.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;
using spaces::OpNode;
using spaces::Role;
using torch::Tensor;

double mean_of_largest(const Tensor& value, int64_t dimension) {
  const Tensor largest = value.detach().amax(dimension);
  return sum_over(largest, [](double x) { return x; }) / static_cast<double>(largest.numel());
}

// Of on tokens c and off tokens T - c of a unit, c^2 + (T - c)^2 pairs agree.
double agreement(const Tensor& tokens) {
  const Tensor on = tokens.detach().gt(0).sum(0).to(torch::kFloat64);  // by unit
  const auto count = static_cast<double>(tokens.size(0));
  return sum_over(on, [count](double c) { return c * c + (count - c) * (count - c); });
}

}  // namespace

void TokenStatistics::add(const spaces::OpGraph& graph, const nn::NodeResult& result) {
  const OpNode& node = graph.nodes()[static_cast<size_t>(result.node)];
  if (is_feed_forward_activation(graph, node)) {
    agreements.push_back(agreement(result.value[0]));
  } else if (node.role == Role::kQuery || node.role == Role::kKey || node.role == Role::kValue) {
    projection_peaks.push_back(mean_of_largest(result.value, 1));
  } else if (node.kind == OpKind::kAttentionScores) {
    head_peaks.push_back(mean_of_largest(result.value, 1));
    key_peaks.push_back(mean_of_largest(result.value, 3));
  }
}

}  // namespace zeroth::proxies
