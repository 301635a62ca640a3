#include "spaces/nasbench101_cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <boost/algorithm/string.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "spaces/search_space.h"

namespace zeroth::spaces::nasbench101 {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  refuse_architecture(text, "nasbench101", why);  // JSON may come with line breaks
}

int upper_entries(int vertices) { return vertices * (vertices - 1) / 2; }

// -------------------------------------------------------------------------------------------- the table's notation

int vertices_of(std::string_view matrix, std::string_view text) {
  for (int vertices = 2; vertices <= kMaxVertices; ++vertices) {
    if (static_cast<int>(matrix.size()) == upper_entries(vertices)) return vertices;
  }
  refuse(text, fmt::format("{} matrix digit(s), should be 1, 3, 6, 10, 15 or 21, for 2 to 7 vertices", matrix.size()));
}

Cell from_digits(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) refuse(text, fmt::format("should be MATRIX:OPERATIONS, as in {}", kExample));
  const std::string_view matrix = text.substr(0, colon), operations = text.substr(colon + 1);
  Cell cell;
  cell.vertices = vertices_of(matrix, text);
  size_t digit = 0;
  for (int from = 0; from < cell.vertices; ++from) {
    for (int to = from + 1; to < cell.vertices; ++to, ++digit) {
      if (matrix[digit] != '0' && matrix[digit] != '1') {
        refuse(text, fmt::format("matrix digit {} is '{}', should be 0 or 1", digit + 1, matrix[digit]));
      }
      cell.edge[from][to] = matrix[digit] == '1';
    }
  }
  if (static_cast<int>(operations.size()) != cell.vertices - 2) {
    refuse(text, fmt::format("{} operation(s), should be {}, one for each vertex between input and output of {}",
                             operations.size(), cell.vertices - 2, cell.vertices));
  }
  for (size_t i = 0; i < operations.size(); ++i) {
    const int operation = operations[i] - '0';
    if (operation < 0 || operation >= kOperationCount) {
      refuse(text, fmt::format("operation {} is '{}', should be 0 ({}), 1 ({}) or 2 ({})", i + 1, operations[i],
                               kOperations[0], kOperations[1], kOperations[2]));
    }
    cell.operation[i + 1] = operation;
  }
  return cell;
}

// ---------------------------------------------------------------------------------------------- the API's notation

Json parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    refuse(text, fmt::format("no JSON: stopped at byte {}", error.byte));
  }
}

// The list under the API's name for it, or under the one that ModelSpec takes.
const Json& list_in(const Json& object, const std::string& name, const std::string& short_name, std::string_view text,
                    std::string& found) {
  found = object.contains(name) ? name : short_name;
  if (!object.contains(found)) refuse(text, fmt::format("\"{}\" is missing", name));
  if (!object[found].is_array()) refuse(text, fmt::format("{} should be a list", found));
  return object[found];
}

// An entry of the matrix; `where` says which.
bool entry_of(const Json& entry, std::string_view text, const std::string& where) {
  const std::string number = entry.dump();
  if (number != "0" && number != "1") refuse(text, fmt::format("{} is {}, should be 0 or 1", where, number));
  return number == "1";
}

void read_matrix(Cell& cell, const Json& object, std::string_view text) {
  std::string name;
  const Json& rows = list_in(object, "module_adjacency", "matrix", text, name);
  if (rows.size() < 2 || rows.size() > kMaxVertices) {
    refuse(text, fmt::format("{} has {} row(s), should have 2 to {}", name, rows.size(), kMaxVertices));
  }
  cell.vertices = static_cast<int>(rows.size());
  for (int from = 0; from < cell.vertices; ++from) {
    const Json& row = rows[from];
    if (!row.is_array() || row.size() != rows.size()) {
      refuse(text, fmt::format("{}[{}] should be a list of {} entries, as there are rows", name, from, rows.size()));
    }
    for (int to = 0; to < cell.vertices; ++to) {
      const std::string where = fmt::format("{}[{}][{}]", name, from, to);
      cell.edge[from][to] = entry_of(row[to], text, where);
      if (cell.edge[from][to] && to <= from) {
        refuse(text, where + " is 1: an edge leads from a lower to a higher vertex");
      }
    }
  }
}

int operation_of(const std::string& name, std::string_view text, const std::string& where) {
  const auto found = std::find(kOperations.begin(), kOperations.end(), name);
  if (found == kOperations.end()) {
    refuse(text, where + ": " + core::unknown_name("operation", name, {kOperations.begin(), kOperations.end()}));
  }
  return static_cast<int>(found - kOperations.begin());
}

void read_operations(Cell& cell, const Json& object, std::string_view text) {
  std::string list;
  const Json& operations = list_in(object, "module_operations", "ops", text, list);
  if (static_cast<int>(operations.size()) != cell.vertices) {
    refuse(text,
           fmt::format("{} has {} name(s), should have {}, one for each row", list, operations.size(), cell.vertices));
  }
  for (int vertex = 0; vertex < cell.vertices; ++vertex) {
    const std::string where = fmt::format("{}[{}]", list, vertex);
    if (!operations[vertex].is_string()) {
      refuse(text, fmt::format("{} is {}, should be a name", where, operations[vertex].dump()));
    }
    const auto name = operations[vertex].get<std::string>();
    const char* end = vertex == 0 ? "input" : vertex == cell.vertices - 1 ? "output" : nullptr;
    if (end == nullptr) {
      cell.operation[vertex] = operation_of(name, text, where);
    } else if (name != end) {
      refuse(text, fmt::format("{} is \"{}\", should be \"{}\"", where, name, end));
    }
  }
}

Cell from_json(std::string_view text) {
  const Json object = parse_json(text);
  Cell cell;
  read_matrix(cell, object, text);
  read_operations(cell, object, text);
  return cell;
}

// ----------------------------------------------------------------------------------------------------- enumeration

// Adds the graphs of so many vertices. A matrix is its written digits as a binary number. Nothing is dead where each
// vertex but the output is read and each but the input reads.
void add_graphs(std::vector<Cell>& graphs, int vertices) {
  using Digits = std::bitset<kMaxVertices*(kMaxVertices - 1) / 2>;
  struct Place {
    int from, to;
  };
  std::vector<Place> places;  // of the digits, the last written first
  for (int from = vertices - 1; from-- > 0;) {
    for (int to = vertices; --to > from;) places.push_back({from, to});
  }
  std::vector<Digits> needed(2 * vertices - 2);  // of each of these sets of digits one must be 1
  for (size_t i = 0; i < places.size(); ++i) {
    needed[places[i].from].set(i);
    needed[vertices - 2 + places[i].to].set(i);
  }
  for (unsigned matrix = 0; matrix < 1U << places.size(); ++matrix) {
    const Digits digits(matrix);
    if (digits.count() > kMaxEdges) continue;
    if (!std::all_of(needed.begin(), needed.end(), [&](const Digits& set) { return (set & digits).any(); })) continue;
    Cell cell;
    cell.vertices = vertices;
    for (size_t i = 0; i < places.size(); ++i) cell.edge[places[i].from][places[i].to] = digits[i];
    graphs.push_back(cell);
  }
}

}  // namespace

const std::vector<Cell>& all_graphs() {
  static const std::vector<Cell> graphs = [] {
    std::vector<Cell> list;
    for (int vertices = 2; vertices <= kMaxVertices; ++vertices) add_graphs(list, vertices);
    return list;
  }();
  return graphs;
}

int Cell::edges() const {
  int count = 0;
  for (const auto& row : edge) count += static_cast<int>(std::count(row.begin(), row.end(), true));
  return count;
}

std::optional<Cell> pruned(const Cell& cell) {
  const int output = cell.vertices - 1;
  std::array<bool, kMaxVertices> reached = {}, reaches = {};  // from the input; the output
  reached[0] = true;
  reaches[output] = true;
  for (int to = 1; to <= output; ++to) {
    for (int from = 0; from < to; ++from) reached[to] = reached[to] || (cell.edge[from][to] && reached[from]);
  }
  for (int from = output; from-- > 0;) {
    for (int to = from + 1; to <= output; ++to) reaches[from] = reaches[from] || (cell.edge[from][to] && reaches[to]);
  }
  if (!reached[output]) return std::nullopt;

  std::vector<int> kept;
  for (int vertex = 0; vertex <= output; ++vertex) {
    if (reached[vertex] && reaches[vertex]) kept.push_back(vertex);
  }
  Cell result;
  result.vertices = static_cast<int>(kept.size());
  for (int from = 0; from < result.vertices; ++from) {
    result.operation[from] = cell.operation[kept[from]];
    for (int to = from + 1; to < result.vertices; ++to) result.edge[from][to] = cell.edge[kept[from]][kept[to]];
  }
  return result;
}

Cell read_cell(std::string_view text) {
  const std::string trimmed = boost::trim_copy(std::string(text));
  const bool json = !trimmed.empty() && trimmed.front() == '{';
  const std::optional<Cell> cell = pruned(json ? from_json(trimmed) : from_digits(trimmed));
  if (!cell) refuse(trimmed, "no path leads from the input to the output");
  if (cell->edges() > kMaxEdges) {
    refuse(trimmed,
           fmt::format("{} edges between vertices that are alive, at most {} are allowed", cell->edges(), kMaxEdges));
  }
  return *cell;
}

std::string write_cell(const Cell& cell) {
  std::string text;
  for (int from = 0; from < cell.vertices; ++from) {
    for (int to = from + 1; to < cell.vertices; ++to) text += cell.edge[from][to] ? '1' : '0';
  }
  text += ':';
  for (int vertex = 1; vertex + 1 < cell.vertices; ++vertex) text += static_cast<char>('0' + cell.operation[vertex]);
  return text;
}

}  // namespace zeroth::spaces::nasbench101
