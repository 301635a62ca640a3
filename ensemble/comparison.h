// What to set beside a learned ensemble on a task that it was not learned from.
#pragma once

#include <string>
#include <vector>

#include "ensemble/learned.h"

namespace zeroth::ensemble {

struct MethodScore {
  std::string method;
  Eigen::VectorXd score;  // by row
};

// In this order: the learned methods that need no labels and that the model holds, the label-free ensembles of the
// task's directed columns, `best_single` (the model's best column), and the columns params, macs, live_params and
// live_macs where the task has them. Failed cells tie at the bottom. A column that the task lacks scores 0 throughout.
std::vector<MethodScore> method_scores(const LearnedModel& model, const Task& task);

}  // namespace zeroth::ensemble
