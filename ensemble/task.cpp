#include "ensemble/task.h"

#include <algorithm>
#include <map>

#include "core/ranks.h"

namespace zeroth::ensemble {
namespace {

// TransNAS micro is NAS-Bench-201's cell without pooling; the NDS spaces are DARTS with other operations.
const std::map<std::string, std::string> kGroups = {{"nasbench201", "nasbench201+transnas101-micro"},
                                                    {"transnas101-micro", "nasbench201+transnas101-micro"},
                                                    {"nasbench-macro", "mobile"},
                                                    {"accel-nasbench", "mobile"},
                                                    {"fbnet", "mobile"},
                                                    {"ofa", "mobile"},
                                                    {"proxylessnas", "mobile"},
                                                    {"darts", "darts"},
                                                    {"nds-enas", "darts"},
                                                    {"nds-amoeba", "darts"},
                                                    {"nds-pnas", "darts"},
                                                    {"nds-nasnet", "darts"},
                                                    {"autoformer", "transformers"},
                                                    {"pit", "transformers"},
                                                    {"bert", "transformers"}};

// Ranks with mean 0 and norm 1; all 0 where the values tie.
Eigen::VectorXd normalised_ranks(const std::vector<double>& values) {
  const std::vector<double> of_values = core::ranks(values);
  Eigen::VectorXd ranks = Eigen::Map<const Eigen::VectorXd>(of_values.data(), static_cast<Eigen::Index>(values.size()));
  if (values.empty()) return ranks;
  ranks.array() -= ranks.mean();
  const double norm = ranks.norm();
  return norm > 0.0 ? Eigen::VectorXd(ranks / norm) : ranks;
}

}  // namespace

double spearman(const Eigen::VectorXd& score, const std::vector<double>& accuracy) {
  return normalised_ranks({score.data(), score.data() + score.size()}).dot(normalised_ranks(accuracy));
}

Eigen::VectorXd label_free_score(const LabelFree& ensemble, const Task& task) {
  if (task.directed.empty()) return Eigen::VectorXd::Zero(static_cast<Eigen::Index>(task.rows()));
  Columns columns;
  for (const size_t column : task.directed) columns.push_back(task.values[column]);
  return combine(ensemble, columns);
}

std::string space_group(const std::string& space) {
  const auto found = kGroups.find(space);
  return found == kGroups.end() ? space : found->second;
}

std::vector<double> task_weights(const std::vector<Task>& tasks) {
  std::vector<double> weights;
  for (const Task& task : tasks) {
    weights.push_back(1.0 / static_cast<double>(std::count_if(tasks.begin(), tasks.end(),
                                                              [&](const Task& t) { return t.space == task.space; })));
  }
  return weights;
}

}  // namespace zeroth::ensemble
