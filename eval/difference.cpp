#include "eval/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "core/error.h"
#include "core/ranks.h"
#include "eval/benchmark.h"
#include "eval/rank_statistics.h"

namespace zeroth::eval {
namespace {

using core::ScoreTable;
using Cells = std::vector<std::optional<double>>;

bool is_score(const std::string& column) {
  return column.size() < 3 || column.compare(column.size() - 3, 3, "_se") != 0;
}

bool has(const ScoreTable& table, const std::string& column) {
  return std::find(table.columns.begin(), table.columns.end(), column) != table.columns.end();
}

// Rows of the two tables that hold the same architecture, in the first's order.
struct Pairs {
  std::vector<size_t> before, after;
};

std::unordered_map<std::string, size_t> rows_by_architecture(const ScoreTable& table) {
  std::unordered_map<std::string, size_t> rows;
  for (size_t i = 0; i < table.rows.size(); ++i) rows.emplace(architecture_key(table.rows[i].arch), i);
  return rows;
}

Pairs join(const ScoreTable& before, const ScoreTable& after, Difference& difference) {
  const auto first = rows_by_architecture(before), second = rows_by_architecture(after);
  Pairs pairs;
  for (size_t i = 0; i < before.rows.size(); ++i) {
    const std::string key = architecture_key(before.rows[i].arch);
    if (first.at(key) != i) continue;
    const auto found = second.find(key);
    if (found == second.end()) continue;
    pairs.before.push_back(i);
    pairs.after.push_back(found->second);
  }
  if (pairs.before.empty()) {
    throw core::Error(fmt::format("{} and {} have no architecture in common", before.path, after.path));
  }
  difference.architectures = pairs.before.size();
  difference.only_before = first.size() - pairs.before.size();
  difference.only_after = second.size() - pairs.before.size();
  return pairs;
}

Cells cells_of(const ScoreTable& table, const std::string& column, const std::vector<size_t>& rows) {
  const size_t at = table.column(column);
  Cells cells;
  for (const size_t row : rows) cells.push_back(table.rows[row].values[at]);
  return cells;
}

std::vector<double> failed_at_bottom(const Cells& cells) {
  std::vector<double> values;
  for (const auto& cell : cells) values.push_back(cell.value_or(-std::numeric_limits<double>::infinity()));
  return values;
}

// Whether each row is among the highest tenth, at least one of them.
std::vector<bool> in_top_tenth(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] > values[b]; });
  std::vector<bool> top(values.size(), false);
  for (size_t i = 0; i < (values.size() + 9) / 10; ++i) top[order[i]] = true;
  return top;
}

ColumnAgreement agreement(const std::string& column, const Cells& before, const Cells& after) {
  ColumnAgreement result;
  result.column = column;
  result.failed_before = static_cast<size_t>(std::count(before.begin(), before.end(), std::nullopt));
  result.failed_after = static_cast<size_t>(std::count(after.begin(), after.end(), std::nullopt));
  const std::vector<double> x = failed_at_bottom(before), y = failed_at_bottom(after);
  const RankCorrelation correlation = rank_correlation(x, y);
  result.spearman = correlation.spearman;
  result.kendall = correlation.kendall;
  const std::vector<bool> top = in_top_tenth(x), top_after = in_top_tenth(y);
  size_t size = 0, kept = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    result.equal += before[i] == after[i];
    size += top[i];
    kept += top[i] && top_after[i];
  }
  result.top_tenth_kept = static_cast<double>(kept) / static_cast<double>(size);
  return result;
}

void add_percentiles(const Cells& cells, std::vector<double>& sums) {
  const std::vector<double> ranks = core::ranks_with_failures(cells);
  for (size_t i = 0; i < ranks.size(); ++i) sums[i] += ranks[i] / static_cast<double>(ranks.size());
}

std::vector<std::string> columns_in_both(const ScoreTable& before, const ScoreTable& after, const std::string& only,
                                         Difference& difference) {
  std::vector<std::string> both;
  for (const std::string& column : before.columns) {
    if (!is_score(column)) continue;
    (has(after, column) ? both : difference.lost_columns).push_back(column);
  }
  for (const std::string& column : after.columns) {
    if (is_score(column) && !has(before, column)) difference.new_columns.push_back(column);
  }
  if (both.empty()) throw core::Error(fmt::format("{} and {} have no column in common", before.path, after.path));
  if (only.empty()) return both;
  if (std::find(both.begin(), both.end(), only) == both.end()) {
    throw core::UsageError(core::unknown_name("column of both tables", only, both));
  }
  return {only};
}

}  // namespace

Difference difference(const ScoreTable& before, const ScoreTable& after, const std::string& column, size_t movers) {
  Difference result;
  result.before = std::filesystem::path(before.path).filename().string();
  result.after = std::filesystem::path(after.path).filename().string();
  const std::vector<std::string> columns = columns_in_both(before, after, column, result);
  const Pairs pairs = join(before, after, result);
  std::vector<double> first(pairs.before.size(), 0.0), second(pairs.before.size(), 0.0);
  for (const std::string& name : columns) {
    const Cells x = cells_of(before, name, pairs.before), y = cells_of(after, name, pairs.after);
    result.columns.push_back(agreement(name, x, y));
    add_percentiles(x, first);
    add_percentiles(y, second);
  }
  const auto count = static_cast<double>(columns.size());
  for (size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) continue;
    result.movers.push_back({before.rows[pairs.before[i]].arch, first[i] / count, second[i] / count});
  }
  std::stable_sort(result.movers.begin(), result.movers.end(), [](const Mover& a, const Mover& b) {
    return std::abs(a.after - a.before) > std::abs(b.after - b.before);
  });
  if (result.movers.size() > movers) result.movers.resize(movers);
  return result;
}

}  // namespace zeroth::eval
