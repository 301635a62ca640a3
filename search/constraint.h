// Limits on what an architecture may cost: "params<=5e6, macs<=600e6".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "search/costs.h"

namespace zeroth::search {

struct Constraint {
  Cost cost;
  bool at_most;  // or at least
  double bound;
};

// Constraints joined by commas: a cost, <= or >=, a number. Throws core::UsageError that names the part it cannot read.
std::vector<Constraint> parse_constraints(std::string_view text);
// As parse_constraints() reads it.
std::string text_of(const Constraint& constraint);

// Which constraints an architecture breaks and by what, "macs 153.27e6 > 100e6"; empty where it keeps all. A cost
// without a value breaks its constraint.
std::string broken(const std::vector<Constraint>& constraints, const CostModel& costs,
                   const spaces::Architecture& architecture);

}  // namespace zeroth::search
