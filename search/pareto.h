// Several objectives at once, each larger is better: who dominates whom, how crowded a front is, how much it covers.
#pragma once

#include <cstddef>
#include <vector>

namespace zeroth::search {

using Point = std::vector<double>;  // by objective; all points of a set have the same length

// At least as good in every objective and better in one.
bool dominates(const Point& a, const Point& b);

// By point, the front that it is in: 0 for what nothing dominates, 1 for what only front 0 dominates, and so on.
// O(m n^2). Deb et al., IEEE TEC 6(2), 2002.
std::vector<size_t> fronts(const std::vector<Point>& points);

// By point of one front, the crowding distance of the same paper: the sum over objectives of the gap between its two
// neighbours as a share of the front's range; infinite at the ends. Objectives with an infinite range count nothing.
std::vector<double> crowding(const std::vector<Point>& front);

// The volume of what the points dominate and that itself dominates `reference`. Points that do not dominate it add
// nothing. Exact, by slicing along the last objective: O(n^m) at worst, for the two or three objectives of a search.
double hypervolume(const std::vector<Point>& points, const Point& reference);

}  // namespace zeroth::search
