// What a score is worth on a task, in the numbers that tables of ensembles give.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace zeroth::cli {

struct Judgement {
  std::optional<double> spearman, kendall;
  double best_of_top_10 = 0.0;               // best accuracy among the ten rows with the highest scores
  std::optional<double> top_decile_kendall;  // Kendall's tau-b among the tenth of the rows with the highest accuracy
};

// At least one row.
Judgement judge(const std::vector<double>& score, const std::vector<double>& accuracy);

// The numbers above: their names, and a judgement's member by its place.
inline constexpr const char* kJudgementNames[] = {"spearman", "kendall_tau_b", "best_of_top_10", "top_decile_tau_b"};
std::optional<double> number_of(const Judgement& judgement, size_t place);

}  // namespace zeroth::cli
