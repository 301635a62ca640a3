// Past tasks as the command line names them: a score table, a benchmark, the column that is to be predicted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ensemble/task.h"

namespace zeroth::cli {

// What --task takes, for help texts.
inline constexpr const char* kTaskUsage = "SCORES,BENCHMARK,TARGET[,SPACE]";

struct NamedTask {
  ensemble::Task task;  // one row a function
  // By row: eval's data-free baseline, which is no column to learn from because score tables do not hold it.
  std::vector<std::optional<double>> data_free;
};

// Reads each --task. Scores and accuracies are averaged over architectures that are one function. Throws
// core::UsageError where a text has another form or its space is neither named nor told by the first architecture, and
// what core::ScoreTable, eval::Benchmark and eval::join throw.
std::vector<NamedTask> read_tasks(const std::vector<std::string>& texts);

// Columns of which neither end is better: what they say of accuracy is learned.
bool is_undirected(const std::string& column);

}  // namespace zeroth::cli
