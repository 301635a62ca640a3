#include "eval/report_redundancy.h"

#include <algorithm>
#include <cmath>

namespace zeroth::eval {
namespace {

// The columns with something to rank, neighbours alike.
std::vector<size_t> chain(const RankMatrix& spearman) {
  const auto likeness = [&](size_t column) {
    double sum = 0;
    for (size_t other = 0; other < spearman.size(); ++other) sum += std::abs(spearman.at(column, other).value_or(0));
    return sum;
  };
  std::vector<size_t> order;
  for (size_t column = 0; column < spearman.size(); ++column) {
    if (spearman.at(column, column)) order.push_back(column);
  }
  for (size_t place = 0; place < order.size(); ++place) {
    const auto score = [&](size_t column) {
      return place == 0 ? likeness(column) : std::abs(spearman.at(order[place - 1], column).value_or(0));
    };
    // Of equally good ones the earlier column.
    size_t best = place;
    for (size_t other = place + 1; other < order.size(); ++other) {
      const double a = score(order[other]), b = score(order[best]);
      if (a > b || (a == b && order[other] < order[best])) best = other;
    }
    std::swap(order[place], order[best]);
  }
  return order;
}

}  // namespace

Redundancy redundancy(const std::vector<ScoreColumn>& columns, const std::vector<Coverage>& covered) {
  const RankMatrix spearman = rank_matrix(columns, FailedPolicy::kBottom, covered);
  Redundancy result;
  const std::vector<size_t> order = chain(spearman);
  for (const size_t a : order) {
    result.columns.push_back(spearman.columns[a]);
    result.spearman.emplace_back();
    for (const size_t b : order) result.spearman.back().push_back(spearman.at(a, b));
  }
  return result;
}

}  // namespace zeroth::eval
