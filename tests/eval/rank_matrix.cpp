#include "eval/rank_matrix.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "core/ranks.h"
#include "eval/rank_statistics.h"

using zeroth::core::Stream;
using zeroth::eval::Conditional;
using zeroth::eval::conditionals;
using zeroth::eval::FailedPolicy;
using zeroth::eval::rank_correlation;
using zeroth::eval::rank_matrix;
using zeroth::eval::RankMatrix;
using zeroth::eval::ScoreColumn;

namespace {

std::vector<ScoreColumn> random_columns(size_t count, size_t rows) {
  std::vector<ScoreColumn> columns;
  std::vector<double> common(rows), own(rows);
  Stream(3, "common").fill_normal(common.data(), rows, 1);
  for (size_t i = 0; i < count; ++i) {
    Stream(3, "own", i).fill_normal(own.data(), rows, 1);
    columns.push_back({std::to_string(i), {}});
    for (size_t row = 0; row < rows; ++row) {
      // Rounded, for ties.
      columns.back().values.emplace_back(std::round(4 * (own[row] + 0.3 * static_cast<double>(i) * common[row])));
    }
  }
  return columns;
}

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

// What is left of `vector` beside the (independent) directions of `given`: Gram and Schmidt.
Vector residual(Vector vector, std::vector<Vector> given) {
  const auto remove = [](Vector& from, const Vector& direction) {
    const double share = dot(from, direction) / dot(direction, direction);
    for (size_t row = 0; row < from.size(); ++row) from[row] -= share * direction[row];
  };
  for (size_t i = 0; i < given.size(); ++i) {
    for (size_t j = 0; j < i; ++j) remove(given[i], given[j]);
    remove(vector, given[i]);
  }
  return vector;
}

Vector centred_ranks(const ScoreColumn& column) {
  Vector ranks = zeroth::core::ranks_with_failures(column.values);
  for (double& rank : ranks) rank -= (static_cast<double>(ranks.size()) + 1) / 2;
  return ranks;
}

}  // namespace

TEST_CASE("The matrix holds Spearman of each pair of columns") {
  std::vector<ScoreColumn> columns = random_columns(4, 60);
  columns[1].values[7] = columns[2].values[9] = std::nullopt;
  const RankMatrix dropped = rank_matrix(columns, FailedPolicy::kDropped);
  const RankMatrix bottom = rank_matrix(columns, FailedPolicy::kBottom);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      std::vector<double> x, y, x_bottom, y_bottom;
      for (size_t row = 0; row < 60; ++row) {
        x_bottom.push_back(columns[i].values[row].value_or(-1e9));
        y_bottom.push_back(columns[j].values[row].value_or(-1e9));
        if (!columns[i].values[row] || !columns[j].values[row]) continue;
        x.push_back(*columns[i].values[row]);
        y.push_back(*columns[j].values[row]);
      }
      CHECK(*dropped.at(i, j) == Approx(*rank_correlation(x, y).spearman).margin(1e-12));
      CHECK(*bottom.at(i, j) == Approx(*rank_correlation(x_bottom, y_bottom).spearman).margin(1e-12));
      CHECK(*bottom.at(i, j) == *bottom.at(j, i));
    }
    CHECK(*bottom.at(i, i) == 1);
  }
}

TEST_CASE("What a column adds given one other equals the formula of Kendall") {
  const std::vector<ScoreColumn> columns = random_columns(3, 80);
  const RankMatrix matrix = rank_matrix(columns, FailedPolicy::kBottom);
  const double xz = *matrix.at(0, 1), xy = *matrix.at(0, 2), zy = *matrix.at(1, 2);
  const Conditional first = conditionals(matrix)[0];
  CHECK(*first.partial == Approx((xy - xz * zy) / std::sqrt((1 - xz * xz) * (1 - zy * zy))).margin(1e-12));
  // The multiple correlation with both, less the share that the other explains alone.
  CHECK(*first.gain == Approx((xy * xy + zy * zy - 2 * xy * zy * xz) / (1 - xz * xz) - zy * zy).margin(1e-12));
}

TEST_CASE("Conditional numbers equal those of residuals of least squares") {
  const std::vector<ScoreColumn> columns = random_columns(6, 120);
  std::vector<Vector> ranks;
  for (const ScoreColumn& column : columns) ranks.push_back(centred_ranks(column));
  const Vector target = ranks.back();
  ranks.pop_back();
  const std::vector<Conditional> given = conditionals(rank_matrix(columns, FailedPolicy::kBottom));
  REQUIRE(given.size() == ranks.size());
  const Vector unexplained = residual(target, ranks);
  for (size_t i = 0; i < ranks.size(); ++i) {
    std::vector<Vector> others = ranks;
    others.erase(others.begin() + static_cast<ptrdiff_t>(i));
    const Vector x = residual(ranks[i], others), y = residual(target, others);
    CHECK(*given[i].partial == Approx(dot(x, y) / std::sqrt(dot(x, x) * dot(y, y))).margin(1e-10));
    const double explained = dot(y, y) - dot(unexplained, unexplained);
    CHECK(*given[i].gain == Approx(explained / dot(target, target)).margin(1e-10));
  }
}

TEST_CASE("Columns in one order determine each other, and a constant column is left out") {
  std::vector<ScoreColumn> columns = random_columns(3, 50);
  ScoreColumn copy{"copy", {}}, constant{"constant", std::vector<std::optional<double>>(50, 1.0)};
  for (const auto& value : columns[0].values) copy.values.emplace_back(std::exp(*value / 10));
  const auto plain = conditionals(rank_matrix(columns, FailedPolicy::kBottom));
  columns.insert(columns.begin(), {constant, copy});
  const RankMatrix matrix = rank_matrix(columns, FailedPolicy::kBottom);
  CHECK_FALSE(matrix.at(0, 0));
  CHECK_FALSE(matrix.at(0, 1));
  CHECK(*matrix.at(1, 2) == 1);
  const auto given = conditionals(matrix);
  CHECK_FALSE(given[0].partial);
  CHECK_FALSE(given[1].partial);
  CHECK_FALSE(given[2].gain);
  CHECK(*given[3].partial == Approx(*plain[1].partial).margin(1e-9));
}
