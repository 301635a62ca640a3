#include "ensemble/log_rank.h"

#include <cmath>

#include "ensemble/label_free.h"

namespace zeroth::ensemble {

LabelFree ensemble_log_rank() {
  return {"log_rank", "mean ln(r / n)", "Lee and Ham, AZ-NAS, CVPR 2024, arXiv:2403.19232, who take the sum",
          [](const Eigen::ArrayXXd& ranks) {
            const auto rows = static_cast<double>(ranks.rows());
            return mean_over_columns(ranks, [rows](double rank) { return std::log(rank / rows); });
          }};
}

Eigen::VectorXd mean_log_rank(const std::vector<std::vector<std::optional<double>>>& columns) {
  return combine(ensemble_log_rank(), columns);
}

}  // namespace zeroth::ensemble
