// NAS-Bench-201: one cell of six edges among four nodes, five operations on each. 15,625 architectures.
// Dong and Yang, ICLR 2020, arXiv:2001.00326.
//
// An architecture is written |a~0|+|b~0|c~1|+|d~0|e~1|f~2|: for nodes 1, 2 and 3 in turn the operation and the source
// of each incoming edge. A node is the sum of its incoming edges, node 0 is the cell's input, node 3 its output.
// Choice k is the operation of edge k in that order, as a number in kOperations.
//
// The network: stem, three stages of cells at C, 2C and 4C channels, each stage but the first led by a residual
// reduction that halves the map; then batch norm, ReLU, global average pooling and a linear layer. All convolutions are
// without bias, all batch norms affine. OpNode::modules follows the authors' module tree. The fast shape scales C, the
// cells of a stage and the image, and nothing else: at equal cost, three cells on 8x8 images rank far more like the
// full network than one cell on 16x16 (results/fidelity_sweep.csv).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"
#include "spaces/nats_blocks.h"

namespace zeroth::spaces {
namespace {

struct Operation {
  const char* name;
  UnitKind kind;
  int kernel;  // 0 where there is no window
};

constexpr std::array<Operation, 5> kOperations = {{{"none", UnitKind::kZero, 0},
                                                   {"skip_connect", UnitKind::kIdentity, 0},
                                                   {"nor_conv_1x1", UnitKind::kParametric, 1},
                                                   {"nor_conv_3x3", UnitKind::kParametric, 3},
                                                   {"avg_pool_3x3", UnitKind::kWeightless, 3}}};
constexpr int kOperationCount = static_cast<int>(kOperations.size());
constexpr int kNodes = 4;
constexpr int kEdges = 6;
constexpr const char* kExample =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|";

// ------------------------------------------------------------------------------------------------------ notation

std::vector<std::string> split(std::string_view text, const char* separator) {
  std::vector<std::string> parts;
  boost::split(parts, text, boost::is_any_of(separator));
  return parts;
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  refuse_architecture(text, "nasbench201", why);
}

// Reads one "operation~source"; `where` says which, for the message.
int parse_edge(std::string_view edge, int source, std::string_view text, const std::string& where) {
  const size_t tilde = edge.find('~');
  if (tilde == std::string_view::npos) {
    refuse(text, fmt::format("{}: \"{}\" should be OPERATION~{}", where, edge, source));
  }
  const std::string_view name = edge.substr(0, tilde);
  const auto found = std::find_if(kOperations.begin(), kOperations.end(),
                                  [name](const Operation& operation) { return name == operation.name; });
  if (found == kOperations.end()) {
    std::vector<std::string> known;
    for (const Operation& operation : kOperations) known.emplace_back(operation.name);
    refuse(text, where + ": " + core::unknown_name("operation", name, known));
  }
  if (edge.substr(tilde + 1) != std::to_string(source)) {
    refuse(text, fmt::format("{}: source \"{}\" should be {}", where, edge.substr(tilde + 1), source));
  }
  return static_cast<int>(found - kOperations.begin());
}

std::vector<int> parse_choices(std::string_view text) {
  const std::vector<std::string> nodes = split(text, "+");
  if (nodes.size() != kNodes - 1) {
    refuse(text, fmt::format("{} node(s) joined by '+', should be 3, as in {}", nodes.size(), kExample));
  }
  std::vector<int> choices;
  for (int node = 1; node < kNodes; ++node) {
    const std::string_view group = nodes[node - 1];
    if (group.size() < 2 || group.front() != '|' || group.back() != '|') {
      refuse(text, fmt::format("node {}: \"{}\" should begin and end with '|'", node, group));
    }
    const std::vector<std::string> edges = split(group.substr(1, group.size() - 2), "|");
    if (static_cast<int>(edges.size()) != node) {
      refuse(text, fmt::format("node {}: {} edge(s), should be {}", node, edges.size(), node));
    }
    for (int source = 0; source < node; ++source) {
      choices.push_back(parse_edge(edges[source], source, text, fmt::format("node {}, edge {}", node, source + 1)));
    }
  }
  return choices;
}

// ------------------------------------------------------------------------------------------------------- network

int add_cell(OpGraph& net, const UnitGraph& cell, int x, const std::string& scope) {
  x = lower_cell(net, cell, x, scope, [&scope](OpGraph& graph, const Unit& unit, int from) {
    const auto chosen = std::find_if(kOperations.begin(), kOperations.end(),
                                     [&unit](const Operation& known) { return unit.label == known.name; });
    ZEROTH_CHECK(chosen != kOperations.end());
    const std::string layer = fmt::format("{}.layers.{}.op", scope, unit.origin);
    if (unit.kind == UnitKind::kParametric)
      return nats_operation(graph, from, graph.nodes()[from].shape.channels, chosen->kernel, 1, layer);
    const int pooled = graph.avg_pool(from, chosen->kernel, 1, 1, layer);
    graph.returned_by(pooled, 1);
    return pooled;
  });
  net.returned_by(x, 1);
  return x;
}

// Halves the map and doubles the channels.
int add_reduction(OpGraph& net, int x, const std::string& scope) {
  return nats_reduction(net, x, 2 * net.nodes()[x].shape.channels, scope);
}

class NasBench201 : public FactoredSpace {
 public:
  NasBench201() : FactoredSpace(std::vector<int>(kEdges, kOperationCount)) {}

  std::string_view name() const override { return "nasbench201"; }
  std::string_view summary() const override {
    return "cell of 6 edges with 5 operations each, CIFAR-sized images; 15,625 architectures, 5,260 functions";
  }
  std::string_view citation() const override { return "Dong and Yang, ICLR 2020, arXiv:2001.00326"; }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    return {parse_choices(boost::trim_copy(std::string(text)))};
  }

  std::string print(const Architecture& architecture) const override {
    std::string text;
    int edge = 0;
    for (int node = 1; node < kNodes; ++node) {
      text += node == 1 ? "|" : "+|";
      for (int source = 0; source < node; ++source) {
        text += fmt::format("{}~{}|", kOperations.at(architecture.choices.at(edge++)).name, source);
      }
    }
    return text;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    UnitGraph cell;
    std::vector<size_t> nodes = {add_unit(cell, {UnitKind::kInput, "input", -1}, {})};
    int edge = 0;
    for (int node = 1; node < kNodes; ++node) {
      std::vector<size_t> incoming;
      for (int source = 0; source < node; ++source, ++edge) {
        const Operation& operation = kOperations.at(architecture.choices.at(edge));
        incoming.push_back(add_unit(cell, {operation.kind, operation.name, edge}, {nodes[source]}));
      }
      const Unit sum = node < kNodes - 1 ? Unit{UnitKind::kIdentity, "node", -1} : Unit{UnitKind::kOutput, "out", -1};
      nodes.push_back(add_unit(cell, sum, incoming));
    }
    return {cell};
  }

  NetShape full_shape() const override { return {}; }
  NetShape fast_shape() const override {
    NetShape shape;
    shape.channels = 8;
    shape.cells = 3;
    shape.resolution = 8;
    return shape;
  }

  bool has_thin_network() const override { return true; }
  bool has_supernet() const override { return true; }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_image_shape(shape, name(), shape.thin ? 1 : 4);
    OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    if (shape.thin) {
      ZEROTH_CHECK(shape.input_channels == shape.channels);
    } else {
      x = nats_stem(net, x, shape.channels);
    }
    int index = 0;  // cells and reductions share one numbering
    const auto tapped = [&net, &index](int node) {
      net.tap(node);
      ++index;
      return node;
    };
    const int stages = shape.thin ? 1 : 3;
    for (int stage = 0; stage < stages; ++stage) {
      if (stage > 0) x = tapped(add_reduction(net, x, fmt::format("cells.{}", index)));
      for (int64_t cell = 0; cell < (shape.thin ? 1 : shape.cells); ++cell) {
        x = tapped(add_cell(net, cells.front(), x, fmt::format("cells.{}", index)));
      }
    }
    if (shape.thin) x = tapped(add_reduction(net, x, fmt::format("cells.{}", index)));
    nats_head(net, x, shape);
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_nasbench201() { return std::make_unique<NasBench201>(); }

}  // namespace zeroth::spaces
