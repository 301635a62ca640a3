#include "search/latency_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/operator_text.h"
#include "spaces/spelling.h"

namespace zeroth::search {
namespace {

struct Mean {
  double sum = 0.0;
  int rows = 0;
  double value() const { return sum / rows; }
};
using Means = std::unordered_map<std::string, Mean>;

// Columns whose every field is a number or empty, and not all of them empty.
std::vector<std::string> numeric_columns(const core::CsvTable& table) {
  std::vector<std::string> names;
  for (size_t column = 0; column < table.columns.size(); ++column) {
    bool any = false, all = true;
    for (const core::CsvRow& row : table.rows) {
      if (row.fields[column].empty()) continue;
      any = true;
      all = all && core::parse_number(row.fields[column]).has_value();
    }
    if (any && all && table.columns[column] != "index") names.push_back(table.columns[column]);
  }
  return names;
}

// The path and the column of "FILE.csv:COLUMN"; a path may have colons of its own.
std::pair<std::string, std::string> divided(const std::string& spec) {
  const size_t colon = spec.rfind(':');
  if (colon == std::string::npos || spec.find('/', colon) != std::string::npos) return {spec, ""};
  return {spec.substr(0, colon), spec.substr(colon + 1)};
}

size_t latency_column(const core::CsvTable& table, const std::string& column) {
  const std::vector<std::string> numeric = numeric_columns(table);
  if (column.empty()) {
    if (numeric.size() == 1) return table.column(numeric.front());
    throw core::UsageError(fmt::format("{}: name the column of latencies, table:{}:COLUMN; columns: {}", table.path,
                                       table.path, fmt::join(numeric, ", ")));
  }
  if (!table.find(column)) {
    throw core::UsageError(fmt::format("{}: {}", table.path, core::unknown_name("column", column, numeric)));
  }
  return table.column(column);
}

Means read_means(const core::CsvTable& table, const std::vector<size_t>& key_columns, size_t column) {
  Means means;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const std::optional<double> value = table.number(row, column);
    if (!value) continue;
    if (*value < 0.0) {
      throw core::Error(fmt::format("{}:{}: {} in column \"{}\" is no latency", table.path, table.rows[row].line,
                                    *value, table.columns[column]));
    }
    Mean& mean = means[spaces::spelled(table.rows[row].fields, key_columns)];
    mean.sum += *value;
    ++mean.rows;
  }
  if (means.empty())
    throw core::Error(fmt::format("{}: column \"{}\" has no value", table.path, table.columns[column]));
  return means;
}

Latency by_operator(const spaces::SearchSpace& space, const spaces::NetShape& shape, const std::string& path,
                    Means means) {
  const auto operators = std::make_shared<const Means>(std::move(means));
  return [&space, shape, path, operators](const spaces::Architecture& architecture) -> std::optional<double> {
    const spaces::OpGraph graph = space.lower(space.cells(architecture), shape);
    double sum = 0.0;
    for (const spaces::OpNode& node : graph.nodes()) {
      if (node.kind == spaces::OpKind::kInput) continue;
      const std::string text = spaces::operator_text(graph, node);
      const auto found = operators->find(text);
      if (found == operators->end()) throw core::Error(fmt::format("{}: no operator \"{}\"", path, text));
      sum += found->second.value();
    }
    return sum;
  };
}

// By the space's own spelling, so that another one of the same architecture is found too.
Latency by_architecture(const spaces::SearchSpace& space, const core::CsvTable& table, const Means& means) {
  const auto architectures = std::make_shared<Means>();
  for (const auto& [text, mean] : means) {
    try {
      Mean& all = (*architectures)[space.print(space.parse(text))];
      all.sum += mean.sum;
      all.rows += mean.rows;
    } catch (const core::Error& error) {
      throw core::Error(fmt::format("{}: {}", table.path, error.what()));
    }
  }
  return [&space, architectures](const spaces::Architecture& architecture) -> std::optional<double> {
    const auto found = architectures->find(space.print(architecture));
    return found == architectures->end() ? std::nullopt : std::optional(found->second.value());
  };
}

}  // namespace

Latency latency_table(const spaces::SearchSpace& space, const spaces::NetShape& shape, const std::string& spec) {
  const auto [path, column] = divided(spec);
  const core::CsvTable table = core::CsvTable::read(path);
  const std::optional<size_t> operators = table.find("operator");
  const auto spelling = spaces::spelling_columns(table.columns, space.table_columns());
  if (!operators && !spelling) {
    throw core::Error(
        fmt::format("{}: no column \"arch\" and none \"operator\"; columns: {}", path, fmt::join(table.columns, ", ")));
  }
  const size_t latency = latency_column(table, column);
  if (operators) return by_operator(space, shape, path, read_means(table, {*operators}, latency));
  return by_architecture(space, table, read_means(table, *spelling, latency));
}

}  // namespace zeroth::search
