#include "search/pareto.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/random.h"

namespace zeroth::search {
namespace {

// Coordinates on a coarse grid, so that ties and repeats are frequent.
std::vector<Point> random_points(size_t count, size_t objectives, uint64_t seed) {
  const core::Stream stream(seed, "points");
  std::vector<Point> points(count, Point(objectives));
  uint32_t next = 0;
  for (Point& point : points) {
    for (double& value : point) value = stream.below(8, next++);
  }
  return points;
}

// By the definition: what is left is peeled front by front.
std::vector<size_t> peeled(const std::vector<Point>& points) {
  std::vector<size_t> front(points.size(), points.size());
  for (size_t number = 0; number < points.size(); ++number) {
    std::vector<size_t> now;
    for (size_t i = 0; i < points.size(); ++i) {
      if (front[i] < number) continue;
      bool beaten = false;
      for (size_t j = 0; j < points.size(); ++j)
        beaten = beaten || (front[j] >= number && dominates(points[j], points[i]));
      if (!beaten) now.push_back(i);
    }
    for (const size_t i : now) front[i] = number;
  }
  return front;
}

// Points have whole coordinates from 0 to 7: counts the unit cubes that some point dominates.
double counted_volume(const std::vector<Point>& points, size_t objectives) {
  size_t cubes = 1, covered = 0;
  for (size_t i = 0; i < objectives; ++i) cubes *= 7;
  for (size_t cube = 0; cube < cubes; ++cube) {
    bool inside = false;
    for (const Point& point : points) {
      bool above = true;
      size_t rest = cube;
      for (size_t i = 0; i < objectives; ++i, rest /= 7) above = above && point[i] >= static_cast<double>(rest % 7 + 1);
      inside = inside || above;
    }
    covered += inside ? 1 : 0;
  }
  return static_cast<double>(covered);
}

}  // namespace

TEST_CASE("a point dominates one that is nowhere better and somewhere worse") {
  CHECK(dominates({2, 1}, {1, 1}));
  CHECK_FALSE(dominates({1, 1}, {1, 1}));
  CHECK_FALSE(dominates({2, 0}, {1, 1}));
}

TEST_CASE("fronts are those of their definition") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const size_t objectives : {1, 2, 3}) {
      const auto points = random_points(40, objectives, seed);
      CHECK(fronts(points) == peeled(points));
    }
  }
  CHECK(fronts({}).empty());
}

TEST_CASE("the hypervolume is the number of unit cubes that whole points dominate") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const size_t objectives : {1, 2, 3}) {
      const auto points = random_points(12, objectives, seed);
      CHECK(hypervolume(points, Point(objectives, 0.0)) == Approx(counted_volume(points, objectives)));
    }
  }
  CHECK(hypervolume({{3, 1}, {1, 2}}, {0, 0}) == 4.0);
  CHECK(hypervolume({{3, 1}, {1, 2}}, {0, 1}) == 1.0);  // the first adds nothing
  CHECK(hypervolume({}, {0, 0}) == 0.0);
}

TEST_CASE("crowding distances are shares of the range between neighbours") {
  const auto distance = crowding({{0, 4}, {1, 3}, {3, 1}, {4, 0}});
  CHECK(std::isinf(distance[0]));
  CHECK(distance[1] == Approx(0.75 + 0.75));
  CHECK(distance[2] == Approx(0.75 + 0.75));
  CHECK(std::isinf(distance[3]));
  // An objective without a finite range says nothing.
  const double lost = -std::numeric_limits<double>::infinity();
  CHECK(crowding({{lost, 0}, {1, 1}, {2, 2}})[1] == Approx(1.0));
}

}  // namespace zeroth::search
