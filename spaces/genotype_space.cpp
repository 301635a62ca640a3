#include "spaces/genotype_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/genotype_operations.h"
#include "spaces/lower_cell.h"

namespace zeroth::spaces {
namespace {

constexpr int kInputs = 2;       // of a cell
constexpr int kEdges = 2;        // of a node
constexpr int kCells = 2;        // normal and reduction
constexpr int kNodeChoices = 4;  // operation and input of both edges
constexpr int kStemMultiplier = 3;

std::vector<int> options_of(const GenotypeSettings& settings) {
  std::vector<int> options;
  for (int cell = 0; cell < kCells; ++cell) {
    for (int node = 0; node < settings.nodes; ++node) {
      for (int edge = 0; edge < kEdges; ++edge) {
        options.push_back(static_cast<int>(settings.operations.size()));
        options.push_back(kInputs + node);
      }
    }
  }
  return options;
}

UnitGraph cell_graph(const GenotypeCell& cell, bool reduction) {
  UnitGraph graph;
  std::vector<size_t> nodes = {add_unit(graph, {UnitKind::kInput, "s0"}, {}),
                               add_unit(graph, {UnitKind::kInput, "s1"}, {})};
  const size_t first = reduction ? cell.edges.size() : 0;  // edge of the architecture
  for (size_t k = 0; k < cell.edges.size(); k += kEdges) {
    std::vector<size_t> terms;
    for (size_t edge = k; edge < k + kEdges; ++edge) {
      const int input = cell.edges[edge].input;
      const int stride = reduction && input < kInputs ? 2 : 1;
      const auto origin = static_cast<int>(2 * (first + edge));
      terms.push_back(add_unit(graph, genotype_unit(cell.edges[edge].operation, stride, origin), {nodes.at(input)}));
    }
    nodes.push_back(add_unit(graph, {UnitKind::kIdentity, "node"}, terms));
  }
  // What the output joins is a copy of the node, so that the node itself can vanish where others read it.
  std::vector<size_t> parts;
  for (const int node : cell.concat) parts.push_back(add_unit(graph, {UnitKind::kPart, "part"}, {nodes.at(node)}));
  add_unit(graph, {UnitKind::kOutput, "out"}, parts);
  return graph;
}

// Before a reduction, `x` has twice the side of the map that the cell works on.
int preprocess(OpGraph& net, int x, int64_t channels, bool halve, const std::string& scope) {
  if (halve) return factorized_reduce(net, x, channels, scope);
  x = relu_conv_bn(net, x, channels, 1, 1, scope + ".op");
  net.returned_by(x, 2);  // the sequence and the module around it
  return x;
}

int add_stem(OpGraph& net, int x, int64_t channels) {
  x = net.conv2d(x, channels, 3, 1, 1, "stem.0");
  x = net.batch_norm(x, "stem.1");
  net.returned_by(x, 1);
  net.tap(x);
  return x;
}

}  // namespace

GenotypeSpace::GenotypeSpace(GenotypeSettings settings)
    : FactoredSpace(options_of(settings)), settings_(std::move(settings)) {}

// ----------------------------------------------------------------------------------------------------- decisions

std::vector<bool> GenotypeSpace::regular_nodes(const Architecture& architecture) const {
  const std::vector<int>& choices = architecture.choices;
  std::vector<bool> regular;
  for (size_t node = 0; node < choices.size(); node += kNodeChoices) {
    const auto none = [&](size_t choice) { return settings_.operations.at(choices.at(choice)) == kNoOperation; };
    regular.push_back(!none(node) && !none(node + 2) && choices.at(node + 1) != choices.at(node + 3));
  }
  return regular;
}

Architecture GenotypeSpace::sample(const core::Stream& stream, uint32_t first) const {
  Architecture drawn = FactoredSpace::sample(stream, first);
  if (!settings_.samples_regular_nodes) return drawn;
  ZEROTH_CHECK(settings_.operations.front() == kNoOperation);
  for (size_t choice = 0; choice < drawn.choices.size(); ++choice) {
    const auto element = first + static_cast<uint32_t>(choice);
    const auto fewer = static_cast<uint32_t>(options()[choice] - 1);
    if (choice % 2 == 0) {
      drawn.choices[choice] = 1 + static_cast<int>(stream.below(fewer, element));
    } else if (choice % kNodeChoices == 3) {  // one of the inputs that the first edge does not read
      const auto input = static_cast<int>(stream.below(fewer, element));
      drawn.choices[choice] = input + (input >= drawn.choices[choice - 2] ? 1 : 0);
    }
  }
  return drawn;
}

std::vector<Architecture> GenotypeSpace::neighbours(const Architecture& architecture) const {
  std::vector<Architecture> found = FactoredSpace::neighbours(architecture);
  if (!settings_.samples_regular_nodes) return found;
  const std::vector<bool> regular = regular_nodes(architecture);
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const Architecture& other) { return regular_nodes(other) != regular; }),
              found.end());
  return found;
}

Architecture GenotypeSpace::crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                                      uint32_t first) const {
  Architecture child = SearchSpace::crossover(a, b, stream, first);
  if (!settings_.samples_regular_nodes) return child;
  for (size_t input = 3; input < child.choices.size(); input += kNodeChoices) {
    const bool from_b = stream.below(2, first + static_cast<uint32_t>(input)) == 1;
    child.choices[input - 2] = (from_b ? b : a).choices[input - 2];
  }
  return child;
}

// ------------------------------------------------------------------------------------------------------ notation

std::vector<int> GenotypeSpace::joined(const std::vector<GenotypeEdge>& edges) const {
  std::vector<int> nodes;
  for (int node = kInputs; node < kInputs + settings_.nodes; ++node) {
    const bool read =
        std::any_of(edges.begin(), edges.end(), [node](const GenotypeEdge& edge) { return edge.input == node; });
    if (!settings_.joins_loose_ends || !read) nodes.push_back(node);
  }
  return nodes;
}

void GenotypeSpace::parse_cell(const GenotypeCell& cell, std::string_view text, const std::string& where,
                               std::vector<int>& choices) const {
  const auto expected = static_cast<size_t>(kEdges) * static_cast<size_t>(settings_.nodes);
  if (cell.edges.size() != expected) {
    refuse_architecture(text, name(), fmt::format("{}: {} pair(s), should be {}", where, cell.edges.size(), expected));
  }
  for (size_t k = 0; k < expected; ++k) {
    const GenotypeEdge& edge = cell.edges[k];
    const std::string place = fmt::format("{}, pair {}", where, k + 1);
    const auto& known = settings_.operations;
    const auto operation = std::find(known.begin(), known.end(), edge.operation);
    if (operation == known.end()) {
      refuse_architecture(text, name(), place + ": " + core::unknown_name("operation", edge.operation, known));
    }
    const int last = kInputs - 1 + static_cast<int>(k) / kEdges;
    if (edge.input > last) {
      refuse_architecture(text, name(), fmt::format("{}: input {}, should be 0 to {}", place, edge.input, last));
    }
    choices.push_back(static_cast<int>(operation - known.begin()));
    choices.push_back(edge.input);
  }
  const std::vector<int> concat = joined(cell.edges);
  if (cell.concat != concat) {
    const char* what = settings_.joins_loose_ends ? "the nodes that nothing reads" : "all nodes";
    refuse_architecture(text, name(),
                        fmt::format("{}_concat is [{}], should be {}, [{}]", where, fmt::join(cell.concat, ", "), what,
                                    fmt::join(concat, ", ")));
  }
}

Architecture GenotypeSpace::parse(std::string_view text) const {
  const Genotype read = read_genotype(text, name());
  Architecture architecture;
  parse_cell(read.normal, text, "normal", architecture.choices);
  parse_cell(read.reduce, text, "reduce", architecture.choices);
  return architecture;
}

Genotype GenotypeSpace::genotype(const Architecture& architecture) const {
  Genotype result;
  const std::vector<int>& choices = architecture.choices;
  ZEROTH_CHECK(choices.size() == options().size());
  for (size_t choice = 0; choice < choices.size(); choice += 2) {
    GenotypeCell& cell = choice < choices.size() / 2 ? result.normal : result.reduce;
    cell.edges.push_back({settings_.operations.at(choices[choice]), choices[choice + 1]});
  }
  result.normal.concat = joined(result.normal.edges);
  result.reduce.concat = joined(result.reduce.edges);
  return result;
}

std::string GenotypeSpace::print(const Architecture& architecture) const {
  return write_genotype(genotype(architecture));
}

// ------------------------------------------------------------------------------------------------------- network

std::vector<UnitGraph> GenotypeSpace::cells(const Architecture& architecture) const {
  const Genotype chosen = genotype(architecture);
  return {cell_graph(chosen.normal, false), cell_graph(chosen.reduce, true)};
}

NetShape GenotypeSpace::full_shape() const {
  NetShape shape;
  shape.channels = settings_.channels;
  shape.cells = 6;
  return shape;
}

NetShape GenotypeSpace::fast_shape() const {
  NetShape shape;
  shape.channels = 8;
  shape.cells = 1;
  shape.resolution = 8;
  return shape;
}

int GenotypeSpace::add_cell(OpGraph& net, const UnitGraph& cell, const std::vector<int>& inputs, int64_t channels,
                            bool reduction, const std::string& scope) const {
  const auto lower_unit = [&](OpGraph& graph, const Unit& unit, int x) {
    const int edge = unit.origin / 2 % (kEdges * settings_.nodes);
    return lower_genotype_unit(graph, unit, x, fmt::format("{}._ops.{}", scope, edge));
  };
  // Inputs are never zero, so whoever lacks something to read expects a map of the output's size.
  const auto zeros = [&](OpGraph& graph, const Unit&) {
    const int x = reduction ? graph.avg_pool(inputs[1], 1, 2, 0, scope) : inputs[1];
    return graph.zero(x, scope);
  };
  ZEROTH_CHECK(net.nodes()[inputs[0]].shape.channels == channels && net.nodes()[inputs[1]].shape.channels == channels);
  const int out = lower_cell(net, cell, inputs, Join::kConcat, scope, lower_unit, zeros);
  net.returned_by(out, 1);
  net.tap(out);
  return out;
}

OpGraph GenotypeSpace::lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const {
  ZEROTH_CHECK(cells.size() == kCells);
  check_image_shape(shape, name(), 4);
  OpGraph net;
  int64_t channels = shape.channels;
  const int stem =
      add_stem(net, net.input({shape.input_channels, shape.resolution, shape.resolution}), kStemMultiplier * channels);
  int before = stem, last = stem;
  bool reduced = false;  // by the cell before
  for (int64_t index = 0; index < 3 * shape.cells + 2; ++index) {
    const bool reduction = index % (shape.cells + 1) == shape.cells;
    if (reduction) channels *= 2;
    const std::string scope = fmt::format("cells.{}", index);
    const int s0 = preprocess(net, before, channels, reduced, scope + ".preprocess0");
    const int s1 = preprocess(net, last, channels, false, scope + ".preprocess1");
    before = std::exchange(last, add_cell(net, cells[reduction ? 1 : 0], {s0, s1}, channels, reduction, scope));
    reduced = reduction;
  }
  const int logits = classify(net, last, shape, "classifier");
  if (!shape.dense) net.returned_by(logits, 1);  // the network
  return net;
}

}  // namespace zeroth::spaces
