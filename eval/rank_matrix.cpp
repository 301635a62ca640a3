#include "eval/rank_matrix.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "eval/picked.h"

namespace zeroth::eval {
namespace {

using Ranks = std::vector<double>;  // centred, by row; empty for one value only
using Square = std::vector<std::vector<double>>;

Ranks ranks_of(const Levels& levels) {
  if (levels.count() < 2) return {};
  const std::vector<int64_t> of_level = centred_ranks(levels.sizes);
  return picked(std::vector<double>(of_level.begin(), of_level.end()), levels.level);
}

double product(const Ranks& a, const Ranks& b) {
  double sum = 0;
  for (size_t row = 0; row < a.size(); ++row) sum += a[row] * b[row];
  return sum;
}

std::optional<double> spearman(const Ranks& a, double a_square, const Ranks& b, double b_square) {
  if (a.empty() || b.empty()) return std::nullopt;
  return std::clamp(product(a, b) / std::sqrt(a_square * b_square), -1.0, 1.0);
}

// On these rows alone.
std::optional<double> spearman(const Levels& a, const Levels& b, const std::vector<uint32_t>& rows) {
  const Ranks x = ranks_of(restricted(a, rows)), y = ranks_of(restricted(b, rows));
  return spearman(x, product(x, x), y, product(y, y));
}

bool has_failed(const ScoreColumn& column) {
  return std::count(column.values.begin(), column.values.end(), std::nullopt) > 0;
}

// A column of which less than this share of its ranks' variance is left depends on the others: what is left is
// rounding.
constexpr double kDependent = 1e-9;

// Removes from all others what `column` explains of them (Goodnight, A tutorial on the SWEEP operator, The American
// Statistician 33(3), 1979).
void sweep(Square& left, size_t column) {
  const std::vector<double> own = left[column];
  const double variance = own[column];
  for (size_t i = 0; i < left.size(); ++i) {
    for (size_t j = 0; j < left.size(); ++j) left[i][j] -= own[i] * own[j] / variance;
  }
}

Conditional conditional(const Square& correlations, size_t column) {
  const size_t target = correlations.size() - 1;
  Square left = correlations;
  for (size_t other = 0; other < target; ++other) {
    if (other != column && left[other][other] > kDependent) sweep(left, other);
  }
  if (left[column][column] < kDependent || left[target][target] < kDependent) return {};
  const double covariance = left[column][target];
  const double partial = covariance / std::sqrt(left[column][column] * left[target][target]);
  return {std::clamp(partial, -1.0, 1.0), covariance * covariance / left[column][column]};
}

}  // namespace

RankMatrix rank_matrix(std::vector<std::string> names, const std::vector<Levels>& levels, const CountedRows& counted) {
  const size_t count = levels.size();
  ZEROTH_CHECK(names.size() == count);
  RankMatrix matrix;
  matrix.columns = std::move(names);
  matrix.values.resize(count * count);
  std::vector<Ranks> ranks(count);
  std::vector<double> squares(count);
  tbb::parallel_for(size_t{0}, count, [&](size_t i) {
    ranks[i] = ranks_of(levels[i]);
    squares[i] = product(ranks[i], ranks[i]);
  });
  tbb::parallel_for(size_t{0}, count, [&](size_t i) {
    for (size_t j = 0; j <= i; ++j) {
      const auto rows = counted ? counted(i, j) : std::nullopt;
      matrix.values[i * count + j] = matrix.values[j * count + i] =
          rows ? spearman(levels[i], levels[j], *rows) : spearman(ranks[i], squares[i], ranks[j], squares[j]);
    }
  });
  return matrix;
}

RankMatrix rank_matrix(const std::vector<ScoreColumn>& columns, FailedPolicy policy,
                       const std::vector<Coverage>& coverage) {
  const size_t count = columns.size();
  ZEROTH_CHECK(coverage.empty() || coverage.size() == count);
  std::vector<std::string> names;
  for (const ScoreColumn& column : columns) names.push_back(column.name);
  std::vector<Levels> levels(count);
  tbb::parallel_for(size_t{0}, count, [&](size_t i) { levels[i] = levels_of(with_failures(columns[i])); });

  std::vector<bool> whole(count);  // all rows count
  for (size_t i = 0; i < count; ++i) {
    const bool drops = policy == FailedPolicy::kDropped && has_failed(columns[i]);
    whole[i] = !drops && (coverage.empty() || coverage[i].empty());
  }
  const auto counts = [&](size_t i, size_t row) {
    if (policy == FailedPolicy::kDropped && !columns[i].values[row]) return false;
    return coverage.empty() || coverage[i].empty() || coverage[i][row];
  };
  return rank_matrix(std::move(names), levels, [&](size_t i, size_t j) -> std::optional<std::vector<uint32_t>> {
    if (whole[i] && whole[j]) return std::nullopt;
    std::vector<uint32_t> rows;
    for (uint32_t row = 0; row < columns[i].values.size(); ++row) {
      if (counts(i, row) && counts(j, row)) rows.push_back(row);
    }
    return rows;
  });
}

std::vector<Conditional> conditionals(const RankMatrix& matrix) {
  const size_t target = matrix.size() - 1;
  std::vector<Conditional> result(target);
  if (!matrix.at(target, target)) return result;
  std::vector<size_t> defined;
  for (size_t i = 0; i < matrix.size(); ++i) {
    if (matrix.at(i, i)) defined.push_back(i);
  }
  Square correlations;
  for (const size_t i : defined) {
    correlations.emplace_back();
    for (const size_t j : defined) correlations.back().push_back(*matrix.at(i, j));
  }
  tbb::parallel_for(size_t{0}, defined.size() - 1,
                    [&](size_t k) { result[defined[k]] = conditional(correlations, k); });
  return result;
}

}  // namespace zeroth::eval
