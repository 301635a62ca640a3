#include "eval/strata.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/ranks.h"

namespace zeroth::eval {
namespace {

using Values = std::vector<double>;

struct Columns {
  Values score, accuracy;
};

std::vector<Columns> split(const Values& score, const Values& accuracy, const std::vector<uint32_t>& part,
                           size_t parts) {
  std::vector<Columns> result(parts);
  for (size_t row = 0; row < part.size(); ++row) {
    result[part[row]].score.push_back(score[row]);
    result[part[row]].accuracy.push_back(accuracy[row]);
  }
  return result;
}

}  // namespace

std::vector<uint32_t> parts_by_value(const Values& values, size_t parts) {
  std::vector<uint32_t> part;
  for (const double rank : core::ranks(values)) {
    const double share = (rank - 0.5) / static_cast<double>(values.size());
    part.push_back(static_cast<uint32_t>(share * static_cast<double>(parts)));
  }
  return part;
}

RankCorrelation top_tenth(const Values& score, const Values& accuracy) {
  ZEROTH_CHECK(score.size() == accuracy.size());
  if (accuracy.empty()) return {};
  Values best = accuracy;
  const auto threshold = best.begin() + static_cast<ptrdiff_t>((best.size() + 9) / 10 - 1);
  std::nth_element(best.begin(), threshold, best.end(), std::greater<>());
  Columns top;
  for (size_t row = 0; row < score.size(); ++row) {
    if (accuracy[row] < *threshold) continue;
    top.score.push_back(score[row]);
    top.accuracy.push_back(accuracy[row]);
  }
  return rank_correlation(top.score, top.accuracy);
}

std::array<std::optional<double>, kDeciles> spearman_by_decile(const Values& score, const Values& accuracy) {
  std::array<std::optional<double>, kDeciles> result;
  const auto deciles = split(score, accuracy, parts_by_value(accuracy, kDeciles), kDeciles);
  for (size_t d = 0; d < kDeciles; ++d) result[d] = rank_correlation(deciles[d].score, deciles[d].accuracy).spearman;
  return result;
}

std::optional<double> spearman_within_bands(const Values& score, const Values& accuracy, const Values& size) {
  ZEROTH_CHECK(score.size() == accuracy.size() && score.size() == size.size());
  Columns sized;
  Values sizes;
  for (size_t row = 0; row < score.size(); ++row) {
    if (std::isnan(size[row])) continue;
    sized.score.push_back(score[row]);
    sized.accuracy.push_back(accuracy[row]);
    sizes.push_back(size[row]);
  }
  double sum = 0, rows = 0;
  for (const Columns& band : split(sized.score, sized.accuracy, parts_by_value(sizes, kBands), kBands)) {
    const std::optional<double> spearman = rank_correlation(band.score, band.accuracy).spearman;
    if (!spearman) continue;
    sum += static_cast<double>(band.score.size()) * *spearman;
    rows += static_cast<double>(band.score.size());
  }
  return rows > 0 ? std::optional(sum / rows) : std::nullopt;
}

}  // namespace zeroth::eval
