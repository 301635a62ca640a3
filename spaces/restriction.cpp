#include "spaces/restriction.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "spaces/genotype_notation.h"
#include "spaces/genotype_space.h"

namespace zeroth::spaces {
namespace {

using Place = std::tuple<int, int, int, int>;  // cell, target, source, layer: in the order of the decisions

// A unit of a reduction cell says its stride, too; the genotype has the operation alone.
std::vector<PlacedOperation> genotype_operations(const SearchSpace& space, const Architecture& architecture) {
  const Genotype genotype = read_genotype(space.print(architecture), space.name());
  constexpr int kInputs = 2, kEdges = 2;  // of a cell, and of a node
  std::vector<PlacedOperation> placed;
  int cell = 0;
  for (const GenotypeCell* one : {&genotype.normal, &genotype.reduce}) {
    for (size_t k = 0; k < one->edges.size(); ++k) {
      PlacedOperation operation;
      operation.cell = cell;
      operation.source = one->edges[k].input;
      operation.target = kInputs + static_cast<int>(k) / kEdges;
      operation.operation = one->edges[k].operation;
      placed.push_back(std::move(operation));
    }
    ++cell;
  }
  return placed;
}

// By unit: its number among those that are no choice, or -1.
std::vector<int> node_numbers(const UnitGraph& cell) {
  std::vector<int> numbers;
  int next = 0;
  for (size_t unit = 0; unit < num_vertices(cell); ++unit) numbers.push_back(cell[unit].origin < 0 ? next++ : -1);
  return numbers;
}

// An operation between two nodes; nothing for one that reads or is read by other operations.
std::pair<int, int> ends_of(const UnitGraph& cell, size_t unit, const std::vector<int>& node) {
  constexpr std::pair<int, int> kNone = {-1, -1};
  if (in_degree(unit, cell) != 1 || out_degree(unit, cell) != 1) return kNone;
  const size_t from = source(*in_edges(unit, cell).first, cell), to = target(*out_edges(unit, cell).first, cell);
  return node[from] < 0 || node[to] < 0 ? kNone : std::make_pair(node[from], node[to]);
}

std::string place_text(const SearchSpace& space, const Place& place, int cells) {
  const auto& [cell, target, source, layer] = place;
  const std::string where = layer >= 0 ? fmt::format("layer {}", layer) : fmt::format("{}->{}", source, target);
  if (cells == 1) return where;
  if (dynamic_cast<const GenotypeSpace*>(&space) != nullptr) return (cell == 0 ? "normal " : "reduce ") + where;
  return fmt::format("cell {} {}", cell, where);
}

}  // namespace

std::vector<PlacedOperation> placed_operations(const SearchSpace& space, const Architecture& architecture) {
  if (dynamic_cast<const GenotypeSpace*>(&space) != nullptr) return genotype_operations(space, architecture);
  std::vector<PlacedOperation> placed;
  const std::vector<UnitGraph> cells = space.cells(architecture);
  for (size_t c = 0; c < cells.size(); ++c) {
    const std::vector<int> node = node_numbers(cells[c]);
    for (size_t unit = 0; unit < num_vertices(cells[c]); ++unit) {
      if (cells[c][unit].origin < 0) continue;
      PlacedOperation operation;
      operation.cell = static_cast<int>(c);
      std::tie(operation.source, operation.target) = ends_of(cells[c], unit, node);
      if (operation.target < 0) operation.layer = cells[c][unit].origin;
      operation.operation = cells[c][unit].label;
      placed.push_back(std::move(operation));
    }
  }
  return placed;
}

std::string restriction_json(const SearchSpace& space, const std::vector<Architecture>& architectures) {
  std::map<Place, std::map<std::string, int>> counts;
  int cells = 1;
  for (const Architecture& architecture : architectures) {
    std::set<std::pair<Place, std::string>> used;  // a genotype may have one operation twice on an edge
    for (const PlacedOperation& one : placed_operations(space, architecture)) {
      used.insert({{one.cell, one.target, one.source, one.layer}, one.operation});
      cells = std::max(cells, one.cell + 1);
    }
    for (const auto& [place, operation] : used) ++counts[place][operation];
  }
  nlohmann::ordered_json edges = nlohmann::ordered_json::object();
  for (const auto& [place, operations] : counts) {
    std::vector<std::pair<std::string, int>> by_count(operations.begin(), operations.end());
    std::stable_sort(by_count.begin(), by_count.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    nlohmann::ordered_json& edge = edges[place_text(space, place, cells)];
    for (const auto& [operation, count] : by_count) edge[operation] = count;
  }
  nlohmann::ordered_json object;
  object["space"] = std::string(space.name());
  object["architectures"] = architectures.size();
  object["edges"] = std::move(edges);
  return object.dump();
}

}  // namespace zeroth::spaces
