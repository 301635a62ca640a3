// --constraint and --latency, for the commands that leave out what costs too much.
#pragma once

#include <string>
#include <vector>

#include "search/constraint.h"

namespace CLI {
class App;
}

namespace zeroth::cli {

struct LimitOptions {
  std::string constraints;  // as search::parse_constraints() reads them; empty: none
  std::string latency;      // as latency_source() reads it
};

void add_limit_options(CLI::App& command, LimitOptions& options);

// Constraints, and the costs that they are held against: those of networks of one shape, as written.
class Limits {
 public:
  // `others` are costs that will be asked for besides. The space must live as long. Throws core::UsageError for a
  // constraint that cannot be read, for a latency without a source and for a source that nothing asks, core::Error for
  // a table of latencies.
  Limits(const LimitOptions& options, const spaces::SearchSpace& space, const spaces::NetShape& shape,
         const std::vector<search::Cost>& others = {});

  const std::vector<search::Constraint>& constraints() const { return constraints_; }
  const search::CostModel& costs() const { return costs_; }
  // As search::broken(); also where a table of latencies lacks one of the network's operators. Where latency is
  // measured, to be asked by one thread at a time.
  std::string broken(const spaces::Architecture& architecture) const;

 private:
  const std::vector<search::Constraint> constraints_;
  const search::CostModel costs_;
};

}  // namespace zeroth::cli
