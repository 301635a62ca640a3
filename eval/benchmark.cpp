#include "eval/benchmark.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>
#include <cmath>
#include <filesystem>
#include <vector>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/spelling.h"

namespace zeroth::eval {
namespace {

struct Column {
  std::string name;
  bool has_number = false, has_text = false;
};

std::vector<std::string> numeric_names(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    if (column.has_number && !column.has_text) names.push_back(column.name);
  }
  return names;
}

// The target column is looked for first; where it is absent the file is still read, to say which columns would do.
void note_fields(const core::CsvRow& row, std::vector<Column>& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (row.fields[i].empty() || columns[i].has_text) continue;
    (core::parse_number(row.fields[i]) ? columns[i].has_number : columns[i].has_text) = true;
  }
}

}  // namespace

std::string architecture_key(std::string_view text) { return boost::algorithm::trim_copy(std::string(text)); }

Benchmark Benchmark::read(const std::string& path, const std::string& target, const std::vector<std::string>& instead) {
  Benchmark benchmark;
  benchmark.path_ = path;
  benchmark.target_ = target;
  std::vector<Column> columns;
  std::vector<size_t> arch_columns;
  size_t target_column = 0;
  const auto find = [&](std::string_view name) {
    return static_cast<size_t>(
        std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; }) -
        columns.begin());
  };
  const auto read_header = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) columns.push_back({name});
    target_column = find(target);
    const auto spelling = spaces::spelling_columns(names, instead);
    if (!spelling) {
      throw core::Error(fmt::format("{}: no column \"arch\"; columns: {}", path, fmt::join(names, ", ")));
    }
    arch_columns = *spelling;
  };
  const auto read_row = [&](const core::CsvRow& row) {
    if (target_column == columns.size()) return note_fields(row, columns);
    const std::string text = boost::algorithm::trim_copy(row.fields[target_column]);
    if (text.empty()) return;
    const std::optional<double> value = core::parse_number(text);
    if (!value) {
      throw core::Error(
          fmt::format("{}:{}: \"{}\" in target column \"{}\" is no number", path, row.line, text, target));
    }
    if (!std::isfinite(*value)) return;
    const std::string key = spaces::spelled(row.fields, arch_columns);
    if (benchmark.accuracies_.empty()) benchmark.example_ = key;
    Mean& mean = benchmark.accuracies_[key];
    mean.sum += *value;
    ++mean.rows;
  };
  core::CsvFile::read(path, read_header, read_row);
  if (target_column == columns.size()) {
    throw core::UsageError(path + ": " + core::unknown_name("target column", target, numeric_names(columns)));
  }
  if (benchmark.accuracies_.empty()) {
    throw core::Error(fmt::format("{}: column \"{}\" holds no value", path, target));
  }
  return benchmark;
}

Benchmark Benchmark::renamed(const std::function<std::optional<std::string>(const std::string&)>& name) const {
  std::vector<const std::pair<const std::string, Mean>*> entries;
  for (const auto& entry : accuracies_) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  std::vector<std::optional<std::string>> names(entries.size());
  tbb::parallel_for(size_t{0}, entries.size(), [&](size_t i) { names[i] = name(entries[i]->first); });
  Benchmark result;
  result.path_ = path_;
  result.target_ = target_;
  result.example_ = example_;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!names[i]) continue;
    Mean& mean = result.accuracies_[*names[i]];
    mean.sum += entries[i]->second.sum;
    mean.rows += entries[i]->second.rows;
  }
  return result;
}

std::string Benchmark::file_name() const { return std::filesystem::path(path_).filename().string(); }

size_t Benchmark::repeated() const {
  return static_cast<size_t>(
      std::count_if(accuracies_.begin(), accuracies_.end(), [](const auto& entry) { return entry.second.rows > 1; }));
}

std::optional<double> Benchmark::accuracy(const std::string& key) const {
  const auto found = accuracies_.find(key);
  if (found == accuracies_.end()) return std::nullopt;
  return found->second.sum / static_cast<double>(found->second.rows);
}

}  // namespace zeroth::eval
