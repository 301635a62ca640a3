// What a column of scores says of its own worth without any label: how many rows it cannot tell apart, and how far
// another initialisation would move them.
#pragma once

#include <optional>
#include <vector>

#include "eval/levels.h"

namespace zeroth::eval {

struct Stability {
  // Share of the pairs of rows with one score, and of the rows that share the highest score with another.
  std::optional<double> tied_pairs, tied_top;
  // Mean standard error of a score over initialisations, in parts of the scores' deviation over architectures.
  std::optional<double> seed_spread;
  // The same by rank, whatever the scale: the mean share of the other rows whose score differs from a row's by its
  // standard error at most, equal scores not counted. 0 = initialisations change no order, 1 = the order is noise.
  std::optional<double> rank_spread;
};

// Failed scores are in no number: `levels` are those of the others, or of all scores with the failed ones at the
// bottom. `standard_errors` is empty where there are none, else one for each score. O(levels), and O(n log n) with
// errors.
Stability stability(const Levels& levels, const std::vector<std::optional<double>>& scores,
                    const std::vector<std::optional<double>>& standard_errors);

}  // namespace zeroth::eval
