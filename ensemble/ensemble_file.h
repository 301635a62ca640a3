// The file of a learned ensemble: JSON with the weights, what they were learned from and what they were worth on groups
// of spaces that they were not learned from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ensemble/learned.h"

namespace zeroth::ensemble {

// Columns that pools come with together: what the learned ensemble was judged on, beside log_rank.
struct ColumnSet {
  std::string name;                   // as messages call it: all, default
  std::vector<std::string> columns;   // that the learned ensemble reads
  std::vector<std::string> log_rank;  // of them, those whose mean log rank it is held against
  size_t least = 0;                   // fewest of the columns that a task had on which it was judged
};

// Spearman correlations with a task's accuracy of the ensemble learned without the task's group, and of the mean log
// rank on the same rows; none where there was one group only.
struct HeldOut {
  std::optional<double> learned, log_rank;
};

// By how much the learned ensemble is better than log_rank where it was not learned: spaces weigh equally, and their
// differences are the sample. One space has no standard error; 0 stands for it.
struct Lift {
  double mean, standard_error;
  size_t spaces;
};

// A task that the ensemble was learned from.
struct LearnedFrom {
  std::string task, space, group;
  size_t rows = 0;
  std::vector<HeldOut> held_out;  // by column set
};

struct EnsembleFile {
  static constexpr int kFormat = 2;

  std::string version = ZEROTH_VERSION, command, created;
  std::string method = "bayes";  // of method.h, without labels
  std::string fidelity;          // at which the tasks' scores were made
  std::vector<LearnedFrom> tasks;
  std::vector<ColumnSet> sets;  // the first has all columns
  LearnedModel model;
  std::vector<Fold> folds;

  // Means over spaces of the held-out correlations with the columns of a set; none where there are none.
  HeldOut held_out(size_t set = 0) const;
  // None where a task's held-out correlations are not known.
  std::optional<Lift> lift(size_t set = 0) const;
  // Whether the lift is above 0 by two standard errors: one space that gains much does not make up for the others.
  bool beats_log_rank(size_t set = 0) const;
  // The narrowest set that holds all of a pool's columns that the file knows, and of which the pool has no fewer than
  // the tasks had; none where nothing is known of such columns.
  std::optional<size_t> set_of(const std::vector<std::string>& columns) const;

  // Whether a task of the space was learned from.
  bool knows(const std::string& space) const;
  // The weights that were learned without a space's group, or from everything where no task is of that group.
  const LearnedModel& model_without(const std::string& space) const;
  // The same on a user's word. Throws core::UsageError that says which spaces can be left out where this is none.
  const LearnedModel& model_excluding(const std::string& space) const;

  // Replaces the file as a whole. Throws core::Error that names it.
  void write(const std::string& path) const;
  // Throws core::Error that names the file and what is wrong: no JSON, another or a newer format, a missing or
  // malformed member, weights that do not fit the columns.
  static EnsembleFile read(const std::string& path);
  // The text of such a file; `name` is what errors call it.
  static EnsembleFile parse(const std::string& text, const std::string& name);
};

// Whether to order a pool by the learned ensemble or by log_rank, and why in half a sentence.
struct Decision {
  bool learned;
  std::string reason;
};
Decision decide(const EnsembleFile& file, const std::vector<std::string>& columns);

// Learned from all tasks, and without each group, with the held-out correlations for all columns and for those of each
// further set.
EnsembleFile learn_ensemble(const std::vector<Task>& tasks, std::vector<ColumnSet> further = {},
                            const std::string& method = "bayes");

}  // namespace zeroth::ensemble
