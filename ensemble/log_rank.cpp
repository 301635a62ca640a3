#include "ensemble/log_rank.h"

#include <cmath>

#include "ensemble/label_free.h"

namespace zeroth::ensemble {

LabelFree ensemble_log_rank() {
  return {"log_rank", "mean ln(r / n)", "Lee and Ham, AZ-NAS, CVPR 2024, arXiv:2403.19232, who take the sum",
          [](double rank, double rows) { return std::log(rank / rows); }, nullptr};
}

Eigen::VectorXd mean_log_rank(const std::vector<std::vector<std::optional<double>>>& columns) {
  return combine(ensemble_log_rank(), columns);
}

}  // namespace zeroth::ensemble
