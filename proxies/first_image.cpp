#include "proxies/first_image.h"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& symmetric) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(symmetric, Eigen::EigenvaluesOnly).eigenvalues();
}

}  // namespace

std::vector<int> returning_modules(const nn::Network& network) {
  const auto& nodes = network.graph().nodes();
  std::vector<int> modules(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i) {
    modules[static_cast<size_t>(network.executed(static_cast<int>(i)))] += nodes[i].modules;
  }
  return modules;
}

Eigen::MatrixXd first_map(const torch::Tensor& value) {
  const int64_t height = value.dim() > 2 ? value.size(2) : 1, width = value.dim() > 3 ? value.size(3) : 1;
  const int64_t down = value.dim() > 2 ? value.stride(2) : 0, right = value.dim() > 3 ? value.stride(3) : 0;
  Eigen::MatrixXd map(value.size(1), height * width);
  with_elements(value, [&](const auto* x) {
    for (int64_t row = 0; row < height; ++row) {
      for (int64_t column = 0; column < width; ++column) {
        const auto* pixel = x + row * down + column * right;
        for (int64_t c = 0; c < value.size(1); ++c) {
          map(c, row * width + column) = static_cast<double>(pixel[c * value.stride(1)]);
        }
      }
    }
  });
  return map;
}

Eigen::MatrixXd row_correlation_or_zero(const Eigen::MatrixXd& rows) {
  const Eigen::MatrixXd centred = rows.colwise() - rows.rowwise().mean();
  Eigen::MatrixXd correlation = centred * centred.transpose();
  Eigen::VectorXd scale = correlation.diagonal().cwiseSqrt().cwiseInverse();
  for (Eigen::Index i = 0; i < scale.size(); ++i) {
    if (!std::isfinite(scale[i])) scale[i] = 0.0;
  }
  correlation = scale.asDiagonal() * correlation * scale.asDiagonal();
  return correlation.array().isFinite().select(correlation, 0.0);
}

double smallest_correlation_eigenvalue(const Eigen::MatrixXd& rows) {
  // Centred rows of so many entries span one dimension less.
  if (rows.cols() <= rows.rows()) return 0.0;
  return eigenvalues(row_correlation_or_zero(rows)).minCoeff();
}

Eigen::VectorXd squared_singular_values(const Eigen::MatrixXd& matrix) {
  if (matrix.cols() < matrix.rows()) return eigenvalues(matrix.transpose() * matrix);
  return eigenvalues(matrix * matrix.transpose());
}

}  // namespace zeroth::proxies
