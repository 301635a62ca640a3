#include "eval/pair_agreement.h"

#include <cmath>
#include <numeric>

#include "eval/count_tree.h"

namespace zeroth::eval {
namespace {

// For each place, the pairs with another row that x and y order alike, minus those that they order differently. Twice
// their number is below 2^63, so that sums over them are exact. Rows with a greater x are those of the whole column
// without the ones that went before and the ones tied with it, so that one sweep sees both sides.
std::vector<int64_t> balances(const PairedRanks& ranks) {
  const std::vector<uint32_t>&x = ranks.x().level, &y = ranks.y().level;
  const std::vector<int64_t> smaller_less_greater = centred_ranks(ranks.y().sizes);
  std::vector<int64_t> balance(x.size());
  CountTree seen(ranks.y().count());
  for (size_t first = 0; first < x.size();) {
    const size_t end = end_of_run(x, first, x.size());
    for (size_t begin = first; begin < end;) {
      const size_t next = end_of_run(y, begin, end);
      const uint32_t own = y[begin];
      const int64_t before = int64_t{seen.below(own)} + seen.up_to(own) - static_cast<int64_t>(first);
      const auto tied = static_cast<int64_t>(end - next) - static_cast<int64_t>(begin - first);
      for (; begin < next; ++begin) balance[begin] = 2 * before - smaller_less_greater[own] - tied;
    }
    for (; first < end; ++first) seen.add(y[first], 1);
  }
  return balance;
}

// A sum over pairs of (weight of one + weight of other) * sign is one over rows of weight * balance.
double weighted(const PairedRanks& ranks, const std::vector<int64_t>& balance, const std::vector<uint32_t>& order) {
  const Levels &x = ranks.x(), &y = ranks.y();
  const auto rows = static_cast<int64_t>(ranks.rows());
  double sum = 0, untied_x = 0, untied_y = 0;
  for (size_t position = 1; position <= order.size(); ++position) {
    const uint32_t k = order[order.size() - position];
    const double weight = 1 / static_cast<double>(position);
    sum += weight * static_cast<double>(balance[k]);
    untied_x += weight * static_cast<double>(rows - x.sizes[x.level[k]]);
    untied_y += weight * static_cast<double>(rows - y.sizes[y.level[k]]);
  }
  return sum / std::sqrt(untied_x * untied_y);
}

}  // namespace

PairAgreement pair_agreement(const PairedRanks& ranks) {
  if (ranks.y().count() < 2) return {};
  const std::vector<int64_t> balance = balances(ranks);
  PairAgreement agreement;
  int64_t different = 0;  // ordered pairs with different y
  for (const int64_t size : ranks.y().sizes) different += size * (static_cast<int64_t>(ranks.rows()) - size);
  const int64_t sum = std::accumulate(balance.begin(), balance.end(), int64_t{0});
  agreement.pairwise_accuracy = (1 + static_cast<double>(sum) / static_cast<double>(different)) / 2;
  if (ranks.x().count() < 2) return agreement;

  std::vector<uint32_t> by_x(ranks.rows());
  std::iota(by_x.begin(), by_x.end(), 0U);
  agreement.weighted_kendall =
      (weighted(ranks, balance, by_x) + weighted(ranks, balance, ordered_by(ranks.y(), by_x))) / 2;
  return agreement;
}

}  // namespace zeroth::eval
