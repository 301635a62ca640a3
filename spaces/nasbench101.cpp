// NAS-Bench-101: one cell, any graph of up to 7 vertices and 9 edges between its input and output, with three
// operations. 1,293,208 architectures, 423,624 of them not isomorphic.
// Ying, Klein, Christiansen, Real, Murphy and Hutter, ICML 2019, arXiv:1902.09635.
//
// An architecture is written MATRIX:OPERATIONS, as in 111010000010001100011:10002: the adjacency matrix above its
// diagonal, row by row, and a digit for each vertex between the input, which is the first, and the output, the last:
// 0 is conv3x3-bn-relu, 1 conv1x1-bn-relu, 2 maxpool3x3. The JSON of the benchmark's API is read too:
// {"module_adjacency": [[0, 1], [0, 0]], "module_operations": ["input", "output"]}, or "matrix" and "ops" for short.
// Vertices on no path from the input to the output are dropped as it is read, and edges counted after that, as the
// benchmark does; but more than 7 vertices are refused even where some are dropped.
//
// Choices are a matrix of 7 vertices, 21 numbers 0 or 1 row by row, and the operations of the 5 between its ends. A
// smaller cell fills the places from the first on; each place left over is a conv3x3 that the output reads and that
// reads nothing, so it is dead. A neighbour has another operation or one edge more or less, and is again placed so:
// nothing that was alive may die but a last conv3x3, with its only operand, and nothing come alive but such a one. A
// child of two parents takes each choice from one of them and is pruned; where no architecture comes of it in so many
// tries, it is the first parent. Samples are uniform over all architectures. The benchmark's examples draw a random
// matrix and prune it, which gives cells of 7 vertices once in 350 samples, where they are nine in ten architectures.
//
// The network: convolution to C channels, batch norm, ReLU; three stacks of cells at C, 2C and 4C channels, a max
// pooling that halves the map between them; global average pooling and a linear layer. No convolution has a bias, all
// batch norms are affine. The cell's input is projected by a 1x1 convolution, batch norm and ReLU for each vertex that
// reads it. A vertex sums what it reads. The output concatenates what it reads, whose channels add up to its own, and
// adds the projected input. Where channels are not divisible, the first vertices have one more, and a narrower reader
// takes a wider operand's first channels. Only vertices that lead to the output by others alone take the width of
// their widest reader.
//
// Which vertex has the odd channel depends on how vertices are numbered. The benchmark takes isomorphic cells for one
// all the same, and so does the canonical form here, whose network has them in canonical order. The fast shape scales
// C, the cells of a stack and the image. Its 60 channels divide by every number of vertices that the output can read,
// so there isomorphic cells are the very same function; each of five branches still has 12 channels.
//
// TensorFlow counts no running averages among parameters, and neither does the benchmark or this.
#include <fmt/format.h>

#include <algorithm>
#include <boost/range/iterator_range.hpp>
#include <memory>
#include <optional>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/nasbench101_cell.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

using nasbench101::Cell;
using nasbench101::kMaxEdges;
using nasbench101::kMaxVertices;
using nasbench101::kOperationCount;
using nasbench101::kOperations;

constexpr int kEdgeChoices = 21;
constexpr int kOperationChoices = kMaxVertices - 2;
constexpr int kChoices = kEdgeChoices + kOperationChoices;
constexpr uint64_t kArchitectures = 1293208;
constexpr uint32_t kTries = 32;               // to cross two parents
constexpr int kMostParts = kMaxVertices - 2;  // that an output concatenates

bool is_convolution(int operation) { return operation < 2; }

// ------------------------------------------------------------------------------------------------------ placement

// The cell of these choices, dead vertices included.
Cell whole_cell(const std::vector<int>& choices) {
  ZEROTH_CHECK(choices.size() == kChoices);
  Cell cell;
  cell.vertices = kMaxVertices;
  size_t choice = 0;
  for (int from = 0; from < kMaxVertices; ++from) {
    for (int to = from + 1; to < kMaxVertices; ++to) cell.edge[from][to] = choices[choice++] == 1;
  }
  for (int vertex = 1; vertex + 1 < kMaxVertices; ++vertex) cell.operation[vertex] = choices[choice++];
  return cell;
}

Cell live_cell(const Architecture& architecture) {
  const std::optional<Cell> cell = pruned(whole_cell(architecture.choices));
  ZEROTH_CHECK(cell.has_value());
  return *cell;
}

// Of a pruned cell.
Architecture placed(const Cell& cell) {
  const int used = cell.vertices - 1, output = kMaxVertices - 1;
  Architecture architecture;
  architecture.choices.reserve(kChoices);
  for (int from = 0; from < output; ++from) {
    for (int to = from + 1; to < output; ++to) architecture.choices.push_back(cell.edge[from][to] && to < used);
    architecture.choices.push_back(from >= used || cell.edge[from][used]);
  }
  for (int vertex = 1; vertex < output; ++vertex) {
    architecture.choices.push_back(vertex < used ? cell.operation[vertex] : 0);
  }
  return architecture;
}

// What these choices prune to; nothing where that is no architecture.
std::optional<Architecture> settled(const std::vector<int>& choices) {
  const std::optional<Cell> cell = pruned(whole_cell(choices));
  if (!cell || cell->edges() > kMaxEdges) return std::nullopt;
  return placed(*cell);
}

// How many ways there are to choose the operations of a cell.
uint64_t labellings(const Cell& cell) {
  uint64_t count = 1;
  for (int vertex = 1; vertex + 1 < cell.vertices; ++vertex) count *= kOperationCount;
  return count;
}

// -------------------------------------------------------------------------------------------------------- network

// The channels of each vertex of a cell with so many.
std::vector<int64_t> vertex_channels(const UnitGraph& cell, int64_t channels) {
  const size_t output = boost::num_vertices(cell) - 1;
  std::vector<size_t> parts = operands_of(cell, output);
  parts.erase(std::remove(parts.begin(), parts.end(), 0), parts.end());
  std::sort(parts.begin(), parts.end());
  std::vector<int64_t> widths(output + 1, 0);
  widths[output] = channels;
  const auto count = static_cast<int64_t>(parts.size());
  for (int64_t i = 0; i < count; ++i) widths[parts[i]] = channels / count + (i < channels % count ? 1 : 0);
  for (size_t unit = output; unit-- > 1;) {
    if (widths[unit] > 0) continue;
    for (const auto& edge : boost::make_iterator_range(boost::out_edges(unit, cell))) {
      widths[unit] = std::max(widths[unit], widths[boost::target(edge, cell)]);
    }
  }
  return widths;
}

class CellLowering {
 public:
  CellLowering(OpGraph& net, const UnitGraph& cell, int input, int64_t channels, std::string scope)
      : net_(net), cell_(cell), nodes_{input}, channels_(vertex_channels(cell, channels)), scope_(std::move(scope)) {}

  int run() {
    const size_t output = boost::num_vertices(cell_) - 1;
    for (size_t unit = 1; unit < output; ++unit) nodes_.push_back(vertex(unit));
    return join(output);
  }

 private:
  int vertex(size_t unit) {
    const std::string scope = fmt::format("{}.vertex_{}", scope_, cell_[unit].origin - kEdgeChoices + 1);
    std::vector<int> terms;
    for (const size_t operand : vertices_read(unit)) {
      const int64_t channels = channels_[unit];
      terms.push_back(channels_[operand] == channels ? nodes_[operand]
                                                     : net_.narrow(nodes_[operand], channels, scope + ".truncate"));
    }
    if (reads_input(unit)) terms.push_back(projection(unit, scope));
    const int x = sum(terms, scope);
    if (cell_[unit].label == kOperations[2]) return net_.max_pool(x, 3, 1, 1, scope + ".op");
    const bool wide = cell_[unit].label == kOperations[0];
    ZEROTH_CHECK(wide || cell_[unit].label == kOperations[1]);
    return conv_bn_relu(net_, x, channels_[unit], wide ? 3 : 1, 1, scope + ".op");
  }

  int join(size_t output) {
    const std::string scope = scope_ + ".output";
    std::vector<int> parts, terms;
    for (const size_t operand : vertices_read(output)) parts.push_back(nodes_[operand]);
    if (!parts.empty()) terms.push_back(parts.size() == 1 ? parts.front() : net_.concat(parts, scope));
    if (reads_input(output)) terms.push_back(projection(output, scope));
    return sum(terms, scope);
  }

  int projection(size_t unit, const std::string& scope) {
    return conv_bn_relu(net_, nodes_[0], channels_[unit], 1, 1, scope + ".projection");
  }

  int sum(const std::vector<int>& terms, const std::string& scope) {
    return terms.size() == 1 ? terms.front() : net_.add(terms, scope);
  }

  bool reads_input(size_t unit) const {
    const std::vector<size_t> operands = operands_of(cell_, unit);
    return std::find(operands.begin(), operands.end(), 0) != operands.end();
  }

  // In the order of their numbers, the input left out.
  std::vector<size_t> vertices_read(size_t unit) const {
    std::vector<size_t> operands = operands_of(cell_, unit);
    operands.erase(std::remove(operands.begin(), operands.end(), 0), operands.end());
    std::sort(operands.begin(), operands.end());
    return operands;
  }

  OpGraph& net_;
  const UnitGraph& cell_;
  std::vector<int> nodes_;  // of the units so far
  std::vector<int64_t> channels_;
  std::string scope_;
};

class NasBench101 : public SearchSpace {
 public:
  std::string_view name() const override { return "nasbench101"; }
  std::string_view summary() const override {
    return "cell of up to 7 vertices and 9 edges with 3 operations, CIFAR-sized images; 1,293,208 architectures, "
           "423,624 functions";
  }
  std::string_view citation() const override { return "Ying et al., ICML 2019, arXiv:1902.09635"; }
  std::string_view example() const override { return nasbench101::kExample; }

  std::optional<uint64_t> size() const override { return kArchitectures; }
  // Graph by graph; of the operations, the last vertex's changes fastest.
  Architecture at(uint64_t index) const override {
    ZEROTH_CHECK(index < kArchitectures);
    auto graph = nasbench101::all_graphs().begin();
    for (; index >= labellings(*graph); ++graph) index -= labellings(*graph);
    Cell cell = *graph;
    for (int vertex = cell.vertices - 1; --vertex > 0; index /= kOperationCount) {
      cell.operation[vertex] = static_cast<int>(index % kOperationCount);
    }
    return placed(cell);
  }

  Architecture sample(const core::Stream& stream, uint32_t first) const override {
    return at(stream.below(static_cast<uint32_t>(kArchitectures), first));
  }
  uint32_t draws() const override { return kTries; }

  std::vector<Architecture> neighbours(const Architecture& architecture) const override {
    std::vector<Architecture> found;
    for (int i = 0; i < kChoices; ++i) {
      for (int option = 0; option < (i < kEdgeChoices ? 2 : kOperationCount); ++option) {
        Architecture neighbour = architecture;
        neighbour.choices.at(i) = option;
        if (option != architecture.choices[i] && settled(neighbour.choices) == neighbour) found.push_back(neighbour);
      }
    }
    return found;
  }

  Architecture crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                         uint32_t first) const override {
    for (uint32_t i = 0; i < kTries; ++i) {
      const uint32_t from_b = stream.below(1U << kChoices, first + i);
      std::vector<int> choices = a.choices;
      for (int choice = 0; choice < kChoices; ++choice) {
        if ((from_b >> choice) % 2 == 1) choices[choice] = b.choices.at(choice);
      }
      if (const auto child = settled(choices)) return *child;
    }
    return a;
  }

  Architecture parse(std::string_view text) const override { return placed(nasbench101::read_cell(text)); }
  std::string print(const Architecture& architecture) const override { return write_cell(live_cell(architecture)); }
  std::vector<std::string> table_columns() const override { return {"matrix_upper", "ops"}; }
  // Of isomorphic cells the table lists one.
  bool measured_by_function() const override { return true; }

  // A vertex is one unit, with the projections that it needs: so poolings have parameters where they read the input,
  // and their width depends on who reads them.
  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    const Cell cell = live_cell(architecture);
    std::vector<UnitGraph> cells(1);
    cells.front().m_vertices.reserve(cell.vertices);
    std::vector<size_t> operands;
    for (int vertex = 0; vertex < cell.vertices; ++vertex) {
      operands.clear();
      for (int from = 0; from < vertex; ++from) {
        if (cell.edge[from][vertex]) operands.push_back(from);
      }
      const int operation = cell.operation[vertex];
      const UnitKind kind = is_convolution(operation) ? UnitKind::kParametric : UnitKind::kWeightless;
      Unit unit{kind, kOperations[operation], kEdgeChoices + vertex - 1, !is_convolution(operation)};
      if (vertex == 0) unit = {UnitKind::kInput, "input", -1};
      if (vertex == cell.vertices - 1) unit = {UnitKind::kOutput, "out", -1};
      add_unit(cells.front(), unit, operands);
    }
    return cells;
  }

  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = 128;
    shape.cells = 3;
    return shape;
  }
  NetShape fast_shape() const override {
    NetShape shape;
    shape.channels = 60;
    shape.cells = 1;
    shape.resolution = 8;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_image_shape(shape, name(), 4);
    if (shape.channels < kMostParts) {
      throw core::UsageError(
          fmt::format("channels {}: nasbench101 divides them among up to {} vertices, so there must "
                      "be at least {}",
                      shape.channels, kMostParts, kMostParts));
    }
    OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    x = conv_bn_relu(net, x, shape.channels, 3, 1, "stem");
    net.tap(x);
    for (int stack = 0; stack < 3; ++stack) {
      const std::string scope = fmt::format("stack{}", stack);
      if (stack > 0) x = net.max_pool(x, 2, 2, 0, scope + ".downsample");
      for (int64_t cell = 0; cell < shape.cells; ++cell) {
        x = CellLowering(net, cells.front(), x, shape.channels << stack, fmt::format("{}.module{}", scope, cell)).run();
        net.tap(x);
      }
    }
    classify(net, x, shape, "dense");
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_nasbench101() { return std::make_unique<NasBench101>(); }

}  // namespace zeroth::spaces
