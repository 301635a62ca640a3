// All that a search has asked for, in order.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "spaces/search_space.h"

namespace zeroth::search {

// The objective of what is infeasible or has no value.
constexpr double kWorst = -std::numeric_limits<double>::infinity();

struct Entry {
  spaces::Architecture architecture;
  std::string text;  // in the space's notation
  size_t batch = 0;
  int fidelity = 0;                           // 0 is the cheapest
  bool partial = false;                       // a step of the strategy, such as a supernet, and no result
  bool feasible = true;                       // keeps the constraints; what does not is never evaluated
  std::vector<std::optional<double>> values;  // by column
  std::string status = "ok";                  // or why values are missing
  // By objective, larger is better; never NaN. Where objectives are ranks they are ranks among the evaluated entries of
  // the same fidelity so far, and move as those grow: look them up when you compare, do not keep them.
  std::vector<double> objectives;

  bool is_result() const { return feasible && !partial; }
};

struct History {
  std::vector<std::string> columns;  // what an evaluation returns, by name
  std::vector<Entry> entries;
};

}  // namespace zeroth::search
