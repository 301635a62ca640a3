// Rank product: the geometric mean of a row's places, 1 the best. Where log_rank punishes one low rank, this rewards
// one high rank. Given as minus its logarithm, which orders alike.
#include <cmath>

#include "ensemble/label_free.h"

namespace zeroth::ensemble {

LabelFree ensemble_geometric() {
  return {"geometric", "-mean ln(n + 1 - r)", "Breitling et al., Rank products, FEBS Letters 573, 2004",
          [](double rank, double rows) { return -std::log(rows + 1.0 - rank); }, nullptr};
}

}  // namespace zeroth::ensemble
