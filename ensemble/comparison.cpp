#include "ensemble/comparison.h"

#include <algorithm>

#include "core/ranks.h"
#include "ensemble/method.h"

namespace zeroth::ensemble {
namespace {

Eigen::VectorXd column_score(const Task& task, const std::string& name, double sign) {
  const auto found = std::find(task.columns.begin(), task.columns.end(), name);
  if (found == task.columns.end()) return Eigen::VectorXd::Zero(static_cast<Eigen::Index>(task.rows()));
  std::vector<std::optional<double>> values = task.values[static_cast<size_t>(found - task.columns.begin())];
  for (auto& value : values) {
    if (value) *value *= sign;
  }
  const std::vector<double> ranks = core::ranks_with_failures(values);
  return Eigen::Map<const Eigen::VectorXd>(ranks.data(), static_cast<Eigen::Index>(ranks.size()));
}

double sign_of(const FeaturePlan& plan, const std::string& name) {
  for (const FeaturePlan::Column& column : plan.columns) {
    if (column.name == name) return column.sign;
  }
  return 1.0;
}

}  // namespace

std::vector<MethodScore> method_scores(const LearnedModel& model, const Task& task) {
  std::vector<MethodScore> scores;
  for (const Method& method : learned_methods()) {
    const std::string name(method.name);
    if (!method.without_labels || (method.learn != nullptr && model.kept.count(name) == 0)) continue;
    scores.push_back({name, method.predict(model, task.columns, task.values, {}).mean});
  }
  for (const LabelFree& ensemble : label_free_ensembles()) {
    scores.push_back({std::string(ensemble.name), label_free_score(ensemble, task)});
  }
  scores.push_back({"best_single", column_score(task, model.best_column, sign_of(model.plan, model.best_column))});
  for (const char* baseline : {"params", "macs", "live_params", "live_macs"}) {
    if (std::find(task.columns.begin(), task.columns.end(), baseline) == task.columns.end()) continue;
    scores.push_back({baseline, column_score(task, baseline, 1.0)});
  }
  return scores;
}

}  // namespace zeroth::ensemble
