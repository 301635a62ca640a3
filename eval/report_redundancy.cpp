#include "eval/report_redundancy.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/ranks.h"

namespace zeroth::eval {
namespace {

using Matrix = std::vector<std::vector<double>>;

// Ranks moved and scaled to mean 0 and norm 1: Spearman is then a dot product. Empty where all cells are equal.
std::vector<double> unit_ranks(const ScoreColumn& column) {
  std::vector<double> ranks = core::ranks_with_failures(column.values);
  const double mean = 0.5 * (static_cast<double>(ranks.size()) + 1.0);
  double squares = 0;
  for (double& rank : ranks) {
    rank -= mean;
    squares += rank * rank;
  }
  if (squares == 0) return {};
  for (double& rank : ranks) rank /= std::sqrt(squares);
  return ranks;
}

std::vector<size_t> chain(const Matrix& spearman) {
  const size_t columns = spearman.size();
  const auto likeness = [&](size_t column) {
    double sum = 0;
    for (const double value : spearman[column]) sum += std::abs(value);
    return sum;
  };
  std::vector<size_t> order(columns);
  std::iota(order.begin(), order.end(), size_t{0});
  for (size_t place = 0; place < columns; ++place) {
    const auto score = [&](size_t column) {
      return place == 0 ? likeness(column) : std::abs(spearman[order[place - 1]][column]);
    };
    // Of equally good ones the earlier column.
    size_t best = place;
    for (size_t other = place + 1; other < columns; ++other) {
      const double a = score(order[other]), b = score(order[best]);
      if (a > b || (a == b && order[other] < order[best])) best = other;
    }
    std::swap(order[place], order[best]);
  }
  return order;
}

}  // namespace

Redundancy redundancy(const std::vector<ScoreColumn>& columns) {
  std::vector<std::string> names;
  Matrix ranks;
  for (const ScoreColumn& column : columns) {
    std::vector<double> unit = unit_ranks(column);
    if (unit.empty()) continue;
    names.push_back(column.name);
    ranks.push_back(std::move(unit));
  }
  Matrix spearman(names.size(), std::vector<double>(names.size(), 1.0));
  tbb::parallel_for(size_t{0}, names.size(), [&](size_t a) {
    for (size_t b = 0; b < a; ++b) {
      const double dot = std::inner_product(ranks[a].begin(), ranks[a].end(), ranks[b].begin(), 0.0);
      spearman[a][b] = spearman[b][a] = std::clamp(dot, -1.0, 1.0);
    }
  });
  Redundancy result;
  const std::vector<size_t> order = chain(spearman);
  for (const size_t a : order) {
    result.columns.push_back(names[a]);
    result.spearman.emplace_back();
    for (const size_t b : order) result.spearman.back().push_back(spearman[a][b]);
  }
  return result;
}

}  // namespace zeroth::eval
