// TransNAS-Bench-101, cell level: one cell of six edges among four nodes, four operations on each. 4,096 architectures.
// Duan et al., CVPR 2021, arXiv:2105.11871.
//
// An architecture is written 64-41414-a_bc_def: the width of the stem, the modules of the skeleton, and for nodes 1, 2
// and 3 in turn the operation of each incoming edge, from node 0 on: 0 none, 1 skip connection, 2 1x1 and 3 3x3
// convolution. A node is the sum of its incoming edges, node 0 is the cell's input, node 3 its output. Choice k is the
// operation of edge k in that order.
//
// The network: a stem that quarters the map, five modules of two cells each, global average pooling and a linear layer.
// In modules 1, 3 and 5 (kind 4) the first cell halves the map and doubles the channels; all other cells keep both. A
// cell that halves does so on the three edges that leave node 0: a convolution has stride 2, and a skip connection is
// a factorised reduction (ReLU, two 1x1 convolutions of stride 2 on the map and on the map shifted by a pixel, each to
// half of the channels, batch norm). So the one choice is two dataflows, `cells()` gives both, and two architectures
// are one function exactly if both agree.
//
// The benchmark trains this backbone for seven tasks, with decoders for the dense ones and nine images at once for the
// jigsaw. Here it ends in the head of the two classification tasks, whatever the task: a rank is of the backbone alone.
// The fast shape scales the width and the image and has one cell a module, which keeps both kinds of cells.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <memory>

#include "core/error.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"
#include "spaces/transnas101.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kName = "transnas101-micro";
constexpr const char* kPrefix = "64-41414-";
constexpr const char* kExample = "64-41414-3_32_132";
constexpr std::string_view kSkeleton = "41414";
constexpr int kNodes = 4;
constexpr int kEdges = 6;
constexpr int kOperationCount = 4;
constexpr int64_t kReduction = 32;  // of the image: 4 in the stem, 2 in each module of kind 4

// An operation as a cell has it on an edge that keeps the map, or on one that halves it.
struct Operation {
  const char* name;
  UnitKind kind;
  int kernel;  // 0 where there is no one window
  int stride;
};

using Operations = std::array<Operation, kOperationCount>;
constexpr Operations kKeeping = {{{"none", UnitKind::kZero, 0, 1},
                                  {"skip_connect", UnitKind::kIdentity, 0, 1},
                                  {"nor_conv_1x1", UnitKind::kParametric, 1, 1},
                                  {"nor_conv_3x3", UnitKind::kParametric, 3, 1}}};
constexpr Operations kHalving = {{{"none", UnitKind::kZero, 0, 2},
                                  {"factorized_reduce", UnitKind::kParametric, 0, 2},
                                  {"nor_conv_1x1_s2", UnitKind::kParametric, 1, 2},
                                  {"nor_conv_3x3_s2", UnitKind::kParametric, 3, 2}}};

// ------------------------------------------------------------------------------------------------------ notation

std::vector<int> parse_choices(std::string_view text) {
  const auto refuse = [text](const std::string& why) { refuse_architecture(text, kName, why); };
  if (!boost::starts_with(text, kPrefix)) refuse(fmt::format("it should begin with {}, as {} does", kPrefix, kExample));
  const std::string_view cell = text.substr(std::string_view(kPrefix).size());
  std::vector<std::string> nodes;
  boost::split(nodes, cell, boost::is_any_of("_"));
  if (nodes.size() != kNodes - 1) refuse(fmt::format("{} node(s) joined by '_', should be 3", nodes.size()));
  std::vector<int> choices;
  for (size_t node = 1; node < kNodes; ++node) {
    const std::string& edges = nodes[node - 1];
    if (edges.size() != node) refuse(fmt::format("node {}: {} edge(s), should be {}", node, edges.size(), node));
    for (size_t edge = 0; edge < node; ++edge) {
      const int operation = edges[edge] - '0';
      if (operation < 0 || operation >= kOperationCount) {
        refuse(fmt::format("node {}, edge {}: operation '{}' should be 0, 1, 2 or 3", node, edge + 1, edges[edge]));
      }
      choices.push_back(operation);
    }
  }
  return choices;
}

// ------------------------------------------------------------------------------------------------------- network

UnitGraph written_cell(const Architecture& architecture, bool halves) {
  UnitGraph cell;
  std::vector<size_t> nodes = {add_unit(cell, {UnitKind::kInput, "input", -1}, {})};
  int edge = 0;
  for (int node = 1; node < kNodes; ++node) {
    std::vector<size_t> incoming;
    for (int source = 0; source < node; ++source, ++edge) {
      const Operations& operations = halves && source == 0 ? kHalving : kKeeping;
      const Operation& operation = operations.at(static_cast<size_t>(architecture.choices.at(edge)));
      incoming.push_back(add_unit(cell, {operation.kind, operation.name, edge}, {nodes[source]}));
    }
    const Unit sum = node < kNodes - 1 ? Unit{UnitKind::kIdentity, "node", -1} : Unit{UnitKind::kOutput, "out", -1};
    nodes.push_back(add_unit(cell, sum, incoming));
  }
  return cell;
}

// The map and the map without its first row and column, each at every second pixel. The authors pad the latter with a
// row and column of zeros, which no convolution of an even map sees.
int factorized_reduce(OpGraph& net, int x, int64_t channels, const std::string& scope) {
  x = net.relu(x, scope + ".relu");
  const int even = net.conv2d(x, channels / 2, 1, 2, 0, scope + ".convs.0");
  const int odd = net.conv2d(net.crop(x, scope + ".pad"), channels / 2, 1, 2, 0, scope + ".convs.1");
  x = net.batch_norm(net.concat({even, odd}, scope), scope + ".bn");
  net.returned_by(x, 1);
  return x;
}

const Operation& operation_of(const Unit& unit) {
  for (const Operations* operations : {&kKeeping, &kHalving}) {
    for (const Operation& operation : *operations) {
      if (unit.label == operation.name) return operation;
    }
  }
  throw core::Bug(fmt::format("no operation of {}: {}", kName, unit.label));
}

// Zeros where a cell that halves has a node without terms.
int halved_zeros(OpGraph& net, int input, const std::string& scope) {
  const int zeros = net.zero(net.avg_pool(input, 1, 2, 0, scope), scope);
  return net.concat({zeros, zeros}, scope);
}

int add_cell(OpGraph& net, const UnitGraph& cell, bool halves, int x, const std::string& scope) {
  const auto lower_unit = [&scope](OpGraph& graph, const Unit& unit, int from) {
    const Operation& operation = operation_of(unit);
    const int64_t channels = graph.nodes()[static_cast<size_t>(from)].shape.channels * operation.stride;
    const std::string edge = fmt::format("{}.edges.{}", scope, unit.origin);
    if (operation.kernel == 0) return factorized_reduce(graph, from, channels, edge);
    return transnas101::operation(graph, from, channels, operation.kernel, operation.stride, edge);
  };
  const int input = x;
  x = lower_cell(net, cell, {input}, Join::kSum, scope, lower_unit, [&](OpGraph& graph, const Unit&) {
    return halves ? halved_zeros(graph, input, scope) : graph.zero(input, scope);
  });
  net.returned_by(x, 1);
  net.tap(x);
  return x;
}

class TransNas101Micro : public FactoredSpace {
 public:
  TransNas101Micro() : FactoredSpace(std::vector<int>(kEdges, kOperationCount)) {}

  std::string_view name() const override { return kName; }
  std::string_view summary() const override {
    return "cell of 6 edges with 4 operations each, in a skeleton of 5 modules, 256x256 images; 4,096 architectures; "
           "the backbone of seven tasks, here under a linear classifier for all";
  }
  std::string_view citation() const override { return "Duan et al., CVPR 2021, arXiv:2105.11871"; }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    return {parse_choices(boost::trim_copy(std::string(text)))};
  }

  std::string print(const Architecture& architecture) const override {
    std::string text = kPrefix;
    size_t edge = 0;
    for (size_t node = 1; node < kNodes; ++node) {
      if (node > 1) text += '_';
      for (size_t source = 0; source < node; ++source) text += std::to_string(architecture.choices.at(edge++));
    }
    return text;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    return {written_cell(architecture, true), written_cell(architecture, false)};
  }

  NetShape full_shape() const override { return transnas101::full_shape(); }
  NetShape fast_shape() const override {
    NetShape shape = full_shape();
    shape.channels = 16;
    shape.cells = 1;
    shape.resolution = 64;
    return shape;
  }

  bool has_supernet() const override { return true; }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 2);
    OpGraph net;
    int x = transnas101::stem(net, shape, name(), kReduction);
    for (size_t module = 0; module < kSkeleton.size(); ++module) {
      for (int64_t cell = 0; cell < shape.cells; ++cell) {
        const bool halves = kSkeleton[module] == '4' && cell == 0;
        x = add_cell(net, cells[halves ? 0 : 1], halves, x, fmt::format("layer{}.{}", module, cell));
      }
      net.returned_by(x, 1);
    }
    transnas101::head(net, x, shape);
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_transnas101_micro() { return std::make_unique<TransNas101Micro>(); }

}  // namespace zeroth::spaces
