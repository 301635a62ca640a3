#include "eval/selection.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace zeroth::eval {
namespace {

// The level that the k-th largest row is of, and what those of this level have of the k places: the chance to be chosen
// when ties are broken by lot.
struct Cut {
  size_t level;
  double chance;

  double membership(uint32_t other) const { return other > level ? 1 : other == level ? chance : 0; }
};

Cut cut_at(const Levels& levels, size_t k) {
  size_t level = levels.count() - 1, above = 0;
  for (; above + levels.sizes[level] < k; --level) above += levels.sizes[level];
  return {level, static_cast<double>(k - above) / static_cast<double>(levels.sizes[level])};
}

// By level of accuracy, the share of the other rows that a row beats, half of those that it equals.
std::vector<double> gains_of(const Levels& accuracy) {
  std::vector<double> gains;
  size_t beaten = 0;
  for (const size_t size : accuracy.sizes) {
    const double equal = static_cast<double>(size - 1);
    gains.push_back((static_cast<double>(beaten) + equal / 2) / static_cast<double>(accuracy.level.size() - 1));
    beaten += size;
  }
  return gains;
}

struct Place {
  uint32_t order;
  double gain;
};

// Of the first k in falling order of `order`.
double discounted_sum(const Levels& order, const Levels& accuracy, const std::vector<double>& gains, size_t k) {
  const size_t last = cut_at(order, k).level;
  std::vector<Place> places;  // the first k and who shares the k-th place
  for (size_t row = 0; row < order.level.size(); ++row) {
    if (order.level[row] >= last) places.push_back({order.level[row], gains[accuracy.level[row]]});
  }
  // Equal ones by gain: the sum of their gains is then the same, to the bit, in any order of the rows.
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.order != b.order ? a.order > b.order : a.gain > b.gain; });
  double sum = 0;
  for (size_t first = 0; first < k;) {
    size_t end = first;
    double gain = 0;
    for (; end < places.size() && places[end].order == places[first].order; ++end) gain += places[end].gain;
    gain /= static_cast<double>(end - first);
    for (; first < std::min(end, k); ++first) sum += gain / std::log2(2.0 + static_cast<double>(first));
  }
  return sum;
}

std::optional<double> discounted_gain(const Levels& score, const Levels& accuracy, size_t k) {
  if (accuracy.count() < 2) return std::nullopt;
  const std::vector<double> gains = gains_of(accuracy);
  return discounted_sum(score, accuracy, gains, k) / discounted_sum(accuracy, accuracy, gains, k);
}

}  // namespace

double top_accuracy(const Levels& score, const std::vector<double>& accuracy) {
  double sum = 0;
  for (size_t row = 0; row < score.level.size(); ++row) {
    if (score.level[row] + 1 == score.count()) sum += accuracy[row];
  }
  return sum / static_cast<double>(score.sizes.back());
}

double best_of_top(const Levels& score, const std::vector<double>& accuracy, size_t k) {
  const size_t length = std::min(k, score.level.size()), last = cut_at(score, length).level;
  std::vector<size_t> top;  // the first k and who shares the k-th place, in the order of the rows
  for (size_t row = 0; row < score.level.size(); ++row) {
    if (score.level[row] >= last) top.push_back(row);
  }
  std::stable_sort(top.begin(), top.end(), [&](size_t a, size_t b) { return score.level[a] > score.level[b]; });
  double best = accuracy[top.front()];
  for (size_t i = 1; i < length; ++i) best = std::max(best, accuracy[top[i]]);
  return best;
}

Selection selection(const Levels& score, const Levels& accuracy_levels, const std::vector<double>& accuracy, size_t k) {
  ZEROTH_CHECK(score.level.size() == accuracy.size() && !accuracy.empty() && k > 0);
  Selection result;
  result.k = std::min(k, accuracy.size());
  result.best = best_of_top(score, accuracy, result.k);
  result.regret = *std::max_element(accuracy.begin(), accuracy.end()) - result.best;
  const Cut chosen = cut_at(score, result.k), best = cut_at(accuracy_levels, result.k);
  for (size_t row = 0; row < accuracy.size(); ++row) {
    result.precision += chosen.membership(score.level[row]) * best.membership(accuracy_levels.level[row]);
  }
  result.precision /= static_cast<double>(result.k);
  result.discounted_gain = discounted_gain(score, accuracy_levels, result.k);
  return result;
}

}  // namespace zeroth::eval
