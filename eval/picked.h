// Some entries of a vector, by their places.
#pragma once

#include <vector>

namespace zeroth::eval {

template <typename T, typename Place>
std::vector<T> picked(const std::vector<T>& values, const std::vector<Place>& places) {
  std::vector<T> result;
  result.reserve(places.size());
  for (const Place place : places) result.push_back(values[place]);
  return result;
}

}  // namespace zeroth::eval
