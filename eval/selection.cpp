#include "eval/selection.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/error.h"

namespace zeroth::eval {
namespace {

using Values = std::vector<double>;

double kth_largest(Values values, size_t k) {
  const auto place = values.begin() + static_cast<ptrdiff_t>(k - 1);
  std::nth_element(values.begin(), place, values.end(), std::greater<>());
  return *place;
}

// For each row the chance to be among the k largest when ties are broken by lot.
Values membership(const Values& values, size_t k) {
  const double threshold = kth_largest(values, k);
  const auto above = std::count_if(values.begin(), values.end(), [&](double value) { return value > threshold; });
  const auto tied = std::count(values.begin(), values.end(), threshold);
  const double chance = static_cast<double>(static_cast<ptrdiff_t>(k) - above) / static_cast<double>(tied);
  Values members;
  for (const double value : values) members.push_back(value > threshold ? 1 : value == threshold ? chance : 0);
  return members;
}

// The share of the other rows that an accuracy beats, half of those that it equals.
class Gains {
 public:
  explicit Gains(const Values& accuracy) : sorted_(accuracy) { std::sort(sorted_.begin(), sorted_.end()); }

  double of(double accuracy) const {
    const auto [first, last] = std::equal_range(sorted_.begin(), sorted_.end(), accuracy);
    const auto beaten = static_cast<double>(first - sorted_.begin()), equal = static_cast<double>(last - first - 1);
    return (beaten + equal / 2) / static_cast<double>(sorted_.size() - 1);
  }
  bool all_equal() const { return sorted_.front() == sorted_.back(); }

 private:
  Values sorted_;
};

struct Place {
  double order, gain;
};

// Of the first k in falling order of `order`.
double discounted_sum(const Values& order, const Values& accuracy, const Gains& gains, size_t k) {
  const double last = kth_largest(order, k);
  std::vector<Place> places;  // the first k and who shares the k-th place
  for (size_t row = 0; row < order.size(); ++row) {
    if (order[row] >= last) places.push_back({order[row], gains.of(accuracy[row])});
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

std::optional<double> discounted_gain(const Values& score, const Values& accuracy, size_t k) {
  const Gains gains(accuracy);
  if (gains.all_equal()) return std::nullopt;
  return discounted_sum(score, accuracy, gains, k) / discounted_sum(accuracy, accuracy, gains, k);
}

}  // namespace

double top_accuracy(const Values& score, const Values& accuracy) {
  const double highest = *std::max_element(score.begin(), score.end());
  double sum = 0;
  size_t tied = 0;
  for (size_t row = 0; row < score.size(); ++row) {
    if (score[row] != highest) continue;
    sum += accuracy[row];
    ++tied;
  }
  return sum / static_cast<double>(tied);
}

double best_of_top(const Values& score, const Values& accuracy, size_t k) {
  std::vector<size_t> order(score.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t length = std::min(k, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(length), order.end(),
                    [&](size_t a, size_t b) { return score[a] != score[b] ? score[a] > score[b] : a < b; });
  double best = accuracy[order.front()];
  for (size_t i = 1; i < length; ++i) best = std::max(best, accuracy[order[i]]);
  return best;
}

Selection selection(const Values& score, const Values& accuracy, size_t k) {
  ZEROTH_CHECK(score.size() == accuracy.size() && !score.empty() && k > 0);
  Selection result;
  result.k = std::min(k, score.size());
  result.best = best_of_top(score, accuracy, result.k);
  result.regret = *std::max_element(accuracy.begin(), accuracy.end()) - result.best;
  const Values chosen = membership(score, result.k), best = membership(accuracy, result.k);
  for (size_t row = 0; row < score.size(); ++row) result.precision += chosen[row] * best[row];
  result.precision /= static_cast<double>(result.k);
  result.discounted_gain = discounted_gain(score, accuracy, result.k);
  return result;
}

}  // namespace zeroth::eval
