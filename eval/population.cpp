#include "eval/population.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "eval/picked.h"
#include "spaces/spelling.h"

namespace zeroth::eval {
namespace {

constexpr std::string_view kStandardError = "_se";

struct Mean {
  double sum = 0;
  size_t count = 0;
};

// All that a population holds of its rows column by column.
constexpr std::array<std::vector<ScoreColumn> Population::*, 4> kColumnGroups = {
    &Population::columns, &Population::structure, &Population::standard_errors, &Population::runs};

ScoreColumn means_by_function(const ScoreColumn& column, const std::vector<size_t>& group, size_t groups) {
  std::vector<Mean> means(groups);
  for (size_t row = 0; row < group.size(); ++row) {
    if (!column.values[row]) continue;
    means[group[row]].sum += *column.values[row];
    ++means[group[row]].count;
  }
  ScoreColumn result{column.name, {}};
  for (const Mean& mean : means) {
    result.values.push_back(mean.count > 0 ? std::optional<double>(mean.sum / static_cast<double>(mean.count))
                                           : std::nullopt);
  }
  return result;
}

// An architecture's text under another name; none where the space cannot read it.
using Name = std::function<std::optional<std::string>(const std::string&)>;

Name name_by(const spaces::SearchSpace& space, bool by_function) {
  return [&space, by_function](const std::string& text) -> std::optional<std::string> {
    try {
      const spaces::Architecture architecture = space.parse(text);
      return by_function ? spaces::function_of(space, architecture) : space.print(architecture);
    } catch (const core::Error&) {
      return std::nullopt;
    }
  };
}

// By architecture. Renaming a whole table costs seconds: only where texts leave a row without an accuracy.
std::vector<std::optional<double>> accuracies(const std::vector<std::string>& architectures, const Benchmark& benchmark,
                                              const spaces::SearchSpace* space) {
  std::vector<std::optional<double>> found(architectures.size());
  const auto look_up = [&](const Benchmark& table, const Name& name) {
    tbb::parallel_for(size_t{0}, found.size(), [&](size_t row) {
      if (found[row]) return;
      const std::optional<std::string> key = name(architectures[row]);
      if (key) found[row] = table.accuracy(*key);
    });
    return std::all_of(found.begin(), found.end(), [](const auto& accuracy) { return accuracy.has_value(); });
  };
  if (look_up(benchmark, [](const std::string& text) { return text; }) || space == nullptr) return found;
  const Name printed = name_by(*space, /*by_function=*/false);
  if (look_up(benchmark.renamed(printed), printed) || !space->measured_by_function()) return found;
  const Name function = name_by(*space, /*by_function=*/true);
  look_up(benchmark.renamed(function), function);
  return found;
}

// Whether a row of the same name stands before a row.
std::vector<char> repeats(const std::vector<std::string>& keys) {
  std::vector<std::pair<size_t, uint32_t>> sorted(keys.size());  // hash and row
  tbb::parallel_for(size_t{0}, keys.size(), [&](size_t row) {
    sorted[row] = {std::hash<std::string>()(keys[row]), static_cast<uint32_t>(row)};
  });
  tbb::parallel_sort(sorted.begin(), sorted.end());
  std::vector<char> repeated(keys.size(), 0);
  for (size_t begin = 0; begin < sorted.size();) {
    size_t end = begin + 1;
    while (end < sorted.size() && sorted[end].first == sorted[begin].first) ++end;
    std::unordered_set<std::string_view> known;  // names of one hash; it takes no memory where only one row has it
    for (size_t i = begin; end - begin > 1 && i < end; ++i) {
      const uint32_t row = sorted[i].second;
      repeated[row] = known.insert(keys[row]).second ? 0 : 1;
    }
    begin = end;
  }
  return repeated;
}

void add_columns(const core::ScoreTable& scores, const std::vector<const core::ScoreRow*>& rows,
                 Population& population) {
  std::vector<ScoreColumn> columns(scores.columns.size());
  for (ScoreColumn& column : columns) column.values.resize(rows.size());
  tbb::parallel_for(size_t{0}, rows.size(), [&](size_t row) {
    for (size_t column = 0; column < columns.size(); ++column) columns[column].values[row] = rows[row]->values[column];
  });
  for (size_t column = 0; column < columns.size(); ++column) {
    const std::string& name = scores.columns[column];
    const bool is_error = boost::algorithm::ends_with(name, kStandardError);
    columns[column].name = is_error ? name.substr(0, name.size() - kStandardError.size()) : name;
    (is_error ? population.standard_errors : population.columns).push_back(std::move(columns[column]));
  }
}

std::vector<std::string> keys_of(const core::ScoreTable& scores) {
  std::vector<std::string> keys(scores.rows.size());
  tbb::parallel_for(size_t{0}, keys.size(), [&](size_t row) { keys[row] = architecture_key(scores.rows[row].arch); });
  return keys;
}

// Those of the rows that count, the first of each name; `counts` is asked of them in their order.
Population rows_of(const core::ScoreTable& scores, std::vector<std::string> keys,
                   const std::function<bool(size_t)>& counts) {
  Population population;
  const std::vector<char> repeated = repeats(keys);
  std::vector<const core::ScoreRow*> rows;
  for (size_t row = 0; row < keys.size(); ++row) {
    if (repeated[row] != 0) {
      ++population.repeated;
    } else if (counts(row)) {
      rows.push_back(&scores.rows[row]);
      population.architectures.push_back(std::move(keys[row]));
    }
  }
  add_columns(scores, rows, population);
  return population;
}

}  // namespace

void number_functions(const std::vector<std::string>& texts, Population& population) {
  std::vector<std::pair<std::string_view, uint32_t>> sorted;  // and their rows
  sorted.reserve(texts.size());
  for (const std::string& text : texts) sorted.emplace_back(text, static_cast<uint32_t>(sorted.size()));
  tbb::parallel_sort(sorted.begin(), sorted.end());
  std::vector<std::string> known;
  population.function.resize(texts.size());
  for (const auto& [text, row] : sorted) {
    if (known.empty() || known.back() != text) known.emplace_back(text);
    population.function[row] = static_cast<uint32_t>(known.size() - 1);
  }
  population.functions = known.size();
  population.function_texts = std::move(known);
}

std::vector<double> with_failures(const ScoreColumn& column) {
  std::vector<double> scores;
  scores.reserve(column.values.size());
  for (const auto& value : column.values) scores.push_back(value.value_or(-std::numeric_limits<double>::infinity()));
  return scores;
}

const ScoreColumn* find_column(const Population& population, const std::string& name) {
  const auto found = std::find_if(population.columns.begin(), population.columns.end(),
                                  [&](const ScoreColumn& column) { return column.name == name; });
  return found == population.columns.end() ? nullptr : &*found;
}

Population join(const core::ScoreTable& scores, const Benchmark& benchmark, const spaces::SearchSpace* space) {
  std::vector<std::string> keys = keys_of(scores);
  const std::vector<std::optional<double>> measured = accuracies(keys, benchmark, space);
  std::vector<double> accuracy;
  Population population = rows_of(scores, std::move(keys), [&](size_t row) {
    if (measured[row]) accuracy.push_back(*measured[row]);
    return measured[row].has_value();
  });
  population.accuracy = std::move(accuracy);
  if (population.rows() == 0) {
    throw core::Error(fmt::format("no architecture of {} has a {} in {}: \"{}\" is scored, \"{}\" is measured",
                                  scores.path, benchmark.target(), benchmark.path(), scores.rows.front().arch,
                                  benchmark.example()));
  }
  if (space == nullptr) number_functions(population.architectures, population);
  return population;
}

Population without_labels(const core::ScoreTable& scores) {
  Population population = rows_of(scores, keys_of(scores), [](size_t) { return true; });
  number_functions(population.architectures, population);
  return population;
}

ScoreColumn measured(const Population& population, const Benchmark& benchmark, const spaces::SearchSpace* space) {
  return {benchmark.target(), accuracies(population.architectures, benchmark, space)};
}

Population restricted(const Population& population, const std::unordered_set<std::string>& texts, bool without) {
  std::vector<size_t> rows;
  std::vector<std::string> functions;
  Population kept;
  for (size_t row = 0; row < population.rows(); ++row) {
    const std::string& text = population.function_texts[population.function[row]];
    if ((texts.count(text) > 0) == without) continue;
    rows.push_back(row);
    functions.push_back(text);
    kept.architectures.push_back(population.architectures[row]);
    kept.accuracy.push_back(population.accuracy[row]);
  }
  if (rows.empty()) {
    throw core::Error(without ? "every scored architecture is left out"
                              : "no scored architecture is among those named");
  }
  number_functions(functions, kept);
  for (const auto part : kColumnGroups) {
    for (const ScoreColumn& column : population.*part) {
      (kept.*part).push_back({column.name, picked(column.values, rows)});
    }
  }
  return kept;
}

Population unique_functions(const Population& population) {
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> group_of_function(population.functions, kNone), group;
  Population unique;
  unique.functions = population.functions;
  unique.function_texts = population.function_texts;
  std::vector<Mean> accuracies(population.functions);
  for (size_t row = 0; row < population.rows(); ++row) {
    size_t& number = group_of_function[population.function[row]];
    if (number == kNone) {
      number = unique.rows();
      unique.architectures.push_back(population.architectures[row]);
      unique.function.push_back(population.function[row]);
    }
    group.push_back(number);
    accuracies[number].sum += population.accuracy[row];
    ++accuracies[number].count;
  }
  for (const Mean& mean : accuracies) unique.accuracy.push_back(mean.sum / static_cast<double>(mean.count));
  for (const auto part : kColumnGroups) {
    for (const ScoreColumn& column : population.*part) {
      (unique.*part).push_back(means_by_function(column, group, unique.rows()));
    }
  }
  return unique;
}

}  // namespace zeroth::eval
