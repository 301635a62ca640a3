// The file of a learned ensemble: JSON with the weights, what they were learned from and what they were worth on groups
// of spaces that they were not learned from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ensemble/learned.h"

namespace zeroth::ensemble {

// A task that the ensemble was learned from.
struct LearnedFrom {
  std::string task, space, group;
  size_t rows = 0;
  // Spearman correlation with accuracy of the ensemble learned without the task's group, and of log_rank of the task's
  // directed columns on the same rows; none where there was one group only.
  std::optional<double> learned, log_rank;
};

struct EnsembleFile {
  static constexpr int kFormat = 1;

  std::string version = ZEROTH_VERSION, command, created;
  std::vector<LearnedFrom> tasks;
  std::vector<std::string> directed;  // columns for log_rank, where the ensemble falls back on it
  LearnedModel model;
  std::vector<Fold> folds;

  // Means over spaces of the held-out correlations; none where there are none.
  std::optional<double> held_out_learned() const, held_out_log_rank() const;
  // Whether the learned weights were worth more than log_rank where they were not learned.
  bool beats_log_rank() const;
  // The weights that were learned without a space's group, or from everything where no task is of that group.
  const LearnedModel& model_without(const std::string& space) const;

  // Replaces the file as a whole. Throws core::Error that names it.
  void write(const std::string& path) const;
  // Throws core::Error that names the file and what is wrong: no JSON, another or a newer format, a missing or
  // malformed member, weights that do not fit the columns.
  static EnsembleFile read(const std::string& path);
};

// Learned from all tasks, and without each group, with the held-out correlations.
EnsembleFile learn_ensemble(const std::vector<Task>& tasks);

}  // namespace zeroth::ensemble
