// Tasks made up for tests: a hidden quality that some columns show and others do not.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "ensemble/task.h"

namespace zeroth::tests {

// Accuracy is the quality plus noise. Columns: good and twin (quality and noise, nearly equal to each other), noise
// (none of it), upside (a feature without direction, low where quality is high), flat (constant).
inline ensemble::Task made_task(const std::string& space, size_t rows, uint64_t seed) {
  ensemble::Task task;
  task.name = space + "/made";
  task.space = space;
  task.group = ensemble::space_group(space);
  task.columns = {"good", "twin", "noise", "upside", "flat"};
  task.directed = {0, 1, 2, 4};
  task.values.resize(5);
  std::vector<double> draws(6 * rows);
  core::Stream(seed, "made task").fill_normal(draws.data(), draws.size(), 1.0);
  const auto normal = [&](size_t row, size_t element) { return draws[6 * row + element]; };
  for (size_t row = 0; row < rows; ++row) {
    const double quality = normal(row, 0), good = quality + 0.5 * normal(row, 1);
    task.accuracy.push_back(90.0 + quality + 0.2 * normal(row, 2));
    task.values[0].push_back(good);
    task.values[1].push_back(std::exp(good + 0.05 * normal(row, 3)));
    task.values[2].push_back(normal(row, 4));
    task.values[3].push_back(-quality + 0.7 * normal(row, 5));
    task.values[4].push_back(3.0);
  }
  return task;
}

}  // namespace zeroth::tests
