// Rank product: the geometric mean of a row's places, 1 the best. Where log_rank punishes one low rank, this rewards
// one high rank. Given as minus its logarithm, which orders alike.
#include <cmath>

#include "ensemble/label_free.h"

namespace zeroth::ensemble {

LabelFree ensemble_geometric() {
  return {"geometric", "-mean ln(n + 1 - r)", "Breitling et al., Rank products, FEBS Letters 573, 2004",
          [](const Eigen::ArrayXXd& ranks) {
            const auto last = static_cast<double>(ranks.rows()) + 1.0;
            return mean_over_columns(ranks, [last](double rank) { return -std::log(last - rank); });
          }};
}

}  // namespace zeroth::ensemble
