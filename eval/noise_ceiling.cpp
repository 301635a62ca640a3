#include "eval/noise_ceiling.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "eval/rank_statistics.h"

namespace zeroth::eval {
namespace {

std::vector<std::vector<double>> complete_rows(const std::vector<ScoreColumn>& runs) {
  std::vector<std::vector<double>> columns(runs.size());
  for (size_t row = 0; row < runs.front().values.size(); ++row) {
    const auto measured = [row](const ScoreColumn& run) { return run.values[row].has_value(); };
    if (!std::all_of(runs.begin(), runs.end(), measured)) continue;
    for (size_t run = 0; run < runs.size(); ++run) columns[run].push_back(*runs[run].values[row]);
  }
  return columns;
}

}  // namespace

NoiseCeiling noise_ceiling(const std::vector<ScoreColumn>& runs) {
  ZEROTH_CHECK(runs.size() > 1);
  NoiseCeiling result;
  for (const ScoreColumn& run : runs) result.runs.push_back(run.name);
  const std::vector<std::vector<double>> columns = complete_rows(runs);
  result.rows = columns.front().size();
  double sum = 0, pairs = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t j = 0; j < i; ++j, ++pairs) {
      const std::optional<double> spearman = rank_correlation(columns[i], columns[j]).spearman;
      if (!spearman) return result;
      sum += *spearman;
    }
  }
  const double r = sum / pairs, m = static_cast<double>(runs.size());
  result.spearman = r;
  const double total = 1 + (m - 1) * r;
  if (total <= 0) return result;
  result.reliability = m * r / total;
  if (r >= 0) result.ceiling = std::sqrt(*result.reliability);
  return result;
}

}  // namespace zeroth::eval
