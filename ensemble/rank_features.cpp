#include "ensemble/rank_features.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/ranks.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// To mean 0 and variance 1; 0 throughout where there is no variance.
void standardise(Eigen::Ref<VectorXd> values) {
  if (values.size() == 0) return;
  values.array() -= values.mean();
  const double deviation = std::sqrt(values.squaredNorm() / static_cast<double>(values.size()));
  if (deviation > 1e-12) {
    values /= deviation;
  } else {
    values.setZero();
  }
}

// (rank - 1/2) / n, turned where the sign says so.
VectorXd quantiles(const std::vector<std::optional<double>>& column, double sign) {
  std::vector<std::optional<double>> turned = column;
  for (auto& value : turned) {
    if (value) *value *= sign;
  }
  const std::vector<double> ranks = core::ranks_with_failures(turned);
  const auto rows = static_cast<double>(ranks.size());
  VectorXd result(static_cast<Index>(ranks.size()));
  for (Index row = 0; row < result.size(); ++row) result[row] = (ranks[static_cast<size_t>(row)] - 0.5) / rows;
  return result;
}

VectorXd logarithms(VectorXd values) {
  for (double& value : values) value = std::log(value);
  return values;
}

// Standardised ranks of all columns of a plan that a pool has, by name.
std::map<std::string, VectorXd> standard_ranks(const Task& task) {
  std::map<std::string, VectorXd> ranks;
  for (size_t column = 0; column < task.columns.size(); ++column) {
    VectorXd rank = quantiles(task.values[column], 1.0);
    standardise(rank);
    if (rank.size() > 0 && rank.cwiseAbs().maxCoeff() > 0.0) ranks.emplace(task.columns[column], std::move(rank));
  }
  return ranks;
}

// Weighted means of correlations over the tasks that have them.
class MeanCorrelation {
 public:
  void add(double weight, double correlation) {
    sum_ += weight * correlation;
    weight_ += weight;
  }
  double mean() const { return weight_ > 0.0 ? sum_ / weight_ : 0.0; }

 private:
  double sum_ = 0.0, weight_ = 0.0;
};

struct Agreement {
  std::vector<std::string> names;
  std::vector<double> sign;
  MatrixXd correlation;  // of the turned columns
};

Agreement agreement(const std::vector<Task>& tasks) {
  std::map<std::string, MeanCorrelation> with_accuracy;
  std::vector<std::map<std::string, VectorXd>> ranks;
  std::set<std::string> directed;
  const std::vector<double> weights = task_weights(tasks);
  for (size_t t = 0; t < tasks.size(); ++t) {
    ranks.push_back(standard_ranks(tasks[t]));
    for (const size_t column : tasks[t].directed) directed.insert(tasks[t].columns[column]);
    VectorXd target = quantiles({tasks[t].accuracy.begin(), tasks[t].accuracy.end()}, 1.0);
    standardise(target);
    for (const auto& [name, rank] : ranks.back()) {
      with_accuracy[name].add(weights[t], rank.dot(target) / static_cast<double>(target.size()));
    }
  }
  Agreement result;
  for (const auto& [name, mean] : with_accuracy) {
    result.names.push_back(name);
    result.sign.push_back(mean.mean() < 0.0 && directed.count(name) == 0 ? -1.0 : 1.0);
  }
  const auto columns = static_cast<Index>(result.names.size());
  result.correlation.setIdentity(columns, columns);
  for (Index a = 0; a < columns; ++a) {
    for (Index b = 0; b < a; ++b) {
      const auto i = static_cast<size_t>(a), j = static_cast<size_t>(b);
      MeanCorrelation mean;
      for (size_t t = 0; t < tasks.size(); ++t) {
        const auto first = ranks[t].find(result.names[i]), second = ranks[t].find(result.names[j]);
        if (first == ranks[t].end() || second == ranks[t].end()) continue;
        mean.add(weights[t], first->second.dot(second->second) / static_cast<double>(tasks[t].rows()));
      }
      result.correlation(a, b) = result.correlation(b, a) = mean.mean() * result.sign[i] * result.sign[j];
    }
  }
  return result;
}

double mean_agreement(const MatrixXd& correlation, const std::vector<size_t>& a, const std::vector<size_t>& b) {
  double sum = 0.0;
  for (const size_t i : a) {
    for (const size_t j : b) sum += correlation(static_cast<Index>(i), static_cast<Index>(j));
  }
  return sum / static_cast<double>(a.size() * b.size());
}

// Members by cluster, in the order of their first members.
std::vector<std::vector<size_t>> average_linkage(const MatrixXd& correlation, size_t most, double least) {
  std::vector<std::vector<size_t>> clusters;
  for (Index i = 0; i < correlation.rows(); ++i) clusters.push_back({static_cast<size_t>(i)});
  while (clusters.size() > 1) {
    size_t first = 0, second = 1;
    double best = -2.0;
    for (size_t a = 0; a < clusters.size(); ++a) {
      for (size_t b = a + 1; b < clusters.size(); ++b) {
        const double agree = mean_agreement(correlation, clusters[a], clusters[b]);
        if (agree > best) best = agree, first = a, second = b;
      }
    }
    if (clusters.size() <= most && best < least) break;
    clusters[first].insert(clusters[first].end(), clusters[second].begin(), clusters[second].end());
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(second));
  }
  return clusters;
}

}  // namespace

FeaturePlan learn_features(const std::vector<Task>& tasks, size_t most_families, double least_agreement) {
  const Agreement agree = agreement(tasks);
  FeaturePlan plan;
  for (size_t i = 0; i < agree.names.size(); ++i) plan.columns.push_back({agree.names[i], agree.sign[i], 0});
  const auto clusters = average_linkage(agree.correlation, most_families, least_agreement);
  plan.families = clusters.size();
  for (size_t family = 0; family < clusters.size(); ++family) {
    for (const size_t i : clusters[family]) plan.columns[i].family = family;
  }
  return plan;
}

Features features(const FeaturePlan& plan, const std::vector<std::string>& columns, const Columns& values) {
  const auto rows = static_cast<Index>(values.empty() ? 0 : values[0].size());
  const auto families = static_cast<Index>(plan.families), count = static_cast<Index>(plan.columns.size());
  Features result{MatrixXd::Zero(rows, static_cast<Index>(plan.features())), {}};
  for (Index c = 0; c < count; ++c) {
    const FeaturePlan::Column& column = plan.columns[static_cast<size_t>(c)];
    const auto found = std::find(columns.begin(), columns.end(), column.name);
    const Index rank = 2 * families + c, log_rank = rank + count;
    if (found != columns.end()) {
      const VectorXd quantile = quantiles(values[static_cast<size_t>(found - columns.begin())], column.sign);
      result.values.col(rank) = quantile;
      result.values.col(log_rank) = logarithms(quantile);
      standardise(result.values.col(rank));
      standardise(result.values.col(log_rank));
    }
    if (rows == 0 || result.values.col(rank).cwiseAbs().maxCoeff() == 0.0) {
      result.missing.push_back(column.name);
      continue;
    }
    const auto family = static_cast<Index>(column.family);
    result.values.col(family) += result.values.col(rank);
    result.values.col(families + family) += result.values.col(log_rank);
  }
  for (Index feature = 0; feature < 2 * families; ++feature) standardise(result.values.col(feature));
  return result;
}

}  // namespace zeroth::ensemble
