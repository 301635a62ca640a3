// A Gaussian process on ranks: its mean is that of the learned weights, its linear kernel their prior covariance, so
// that with no smooth part it is the method bayes; the smooth part bends the score where labels ask for it.
#include <cmath>

#include "ensemble/gaussian_process.h"
#include "ensemble/method.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// What rows are compared by, a row's values side by side in a column.
struct Rows {
  MatrixXd features;  // (features, rows)
  MatrixXd ranks;     // (those that are ranks and differ in the pool, rows): rows' distance is their mean square
};

Rows rows_to_compare(const FeaturePlan& plan, const MatrixXd& features) {
  const auto families = static_cast<Index>(plan.families), columns = static_cast<Index>(plan.columns.size());
  std::vector<Index> differing;
  for (Index f = 0; f < 2 * families + columns; ++f) {
    const bool is_rank = f < families || f >= 2 * families;
    if (is_rank && features.col(f).cwiseAbs().maxCoeff() > 0.0) differing.push_back(f);
  }
  MatrixXd ranks(static_cast<Index>(differing.size()), features.rows());
  for (size_t i = 0; i < differing.size(); ++i) {
    ranks.row(static_cast<Index>(i)) =
        features.col(differing[i]).transpose() / std::sqrt(static_cast<double>(differing.size()));
  }
  return {features.transpose(), std::move(ranks)};
}

// Sums in one order for every row: products of matrices may differ in the last bit between equal rows, and break ties.
double squared_distance(const MatrixXd& ranks, Index a, Index b) {
  double sum = 0.0;
  for (Index f = 0; f < ranks.rows(); ++f) {
    const double difference = ranks(f, a) - ranks(f, b);
    sum += difference * difference;
  }
  return sum;
}

double product(const MatrixXd& a, Index of_a, const MatrixXd& b, Index of_b) {
  double sum = 0.0;
  for (Index f = 0; f < a.rows(); ++f) sum += a(f, of_a) * b(f, of_b);
  return sum;
}

Prediction predict_by_process(const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values,
                              const std::vector<std::optional<double>>& labels) {
  const LabelledRows labelled = labelled_rows(labels);
  Features all = features(model.plan, columns, values);
  const Rows rows = rows_to_compare(model.plan, all.values);
  Prediction prediction = predict(model, std::move(all));
  MatrixXd covariance = model.prior.covariance;
  covariance.diagonal() += model.prior.deviation;
  const auto count = static_cast<Index>(labelled.rows.size());
  MatrixXd projected(covariance.rows(), count);  // covariance times features of each labelled row
  for (Index i = 0; i < count; ++i) {
    projected.col(i) = covariance * rows.features.col(labelled.rows[static_cast<size_t>(i)]);
  }
  MatrixXd linear(count, count), distance(count, count);
  VectorXd residual(count);
  for (Index i = 0; i < count; ++i) {
    const Index row = labelled.rows[static_cast<size_t>(i)];
    residual[i] = labelled.target[i] - prediction.mean[row];
    for (Index j = 0; j < count; ++j) {
      linear(i, j) = product(projected, j, rows.features, row);
      distance(i, j) = squared_distance(rows.ranks, row, labelled.rows[static_cast<size_t>(j)]);
    }
  }
  const Kernel start{1.0, 0.1, 1.0, model.prior.noise};
  const GaussianProcess process(linear, distance, residual, most_likely_kernel(linear, distance, residual, start));
  VectorXd of_row(count), distances(count);
  for (Index row = 0; row < prediction.mean.size(); ++row) {
    for (Index i = 0; i < count; ++i) {
      of_row[i] = product(projected, i, rows.features, row);
      distances[i] = squared_distance(rows.ranks, row, labelled.rows[static_cast<size_t>(i)]);
    }
    const double own = rows.features.col(row).dot(covariance * rows.features.col(row));
    const GaussianProcess::Value value = process.at(of_row, distances, own);
    prediction.mean[row] += value.mean;
    prediction.deviation[row] = std::sqrt(value.variance + process.kernel().noise);
  }
  return prediction;
}

}  // namespace

Method method_gp() {
  return {"gp",
          "Gaussian process around the learned weights: their prior's kernel and a smooth one of rank distances",
          "Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006",
          false,
          false,
          nullptr,
          predict_by_process};
}

}  // namespace zeroth::ensemble
