#include "cli/confirm_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "cli/ranking.h"
#include "core/csv.h"
#include "core/error.h"
#include "ensemble/method.h"
#include "eval/benchmark.h"

namespace zeroth::cli {
namespace {

// Places from 1 on, by architecture; what diverged has none.
std::map<std::string, size_t> places(const std::vector<search::Entrant>& entrants,
                                     const std::vector<search::Confirmed>& results) {
  std::map<std::string, size_t> found;
  for (const search::Confirmed& result : results) {
    if (!result.validation) continue;
    found.emplace(eval::architecture_key(entrants[result.entrant].text), found.size() + 1);
  }
  return found;
}

}  // namespace

std::string updated_order_csv(const ensemble::EnsembleFile& file, const core::ScoreTable& scores,
                              const std::vector<search::Entrant>& entrants,
                              const std::vector<search::Confirmed>& results) {
  const std::map<std::string, size_t> place = places(entrants, results);
  std::vector<std::optional<double>> labels;
  for (const core::ScoreRow& row : scores.rows) {
    const auto found = place.find(eval::architecture_key(row.arch));
    labels.push_back(found == place.end() ? std::nullopt : std::make_optional(-static_cast<double>(found->second)));
  }
  if (std::count_if(labels.begin(), labels.end(), [](const auto& label) { return label.has_value(); }) < 2) {
    throw core::Error(fmt::format("{}: no two of the architectures that were trained are rows of it", scores.path));
  }
  const ensemble::Columns values = columns_of(scores.rows, scores.columns.size());
  const ensemble::Prediction prediction =
      ensemble::find_method(file.method).predict(file.model, scores.columns, values, labels);
  const Standing by_score = standing(prediction.mean);
  const bool deviates = prediction.deviation.size() > 0;
  std::string text = "rank,arch,learned,deviation,trained\n";
  for (const size_t row : by_score.order) {
    const auto i = static_cast<Eigen::Index>(row);
    text +=
        fmt::format("{},{},{},{},{}\n", by_score.rank[row], core::csv_field(scores.rows[row].arch),
                    core::number_text(prediction.mean[i]), deviates ? core::number_text(prediction.deviation[i]) : "",
                    labels[row] ? fmt::format("{:.0f}", -*labels[row]) : "");
  }
  return text;
}

}  // namespace zeroth::cli
