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
  return std::move(read(path, std::vector<std::string>{target}, instead).front());
}

std::vector<Benchmark> Benchmark::read(const std::string& path, const std::vector<std::string>& targets,
                                       const std::vector<std::string>& instead) {
  std::vector<Benchmark> benchmarks;
  for (const std::string& target : targets) benchmarks.push_back({path, target});
  std::vector<Column> columns;
  std::vector<size_t> arch_columns, places;  // of the targets
  const std::string* absent = nullptr;
  const auto read_header = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) columns.push_back({name});
    for (const std::string& target : targets) {
      const auto found = std::find(names.begin(), names.end(), target);
      if (found == names.end() && absent == nullptr) absent = &target;
      places.push_back(static_cast<size_t>(found - names.begin()));
    }
    const auto spelling = spaces::spelling_columns(names, instead);
    if (!spelling) {
      throw core::Error(fmt::format("{}: no column \"arch\"; columns: {}", path, fmt::join(names, ", ")));
    }
    arch_columns = *spelling;
  };
  const auto read_row = [&](const core::CsvRow& row) {
    if (absent != nullptr) return note_fields(row, columns);
    std::string key;
    for (size_t i = 0; i < targets.size(); ++i) {
      const std::optional<double> value = benchmarks[i].value_of(row, places[i]);
      if (!value) continue;
      if (key.empty()) key = spaces::spelled(row.fields, arch_columns);
      benchmarks[i].add(key, *value);
    }
  };
  core::CsvFile::read(path, read_header, read_row);
  if (absent != nullptr) {
    throw core::UsageError(path + ": " + core::unknown_name("target column", *absent, numeric_names(columns)));
  }
  for (const Benchmark& benchmark : benchmarks) {
    if (!benchmark.accuracies_.empty()) continue;
    throw core::Error(fmt::format("{}: column \"{}\" holds no value", path, benchmark.target_));
  }
  return benchmarks;
}

std::optional<double> Benchmark::value_of(const core::CsvRow& row, size_t column) const {
  const std::string text = boost::algorithm::trim_copy(row.fields[column]);
  if (text.empty()) return std::nullopt;
  const std::optional<double> value = core::parse_number(text);
  if (!value) {
    throw core::Error(
        fmt::format("{}:{}: \"{}\" in target column \"{}\" is no number", path_, row.line, text, target_));
  }
  return std::isfinite(*value) ? value : std::nullopt;
}

void Benchmark::add(const std::string& key, double accuracy) {
  if (accuracies_.empty()) example_ = key;
  Mean& mean = accuracies_[key];
  mean.sum += accuracy;
  ++mean.rows;
}

Benchmark Benchmark::renamed(const std::function<std::optional<std::string>(const std::string&)>& name) const {
  std::vector<const std::pair<const std::string, Mean>*> entries;
  for (const auto& entry : accuracies_) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  std::vector<std::optional<std::string>> names(entries.size());
  tbb::parallel_for(size_t{0}, entries.size(), [&](size_t i) { names[i] = name(entries[i]->first); });
  Benchmark result(path_, target_);
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
