#include "spaces/structure.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace zeroth::spaces {
namespace {

bool is_parametric(OpKind kind) { return kind == OpKind::kConv2d || kind == OpKind::kLinear; }

// ln(e^a + e^b), for finite a and b.
double log_add(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }

// Most parametric units on a path from the input to the output.
int convolution_path(const UnitGraph& cell) {
  std::vector<int> longest;
  longest.reserve(boost::num_vertices(cell));
  for (size_t unit = 0; unit < boost::num_vertices(cell); ++unit) {
    int path = 0;
    for (const size_t operand : operands_of(cell, unit)) path = std::max(path, longest[operand]);
    longest.push_back(path + (cell[unit].kind == UnitKind::kParametric ? 1 : 0));
  }
  return longest.back();
}

// Counting the poolings themselves would count twins, which the canonical form merges, once.
int pool_terms(const UnitGraph& cell) {
  int terms = 0;
  for (size_t unit = 0; unit < boost::num_vertices(cell); ++unit) {
    const bool pool = cell[unit].kind == UnitKind::kWeightless && cell[unit].label.find("pool") != std::string::npos;
    if (pool) terms += static_cast<int>(boost::out_degree(unit, cell));
  }
  return terms;
}

}  // namespace

OpCounts count_operators(const OpGraph& graph) {
  OpCounts counts;
  for (const OpNode& node : graph.nodes()) {
    switch (node.kind) {
      case OpKind::kConv2d:
        ++(node.window.area() == 1                             ? counts.convolutions_1x1
           : node.window.height == 3 && node.window.width == 3 ? counts.convolutions_3x3
                                                               : counts.other_convolutions);
        break;
      case OpKind::kAvgPool:
      case OpKind::kMaxPool:
        ++counts.poolings;
        break;
      case OpKind::kAdd:
        ++counts.sums;
        break;
      case OpKind::kLinear:
        ++counts.linears;
        break;
      default:
        break;
    }
  }
  return counts;
}

std::optional<Paths> paths(const OpGraph& graph) {
  std::vector<std::optional<Paths>> reached;
  for (const OpNode& node : graph.nodes()) {
    std::optional<Paths> here;
    if (node.kind == OpKind::kInput) here.emplace();
    if (node.kind != OpKind::kZero) {
      for (const int operand : node.operands) {
        const std::optional<Paths>& from = reached[static_cast<size_t>(operand)];
        if (!from) continue;
        here = here ? Paths{log_add(here->log_count, from->log_count), std::min(here->shortest, from->shortest),
                            std::max(here->longest, from->longest)}
                    : *from;
      }
    }
    if (here && is_parametric(node.kind)) {
      ++here->shortest;
      ++here->longest;
    }
    reached.push_back(here);
  }
  return reached.back();
}

int width(const OpGraph& graph) {
  std::vector<int> depths, at_depth(graph.nodes().size(), 0);
  for (const OpNode& node : graph.nodes()) {
    int depth = 0;
    for (const int operand : node.operands) depth = std::max(depth, depths[static_cast<size_t>(operand)] + 1);
    depths.push_back(depth);
    ++at_depth[static_cast<size_t>(depth)];
  }
  return *std::max_element(at_depth.begin(), at_depth.end());
}

int chosen_units(const std::vector<UnitGraph>& cells, UnitKind kind) {
  int count = 0;
  for (const UnitGraph& cell : cells) {
    for (size_t unit = 0; unit < boost::num_vertices(cell); ++unit) {
      count += cell[unit].kind == kind && cell[unit].origin >= 0 ? 1 : 0;
    }
  }
  return count;
}

double mean_skip_span(const std::vector<UnitGraph>& cells) {
  int skips = 0, spans = 0;
  for (const UnitGraph& cell : cells) {
    // Numbers of the nodes; an operation has that of the node it reads.
    std::vector<int> node_of;
    int nodes = 0;
    for (size_t unit = 0; unit < boost::num_vertices(cell); ++unit) {
      const std::vector<size_t> operands = operands_of(cell, unit);
      const bool is_node = cell[unit].origin < 0;
      node_of.push_back(is_node ? nodes++ : node_of[operands.at(0)]);
      if (!is_node) continue;
      for (const size_t operand : operands) {
        if (cell[operand].kind != UnitKind::kIdentity || cell[operand].origin < 0) continue;
        ++skips;
        spans += node_of[unit] - node_of[operand] - 1;
      }
    }
  }
  return skips == 0 ? 0.0 : static_cast<double>(spans) / static_cast<double>(skips);
}

int convolution_path(const std::vector<UnitGraph>& canonical) {
  int sum = 0;
  for (const UnitGraph& cell : canonical) sum += convolution_path(cell);
  return sum;
}

int pool_terms(const std::vector<UnitGraph>& canonical) {
  int sum = 0;
  for (const UnitGraph& cell : canonical) sum += pool_terms(cell);
  return sum;
}

}  // namespace zeroth::spaces
