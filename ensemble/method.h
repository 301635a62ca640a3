// Learned methods side by side: the Bayesian weights, and what starts from them where labels of the pool itself are
// there. Each is one file and one line of methods.def.
#pragma once

#include <string_view>
#include <vector>

#include "ensemble/learned.h"

namespace zeroth::ensemble {

struct Method {
  std::string_view name;  // as the command line spells it
  std::string_view model;
  std::string_view source;
  bool without_labels;  // whether it predicts a pool of which no row has a label
  bool weights_alone;   // whether it then predicts by the weights alone, as explanation.h divides them among columns
  // What it keeps of past tasks beside the weights (LearnedModel::kept), as JSON; null where that is nothing.
  std::string (*learn)(const FeaturePlan& plan, const std::vector<Task>& tasks);
  // `labels` by row, or empty. Throws core::Error where it cannot do without labels and there are no two different
  // ones.
  Prediction (*predict)(const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values,
                        const std::vector<std::optional<double>>& labels);
};

// In the order of methods.def.
const std::vector<Method>& learned_methods();
// Throws core::UsageError with the valid names.
const Method& find_method(std::string_view name);

}  // namespace zeroth::ensemble
