#include "cli/ensemble_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <filesystem>

#include "core/error.h"
#include "core/log.h"
#include "core/score_table.h"
#include "eval/benchmark.h"
#include "eval/population.h"
#include "eval/space_facts.h"
#include "proxies/proxy.h"
#include "spaces/search_space.h"

namespace zeroth::cli {
namespace {

const spaces::SearchSpace& space_of(const std::vector<std::string>& fields, const core::ScoreTable& scores) {
  if (fields.size() == 4) return spaces::find_space(fields[3]);
  if (scores.rows.empty()) throw core::Error(fmt::format("{}: no rows", scores.path));
  const spaces::SearchSpace* space = spaces::recognise_space(scores.rows.front().arch);
  if (space == nullptr) {
    throw core::UsageError(fmt::format("{}: no known space reads \"{}\"; name it: --task {}", scores.path,
                                       scores.rows.front().arch, kTaskUsage));
  }
  return *space;
}

NamedTask read_task(const std::string& text, TaskRows rows) {
  std::vector<std::string> fields;
  boost::algorithm::split(fields, text, boost::algorithm::is_any_of(","));
  const bool empty = std::any_of(fields.begin(), fields.end(), [](const std::string& field) { return field.empty(); });
  if (fields.size() < 3 || fields.size() > 4 || empty) {
    throw core::UsageError(fmt::format("--task \"{}\" is not {}", text, kTaskUsage));
  }
  const auto scores = core::ScoreTable::read(fields[0]);
  const spaces::SearchSpace& space = space_of(fields, scores);
  const auto benchmark = eval::Benchmark::read(fields[1], fields[2], space.table_columns());
  eval::Population population = eval::join(scores, benchmark, &space);
  if (const size_t unreadable = eval::add_space_facts(population, space); unreadable > 0) {
    core::log_warning("{}: {} architectures cannot be read as {}", fields[0], unreadable, space.name());
  }
  eval::add_data_free(population);
  if (rows == TaskRows::kFunctions) population = eval::unique_functions(population);

  NamedTask named;
  ensemble::Task& task = named.task;
  task.name = std::filesystem::path(fields[0]).filename().string() + "," + fields[2];
  task.space = space.name();
  task.group = ensemble::space_group(task.space);
  task.accuracy = population.accuracy;
  named.function = population.function;
  for (eval::ScoreColumn& column : population.columns) {
    if (column.name == eval::kDataFree) {
      named.data_free = std::move(column.values);
      continue;
    }
    if (!is_undirected(column.name)) task.directed.push_back(task.columns.size());
    task.columns.push_back(column.name);
    task.values.push_back(std::move(column.values));
  }
  return named;
}

}  // namespace

std::vector<NamedTask> read_tasks(const std::vector<std::string>& texts, TaskRows rows) {
  std::vector<NamedTask> tasks;
  for (const std::string& text : texts) tasks.push_back(read_task(text, rows));
  return tasks;
}

std::vector<ensemble::Task> tasks_of(const std::vector<NamedTask>& named) {
  std::vector<ensemble::Task> tasks;
  for (const NamedTask& each : named) tasks.push_back(each.task);
  return tasks;
}

bool is_undirected(const std::string& column) {
  const auto& proxies = proxies::all_proxies();
  const auto found =
      std::find_if(proxies.begin(), proxies.end(), [&](const proxies::Proxy& proxy) { return proxy.name == column; });
  return found != proxies.end() && boost::algorithm::starts_with(found->sign, "a feature");
}

}  // namespace zeroth::cli
