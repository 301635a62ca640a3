// Whom `zeroth confirm` trains: the best of a table or the first of a list, and baselines beside them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/confirm/confirm.h"

namespace zeroth::cli {

struct EntrantOptions {
  std::string file;  // a score table, its FILE.ranked.csv, or a list; "-" is a list on standard input
  int64_t top = 8;
  bool baselines = true;  // the ResNet-like cell where the space has one, and the most live parameters in the file
  int64_t random = 0;     // drawn architectures
  uint64_t seed = 0;      // of the draw
};

struct Entrants {
  std::vector<search::Entrant> list;  // candidates best first, then baselines
  std::string order;                  // how the candidates were put in order, for a reader
};

// The candidates are the first `top` architectures that compute different functions. An architecture that is a baseline
// as well is one entrant with both roles. Throws core::UsageError for an option, core::Error for a file.
Entrants choose_entrants(const spaces::SearchSpace& space, const EntrantOptions& options);

}  // namespace zeroth::cli
