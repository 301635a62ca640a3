#include "eval/report_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/error.h"
#include "eval/benchmark.h"

namespace zeroth::eval {
namespace {

using Values = std::vector<std::optional<double>>;

// A column while tables are added.
struct Growing {
  MergedColumn facts;
  std::string label;
  Values values;
};

class Merger {
 public:
  void add(const LabelledTable& table) {
    const std::vector<size_t> row_of = place(table.scores);
    std::vector<bool> covered(result_.table.rows.size(), false);
    for (const size_t row : row_of) covered[row] = true;
    for (Growing& column : columns_) {
      column.values.resize(covered.size());
      column.facts.covered.resize(covered.size(), false);
    }
    for (size_t c = 0; c < table.scores.columns.size(); ++c) {
      const std::string& name = table.scores.columns[c];
      if (boost::algorithm::ends_with(name, "_se")) continue;
      Values values(covered.size());
      // From the last to the first: of the rows of one architecture the first counts.
      for (size_t row = row_of.size(); row-- > 0;) values[row_of[row]] = table.scores.rows[row].values[c];
      add_column({{name, name, table.run, covered}, table.label, std::move(values)});
    }
  }

  MergedRuns finish() {
    for (Growing& column : columns_) {
      const auto same_name = std::count_if(columns_.begin(), columns_.end(), [&](const Growing& other) {
        return other.facts.column == column.facts.column;
      });
      if (same_name > 1) column.facts.name = fmt::format("{} ({})", column.facts.column, column.label);
      result_.table.columns.push_back(column.facts.name);
      result_.columns.push_back(column.facts);
      for (size_t row = 0; row < column.values.size(); ++row) {
        result_.table.rows[row].values.push_back(column.values[row]);
      }
    }
    return std::move(result_);
  }

 private:
  // The merged row of each row of a table.
  std::vector<size_t> place(const core::ScoreTable& scores) {
    std::vector<size_t> row_of;
    std::vector<bool> seen(result_.table.rows.size(), false);
    for (const core::ScoreRow& row : scores.rows) {
      const std::string key = architecture_key(row.arch);
      const auto [found, is_new] = row_by_key_.emplace(key, result_.table.rows.size());
      if (is_new) {
        result_.table.rows.push_back({key, {}, row.status});
        seen.push_back(false);
      }
      if (seen[found->second]) ++result_.repeated;
      seen[found->second] = true;
      row_of.push_back(found->second);
    }
    return row_of;
  }

  // Whether two columns say the same of the architectures that both know.
  static bool agree(const Growing& a, const Growing& b) {
    const bool size = is_network_size(a.facts.column);
    bool common = size;
    for (size_t row = 0; row < a.values.size(); ++row) {
      if (!a.facts.covered[row] || !b.facts.covered[row]) continue;
      if (size ? a.values[row] && b.values[row] && *a.values[row] != *b.values[row] : a.values[row] != b.values[row]) {
        return false;
      }
      common = true;
    }
    return common;
  }

  void add_column(Growing added) {
    for (Growing& column : columns_) {
      if (column.facts.column != added.facts.column || !agree(column, added)) continue;
      for (size_t row = 0; row < added.values.size(); ++row) {
        if (!column.values[row]) column.values[row] = added.values[row];
        column.facts.covered[row] = column.facts.covered[row] || added.facts.covered[row];
      }
      return;
    }
    columns_.push_back(std::move(added));
  }

  MergedRuns result_;
  std::vector<Growing> columns_;
  std::unordered_map<std::string, size_t> row_by_key_;
};

}  // namespace

bool is_network_size(const std::string& column) {
  constexpr std::array<std::string_view, 4> kSizes = {"params", "macs", "live_params", "live_macs"};
  return std::find(kSizes.begin(), kSizes.end(), column) != kSizes.end();
}

std::optional<double> mean_milliseconds(const core::ScoreTable& times, const std::vector<std::string>& columns) {
  if (columns.empty() || times.rows.empty()) return std::nullopt;
  std::vector<size_t> places;
  for (const std::string& column : columns) {
    const auto found = std::find(times.columns.begin(), times.columns.end(), column);
    if (found == times.columns.end()) return std::nullopt;
    places.push_back(static_cast<size_t>(found - times.columns.begin()));
  }
  double seconds = 0;
  size_t scored = 0;
  for (const core::ScoreRow& row : times.rows) {
    double of_row = 0;
    for (const size_t place : places) of_row += row.values[place].value_or(0);
    seconds += of_row;
    if (of_row > 0) ++scored;
  }
  if (scored == 0) return std::nullopt;
  return 1e3 * seconds / static_cast<double>(scored);
}

MergedRuns merge_runs(const std::vector<LabelledTable>& tables) {
  Merger merger;
  std::string paths;
  for (const LabelledTable& table : tables) {
    if (table.scores.rows.empty()) throw core::Error(table.scores.path + ": no rows");
    paths += (paths.empty() ? "" : ", ") + table.scores.path;
    merger.add(table);
  }
  MergedRuns merged = merger.finish();
  merged.table.path = paths;
  if (merged.columns.empty()) throw core::Error(paths + ": no column of scores");
  return merged;
}

}  // namespace zeroth::eval
