#include "eval/report_redundancy.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/ranks.h"

namespace zeroth::eval {
namespace {

using Matrix = std::vector<std::vector<std::optional<double>>>;
using Values = std::vector<std::optional<double>>;

// Ranks moved and scaled to mean 0 and norm 1: Spearman is then a dot product. Empty where all cells are equal.
std::vector<double> unit_ranks(const Values& values) {
  std::vector<double> ranks = core::ranks_with_failures(values);
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

std::optional<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  return std::clamp(std::inner_product(a.begin(), a.end(), b.begin(), 0.0), -1.0, 1.0);
}

// A column that has something to rank.
struct Ranked {
  const ScoreColumn* column;
  const std::vector<bool>* covered;  // empty: all rows
  std::vector<double> ranks;         // over the rows that it covers
};

bool covers(const Ranked& column, size_t row) { return column.covered->empty() || (*column.covered)[row]; }

std::optional<double> rank_agreement(const Ranked& a, const Ranked& b) {
  if (a.covered->empty() && b.covered->empty()) return product(a.ranks, b.ranks);
  Values x, y;
  for (size_t row = 0; row < a.column->values.size(); ++row) {
    if (!covers(a, row) || !covers(b, row)) continue;
    x.push_back(a.column->values[row]);
    y.push_back(b.column->values[row]);
  }
  return product(unit_ranks(x), unit_ranks(y));
}

std::vector<size_t> chain(const Matrix& spearman) {
  const size_t columns = spearman.size();
  const auto likeness = [&](size_t column) {
    double sum = 0;
    for (const auto& value : spearman[column]) sum += std::abs(value.value_or(0));
    return sum;
  };
  std::vector<size_t> order(columns);
  std::iota(order.begin(), order.end(), size_t{0});
  for (size_t place = 0; place < columns; ++place) {
    const auto score = [&](size_t column) {
      return place == 0 ? likeness(column) : std::abs(spearman[order[place - 1]][column].value_or(0));
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

Redundancy redundancy(const std::vector<ScoreColumn>& columns, const std::vector<std::vector<bool>>& covered) {
  ZEROTH_CHECK(covered.size() == columns.size());
  std::vector<Ranked> ranked;
  for (size_t c = 0; c < columns.size(); ++c) {
    Values values;
    for (size_t row = 0; row < columns[c].values.size(); ++row) {
      if (covered[c].empty() || covered[c][row]) values.push_back(columns[c].values[row]);
    }
    std::vector<double> ranks = unit_ranks(values);
    if (!ranks.empty()) ranked.push_back({&columns[c], &covered[c], std::move(ranks)});
  }
  Matrix spearman(ranked.size(), Values(ranked.size(), 1.0));
  tbb::parallel_for(size_t{0}, ranked.size(), [&](size_t a) {
    for (size_t b = 0; b < a; ++b) spearman[a][b] = spearman[b][a] = rank_agreement(ranked[a], ranked[b]);
  });
  Redundancy result;
  const std::vector<size_t> order = chain(spearman);
  for (const size_t a : order) {
    result.columns.push_back(ranked[a].column->name);
    result.spearman.emplace_back();
    for (const size_t b : order) result.spearman.back().push_back(spearman[a][b]);
  }
  return result;
}

}  // namespace zeroth::eval
