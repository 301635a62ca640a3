#include "eval/pair_agreement.h"

#include <cmath>
#include <numeric>

#include "eval/count_tree.h"

namespace zeroth::eval {
namespace {

using Levels = std::vector<uint32_t>;
using Sizes = std::vector<int64_t>;  // rows by level

Sizes sizes_of(const Levels& level, size_t levels) {
  Sizes sizes(levels, 0);
  for (const uint32_t l : level) ++sizes[l];
  return sizes;
}

// The place after the last of those that follow `begin` and have its level.
size_t end_of_run(const Levels& level, size_t begin, size_t end) {
  size_t next = begin;
  while (next < end && level[next] == level[begin]) ++next;
  return next;
}

// By level of y: rows of greater levels minus rows of smaller ones.
std::vector<int64_t> tilts(const Sizes& sizes, size_t rows) {
  std::vector<int64_t> tilt(sizes.size());
  int64_t smaller = 0;
  for (size_t l = 0; l < sizes.size(); ++l) {
    tilt[l] = static_cast<int64_t>(rows) - sizes[l] - 2 * smaller;
    smaller += sizes[l];
  }
  return tilt;
}

// For each place, the pairs with another row that x and y order alike, minus those that they order differently. Twice
// their number is below 2^63, so that sums over them are exact. Rows with a greater x are those of the whole column
// without the ones that went before and the ones tied with it, so that one sweep sees both sides.
std::vector<int64_t> balances(const PairedRanks& ranks, const Sizes& y_sizes) {
  const Levels &x = ranks.x_level(), &y = ranks.y_level();
  const std::vector<int64_t> tilt = tilts(y_sizes, y.size());
  std::vector<int64_t> balance(x.size());
  CountTree seen(ranks.y_levels());
  for (size_t first = 0; first < x.size();) {
    const size_t end = end_of_run(x, first, x.size());
    for (size_t begin = first; begin < end;) {
      const size_t next = end_of_run(y, begin, end);
      const uint32_t own = y[begin];
      const int64_t before = int64_t{seen.below(own)} + seen.up_to(own) - static_cast<int64_t>(first);
      const auto tied = static_cast<int64_t>(end - next) - static_cast<int64_t>(begin - first);
      for (; begin < next; ++begin) balance[begin] = 2 * before + tilt[own] - tied;
    }
    for (; first < end; ++first) seen.add(y[first], 1);
  }
  return balance;
}

// The places in the order of y, equal ones in the order of x.
std::vector<uint32_t> order_by_y(const PairedRanks& ranks, const Sizes& y_sizes) {
  const Levels& y = ranks.y_level();
  std::vector<int64_t> next(y_sizes.size(), 0);
  std::partial_sum(y_sizes.begin(), y_sizes.end() - 1, next.begin() + 1);
  std::vector<uint32_t> order(y.size());
  for (uint32_t k = 0; k < y.size(); ++k) order[static_cast<size_t>(next[y[k]]++)] = k;
  return order;
}

// A sum over pairs of (weight of one + weight of other) * sign is one over rows of weight * balance.
double weighted(const PairedRanks& ranks, const Sizes& x_sizes, const Sizes& y_sizes,
                const std::vector<int64_t>& balance, const std::vector<uint32_t>& order) {
  const Levels &x = ranks.x_level(), &y = ranks.y_level();
  const auto rows = static_cast<int64_t>(x.size());
  double sum = 0, untied_x = 0, untied_y = 0;
  for (size_t position = 1; position <= order.size(); ++position) {
    const uint32_t k = order[order.size() - position];
    const double weight = 1 / static_cast<double>(position);
    sum += weight * static_cast<double>(balance[k]);
    untied_x += weight * static_cast<double>(rows - x_sizes[x[k]]);
    untied_y += weight * static_cast<double>(rows - y_sizes[y[k]]);
  }
  return sum / std::sqrt(untied_x * untied_y);
}

}  // namespace

PairAgreement pair_agreement(const PairedRanks& ranks) {
  if (ranks.y_levels() < 2) return {};
  const Sizes y_sizes = sizes_of(ranks.y_level(), ranks.y_levels());
  const std::vector<int64_t> balance = balances(ranks, y_sizes);
  PairAgreement agreement;
  int64_t different = 0;  // ordered pairs with different y
  for (const int64_t size : y_sizes) {
    different += size * (static_cast<int64_t>(ranks.rows()) - size);
  }
  const int64_t sum = std::accumulate(balance.begin(), balance.end(), int64_t{0});
  agreement.pairwise_accuracy = (1 + static_cast<double>(sum) / static_cast<double>(different)) / 2;
  if (ranks.x_levels() < 2) return agreement;

  const Sizes x_sizes = sizes_of(ranks.x_level(), ranks.x_levels());
  std::vector<uint32_t> by_x(ranks.rows());
  std::iota(by_x.begin(), by_x.end(), 0U);
  agreement.weighted_kendall = (weighted(ranks, x_sizes, y_sizes, balance, by_x) +
                                weighted(ranks, x_sizes, y_sizes, balance, order_by_y(ranks, y_sizes))) /
                               2;
  return agreement;
}

}  // namespace zeroth::eval
