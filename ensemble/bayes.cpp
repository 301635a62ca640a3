// The weights of learned.h as a method: the prior mean without labels, the posterior with them.
#include "ensemble/method.h"

namespace zeroth::ensemble {

Method method_bayes() {
  return {"bayes",
          "linear in ranks and log ranks, weights ~ N(mu of past tasks, their spread)",
          "Lindley and Smith, JRSS B 34, 1972",
          true,
          true,
          nullptr,
          [](const LearnedModel& model, const std::vector<std::string>& columns, const Columns& values,
             const std::vector<std::optional<double>>& labels) {
            return labels.empty() ? predict(model, columns, values) : predict(model, columns, values, labels);
          }};
}

}  // namespace zeroth::ensemble
