#include "search/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"

namespace zeroth::search {

bool dominates(const Point& a, const Point& b) {
  bool better = false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] < b[i]) return false;
    better = better || a[i] > b[i];
  }
  return better;
}

std::vector<size_t> fronts(const std::vector<Point>& points) {
  const size_t n = points.size();
  std::vector<std::vector<size_t>> dominated(n);  // by each point
  std::vector<size_t> dominators(n, 0);           // that are in no front yet
  for (size_t a = 0; a < n; ++a) {
    for (size_t b = 0; b < n; ++b) {
      if (!dominates(points[a], points[b])) continue;
      dominated[a].push_back(b);
      ++dominators[b];
    }
  }
  std::vector<size_t> front(n, 0), current, next;
  for (size_t i = 0; i < n; ++i) {
    if (dominators[i] == 0) current.push_back(i);
  }
  for (size_t number = 0; !current.empty(); ++number, current.swap(next)) {
    next.clear();
    for (const size_t a : current) {
      front[a] = number;
      for (const size_t b : dominated[a]) {
        if (--dominators[b] == 0) next.push_back(b);
      }
    }
  }
  return front;
}

std::vector<double> crowding(const std::vector<Point>& front) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> distance(front.size(), 0.0);
  if (front.empty()) return distance;
  std::vector<size_t> order(front.size());
  for (size_t objective = 0; objective < front[0].size(); ++objective) {
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return front[a][objective] < front[b][objective]; });
    distance[order.front()] = distance[order.back()] = kInfinity;
    const double range = front[order.back()][objective] - front[order.front()][objective];
    if (!(range > 0.0) || !std::isfinite(range)) continue;
    for (size_t i = 1; i + 1 < order.size(); ++i) {
      distance[order[i]] += (front[order[i + 1]][objective] - front[order[i - 1]][objective]) / range;
    }
  }
  return distance;
}

namespace {

// The volume in the first `dimensions` objectives of points that dominate the reference in them.
double volume(std::vector<const Point*> points, size_t dimensions, const Point& reference) {
  if (points.empty()) return 0.0;
  const size_t last = dimensions - 1;
  std::sort(points.begin(), points.end(), [last](const Point* a, const Point* b) { return (*a)[last] > (*b)[last]; });
  if (dimensions == 1) return (*points[0])[0] - reference[0];
  // Between the heights of two points in a row, what is covered is the cover of all points that are higher.
  double sum = 0.0;
  for (size_t i = 0; i < points.size(); ++i) {
    const double top = (*points[i])[last];
    const double bottom = i + 1 < points.size() ? (*points[i + 1])[last] : reference[last];
    if (top == bottom) continue;
    const std::vector<const Point*> higher(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    sum += (top - bottom) * volume(higher, last, reference);
  }
  return sum;
}

}  // namespace

double hypervolume(const std::vector<Point>& points, const Point& reference) {
  ZEROTH_CHECK(!reference.empty());
  std::vector<const Point*> inside;
  for (const Point& point : points) {
    ZEROTH_CHECK(point.size() == reference.size());
    bool above = true;
    for (size_t i = 0; i < point.size(); ++i) above = above && point[i] > reference[i];
    if (above) inside.push_back(&point);
  }
  return volume(std::move(inside), reference.size(), reference);
}

}  // namespace zeroth::search
