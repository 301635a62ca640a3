#include "search/objective.h"

#include <fmt/format.h>

#include "core/error.h"
#include "search/history.h"

namespace zeroth::search {

Objective column_objective(const std::string& column, double sign) {
  Objective objective;
  objective.text = (sign < 0 ? "-" : "") + column;
  objective.columns = {column};
  objective.values = [sign](const ensemble::Columns& values) {
    Eigen::VectorXd found(static_cast<Eigen::Index>(values[0].size()));
    for (Eigen::Index row = 0; row < found.size(); ++row) {
      const std::optional<double>& value = values[0][static_cast<size_t>(row)];
      found[row] = value ? sign * *value : kWorst;
    }
    return found;
  };
  return objective;
}

Objective ensemble_objective(const ensemble::LabelFree& ensemble, const std::vector<std::string>& columns) {
  ZEROTH_CHECK(!columns.empty());
  Objective objective;
  objective.text = fmt::format("{} of {}", ensemble.name, fmt::join(columns, ", "));
  objective.columns = columns;
  objective.values = [&ensemble](const ensemble::Columns& values) { return ensemble::combine(ensemble, values); };
  return objective;
}

}  // namespace zeroth::search
