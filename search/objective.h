// What a search maximises: a function of the columns of a pool of evaluations.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "ensemble/label_free.h"

namespace zeroth::search {

struct Objective {
  std::string text;                  // for people, and for the manifest: "log_rank of a, b"
  std::vector<std::string> columns;  // what it reads
  // By row of a pool, given the values of `columns` there: larger is better, kWorst without a value, never NaN. May
  // depend on the other rows. A row's value does not depend on the order of the rows.
  std::function<Eigen::VectorXd(const ensemble::Columns& values)> values;
};

// The column itself, or minus it.
Objective column_objective(const std::string& column, double sign = 1.0);
// A label-free ensemble of the columns, among the rows of the pool.
Objective ensemble_objective(const ensemble::LabelFree& ensemble, const std::vector<std::string>& columns);

}  // namespace zeroth::search
