// Past tasks as the command line names them: a score table, a benchmark, the column that is to be predicted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ensemble/task.h"

namespace zeroth::cli {

// What --task takes, for help texts.
inline constexpr const char* kTaskUsage = "SCORES,BENCHMARK,TARGET[,SPACE]";

struct NamedTask {
  ensemble::Task task;
  std::vector<uint32_t> function;  // by row: its number
  // By row: eval's data-free baseline, which is no column to learn from because score tables do not hold it.
  std::vector<std::optional<double>> data_free;
};

enum class TaskRows {
  kFunctions,      // one a function: scores and accuracies are averaged over its architectures
  kArchitectures,  // as the score table has them
};

// Reads each --task. Throws
// core::UsageError where a text has another form or its space is neither named nor told by the first architecture, and
// what core::ScoreTable, eval::Benchmark and eval::join throw.
std::vector<NamedTask> read_tasks(const std::vector<std::string>& texts, TaskRows rows = TaskRows::kFunctions);
std::vector<ensemble::Task> tasks_of(const std::vector<NamedTask>& named);

// Columns of which neither end is better: what they say of accuracy is learned.
bool is_undirected(const std::string& column);

}  // namespace zeroth::cli
