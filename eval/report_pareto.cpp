#include "eval/report_pareto.h"

#include <algorithm>

#include "core/error.h"

namespace zeroth::eval {

std::vector<size_t> pareto_front(const std::vector<std::optional<double>>& cost,
                                 const std::vector<std::optional<double>>& score) {
  ZEROTH_CHECK(cost.size() == score.size());
  std::vector<size_t> rows;
  for (size_t row = 0; row < cost.size(); ++row) {
    if (cost[row] && score[row]) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    return *cost[a] != *cost[b] ? *cost[a] < *cost[b] : *score[a] > *score[b];
  });
  std::vector<size_t> front;
  for (const size_t row : rows) {
    if (front.empty() || *score[row] > *score[front.back()]) front.push_back(row);
  }
  return front;
}

}  // namespace zeroth::eval
