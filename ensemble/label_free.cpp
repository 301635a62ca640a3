#include "ensemble/label_free.h"

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/ranks.h"

namespace zeroth::ensemble {
namespace {

// Eigen's own reductions and logarithms may differ in the last bit between rows that fill a vector register and the
// rest, and would break ties between equal rows.
Eigen::VectorXd mean_over_columns(const Eigen::ArrayXXd& ranks, double (*term)(double rank, double rows)) {
  const auto rows = static_cast<double>(ranks.rows());
  Eigen::VectorXd mean(ranks.rows());
  for (Eigen::Index row = 0; row < ranks.rows(); ++row) {
    double sum = 0.0;
    for (Eigen::Index column = 0; column < ranks.cols(); ++column) sum += term(ranks(row, column), rows);
    mean[row] = sum / static_cast<double>(ranks.cols());
  }
  return mean;
}

}  // namespace

#define ENSEMBLE(name) LabelFree ensemble_##name();
#include "ensemble/ensembles.def"
#undef ENSEMBLE

Eigen::ArrayXXd pool_ranks(const Columns& columns) {
  ZEROTH_CHECK(!columns.empty());
  const auto rows = static_cast<Eigen::Index>(columns[0].size());
  Eigen::ArrayXXd ranks(rows, static_cast<Eigen::Index>(columns.size()));
  Eigen::Index informative = 0;
  for (const auto& column : columns) {
    ZEROTH_CHECK(static_cast<Eigen::Index>(column.size()) == rows);
    const std::vector<double> of_column = core::ranks_with_failures(column);
    const Eigen::Map<const Eigen::ArrayXd> rank(of_column.data(), rows);
    if (rows > 0 && rank.maxCoeff() > rank.minCoeff()) ranks.col(informative++) = rank;
  }
  ranks.conservativeResize(Eigen::NoChange, informative);
  return ranks;
}

const std::vector<LabelFree>& label_free_ensembles() {
  static const std::vector<LabelFree> ensembles = {
#define ENSEMBLE(name) ensemble_##name(),
#include "ensemble/ensembles.def"
#undef ENSEMBLE
  };
  return ensembles;
}

const LabelFree& find_label_free(std::string_view name) {
  std::vector<std::string> known;
  for (const LabelFree& ensemble : label_free_ensembles()) {
    if (ensemble.name == name) return ensemble;
    known.emplace_back(ensemble.name);
  }
  throw core::UsageError(core::unknown_name("ensemble", name, known));
}

Eigen::VectorXd combine(const LabelFree& ensemble, const Columns& columns) {
  const Eigen::ArrayXXd ranks = pool_ranks(columns);
  if (ranks.cols() == 0) return Eigen::VectorXd::Zero(ranks.rows());
  return ensemble.term != nullptr ? mean_over_columns(ranks, ensemble.term) : ensemble.combine(ranks);
}

}  // namespace zeroth::ensemble
