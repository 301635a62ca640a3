#include "proxies/first_image.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;

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

std::vector<bool> distinct_maps(const spaces::OpGraph& graph) {
  const auto& nodes = graph.nodes();
  std::vector<bool> distinct(nodes.size(), false);
  // Of a sum its terms, of anything else the first node that computes the same.
  std::vector<std::vector<size_t>> terms(nodes.size());
  std::map<std::vector<size_t>, size_t> first_sums;
  using Key = decltype(spaces::operator_key(nodes[0]));
  std::map<std::pair<Key, std::vector<size_t>>, size_t> first;
  const auto first_sum = [&first_sums](const std::vector<size_t>& sum, size_t node) {
    return first_sums.try_emplace(sum, node).first->second;
  };
  for (size_t i = 0; i < nodes.size(); ++i) {
    const spaces::OpNode& node = nodes[i];
    std::vector<size_t> read;
    for (const int operand : node.operands) {
      const auto at = static_cast<size_t>(operand);
      if (node.kind == OpKind::kAdd) {
        read.insert(read.end(), terms[at].begin(), terms[at].end());
        continue;
      }
      const size_t source = nodes[at].kind == OpKind::kAdd ? first_sum(terms[at], at) : terms[at].front();
      distinct[source] = true;
      read.push_back(source);
    }
    if (node.kind == OpKind::kAdd) {
      std::sort(read.begin(), read.end());
      terms[i] = std::move(read);
      continue;
    }
    const bool weightless = node.params.empty() && node.kind != OpKind::kInput;
    terms[i] = {weightless ? first.try_emplace({spaces::operator_key(node), read}, i).first->second : i};
    distinct[terms[i].front()] = true;
  }
  return distinct;
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
