#include "eval/pearson.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace zeroth::eval {
namespace {

// Distances from the mean as parts of the largest value, so that squares of scores such as 1e200 do not overflow;
// empty where all values are equal.
struct Centred {
  std::vector<double> distances;
  double scale = 0;
};

Centred centred(const std::vector<double>& values) {
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) return {};
  Centred result{values, std::max(std::abs(*low), std::abs(*high))};
  double mean = 0;
  for (double& value : result.distances) mean += value /= result.scale;
  mean /= static_cast<double>(values.size());
  for (double& value : result.distances) value -= mean;
  return result;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

std::optional<double> pearson(const std::vector<double>& x, const std::vector<double>& y) {
  ZEROTH_CHECK(x.size() == y.size());
  const std::vector<double> a = centred(x).distances, b = centred(y).distances;
  if (a.empty() || b.empty()) return std::nullopt;
  const double size = std::sqrt(product(a, a)) * std::sqrt(product(b, b));
  if (size == 0) return std::nullopt;  // values that differ by less than their mean's rounding
  return std::clamp(product(a, b) / size, -1.0, 1.0);
}

double deviation(const std::vector<double>& values) {
  const Centred c = centred(values);
  if (c.distances.empty()) return 0;
  return c.scale * std::sqrt(product(c.distances, c.distances) / static_cast<double>(values.size()));
}

}  // namespace zeroth::eval
