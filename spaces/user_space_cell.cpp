#include "spaces/user_space_cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>

#include "core/error.h"
#include "spaces/user_space_block.h"

namespace zeroth::spaces {
namespace {

std::vector<std::string> split(std::string_view text, const char* separator) {
  std::vector<std::string> parts;
  boost::split(parts, text, boost::is_any_of(separator));
  return parts;
}

}  // namespace

UserCell::UserCell(const Description& description, const CellDesign& design) : design_(&design) {
  for (const std::string& operation : design.operations) {
    kinds_.push_back(BoundBlock(description, operation, {}).kind());
  }
  const int operations = static_cast<int>(design.operations.size());
  if (design.on_edges) {
    options_.assign(static_cast<size_t>(design.nodes) * (design.nodes - 1) / 2, operations);
    return;
  }
  for (int node = 1; node <= design.nodes + 1; ++node) {
    if (node <= design.nodes) options_.push_back(operations);
    options_.insert(options_.end(), static_cast<size_t>(node), 2);
  }
}

// ------------------------------------------------------------------------------------------------------- notation

std::string UserCell::print_sources(const int* bits, int nodes) const {
  std::string text;
  for (int source = 0; source < nodes; ++source) {
    if (bits[source] != 0) text += fmt::format("{}{}", text.empty() ? "" : ".", source);
  }
  return text;
}

std::string UserCell::print(const int* choices) const {
  std::string text;
  const int groups = design_->on_edges ? design_->nodes - 1 : design_->nodes + 1;
  for (int node = 1; node <= groups; ++node) {
    text += node == 1 ? "|" : "+|";
    if (design_->on_edges) {
      for (int source = 0; source < node; ++source) {
        text += fmt::format("{}~{}|", design_->operations.at(static_cast<size_t>(*choices++)), source);
      }
      continue;
    }
    if (node <= design_->nodes) text += design_->operations.at(static_cast<size_t>(*choices++));
    text += fmt::format("~{}|", print_sources(choices, node));
    choices += node;
  }
  return text;
}

int UserCell::parse_operation(std::string_view name, const std::string& where) const {
  const auto& known = design_->operations;
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) throw core::Error(where + ": " + core::unknown_name("operation", name, known));
  return static_cast<int>(found - known.begin());
}

std::vector<int> UserCell::parse_edges(std::string_view group, int node) const {
  const std::vector<std::string> edges = split(group, "|");
  if (static_cast<int>(edges.size()) != node) {
    throw core::Error(fmt::format("node {}: {} edge(s), should be {}", node, edges.size(), node));
  }
  std::vector<int> choices;
  for (int source = 0; source < node; ++source) {
    const std::string& edge = edges[static_cast<size_t>(source)];
    const std::string where = fmt::format("node {}, edge {}", node, source + 1);
    const size_t tilde = edge.find('~');
    if (tilde == std::string::npos || edge.substr(tilde + 1) != std::to_string(source)) {
      throw core::Error(fmt::format("{}: \"{}\" should be OPERATION~{}", where, edge, source));
    }
    choices.push_back(parse_operation(edge.substr(0, tilde), where));
  }
  return choices;
}

std::vector<int> UserCell::parse_node(std::string_view group, int node) const {
  const bool is_output = node > design_->nodes;
  const std::string where = is_output ? "output" : fmt::format("node {}", node);
  const size_t tilde = group.find('~');
  if (tilde == std::string_view::npos || (is_output && tilde != 0)) {
    throw core::Error(fmt::format("{}: \"{}\" should be {}~SOURCES", where, group, is_output ? "" : "OPERATION"));
  }
  std::vector<int> choices;
  if (!is_output) choices.push_back(parse_operation(group.substr(0, tilde), where));
  const size_t first = choices.size();
  choices.resize(first + static_cast<size_t>(node), 0);
  const std::string_view sources = group.substr(tilde + 1);
  if (sources.empty()) return choices;
  int last = -1;
  for (const std::string& source : split(sources, ".")) {
    int number = 0;
    while (number < node && source != std::to_string(number)) ++number;
    if (number == node || number <= last) {
      throw core::Error(fmt::format("{}: source \"{}\" should be a number from 0 to {}, in ascending order", where,
                                    source, node - 1));
    }
    choices[first + static_cast<size_t>(number)] = 1;
    last = number;
  }
  return choices;
}

std::vector<int> UserCell::parse(std::string_view text) const {
  const std::vector<std::string> groups = split(text, "+");
  const int expected = design_->on_edges ? design_->nodes - 1 : design_->nodes + 1;
  if (static_cast<int>(groups.size()) != expected) {
    throw core::Error(fmt::format("{} node(s) joined by '+', should be {}", groups.size(), expected));
  }
  std::vector<int> choices;
  for (int node = 1; node <= expected; ++node) {
    const std::string_view group = groups[static_cast<size_t>(node - 1)];
    if (group.size() < 2 || group.front() != '|' || group.back() != '|') {
      throw core::Error(fmt::format("node {}: \"{}\" should begin and end with '|'", node, group));
    }
    const std::string_view inner = group.substr(1, group.size() - 2);
    const std::vector<int> made = design_->on_edges ? parse_edges(inner, node) : parse_node(inner, node);
    choices.insert(choices.end(), made.begin(), made.end());
  }
  return choices;
}

// ------------------------------------------------------------------------------------------------------- dataflow

UnitGraph UserCell::graph(const int* choices, int first) const {
  return design_->on_edges ? edge_graph(choices, first) : node_graph(choices, first);
}

UnitGraph UserCell::edge_graph(const int* choices, int first) const {
  UnitGraph cell;
  std::vector<size_t> nodes = {add_unit(cell, {UnitKind::kInput, "input", -1}, {})};
  int edge = 0;
  for (int node = 1; node < design_->nodes; ++node) {
    std::vector<size_t> incoming;
    for (int source = 0; source < node; ++source, ++edge) {
      const auto operation = static_cast<size_t>(choices[edge]);
      incoming.push_back(add_unit(cell, {kinds_.at(operation), design_->operations.at(operation), first + edge},
                                  {nodes[static_cast<size_t>(source)]}));
    }
    const bool is_last = node == design_->nodes - 1;
    nodes.push_back(
        add_unit(cell, is_last ? Unit{UnitKind::kOutput, "out", -1} : Unit{UnitKind::kIdentity, "node", -1}, incoming));
  }
  return cell;
}

UnitGraph UserCell::node_graph(const int* choices, int first) const {
  UnitGraph cell;
  std::vector<size_t> nodes = {add_unit(cell, {UnitKind::kInput, "input", -1}, {})};
  int place = 0;
  for (int node = 1; node <= design_->nodes + 1; ++node) {
    const bool is_output = node > design_->nodes;
    const int decision = place;
    if (!is_output) ++place;
    std::vector<size_t> read;
    for (int source = 0; source < node; ++source) {
      if (choices[place++] != 0) read.push_back(nodes[static_cast<size_t>(source)]);
    }
    if (is_output) {
      add_unit(cell, {UnitKind::kOutput, "out", -1}, read);
      break;
    }
    const size_t sum = add_unit(cell, {UnitKind::kIdentity, "node", -1}, read);
    const auto operation = static_cast<size_t>(choices[decision]);
    nodes.push_back(add_unit(cell, {kinds_.at(operation), design_->operations.at(operation), first + decision}, {sum}));
  }
  return cell;
}

}  // namespace zeroth::spaces
