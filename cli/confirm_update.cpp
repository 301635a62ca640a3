#include "cli/confirm_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "cli/default_ensemble.h"
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

ensemble::Columns values_of(const core::ScoreTable& scores) {
  ensemble::Columns values(scores.columns.size());
  for (const core::ScoreRow& row : scores.rows) {
    for (size_t column = 0; column < values.size(); ++column) values[column].push_back(row.values[column]);
  }
  return values;
}

}  // namespace

std::string updated_order_csv(const std::string& weights, const core::ScoreTable& scores,
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
  const ensemble::EnsembleFile file = read_ensemble(weights);
  const ensemble::Prediction prediction =
      ensemble::find_method(file.method).predict(file.model, scores.columns, values_of(scores), labels);
  std::vector<size_t> order(scores.rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto score = [&](size_t row) { return prediction.mean[static_cast<Eigen::Index>(row)]; };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return score(a) > score(b); });
  std::string text = "rank,arch,learned,deviation,trained\n";
  for (size_t i = 0, rank = 1; i < order.size(); ++i) {
    const size_t row = order[i];
    if (i > 0 && score(order[i - 1]) != score(row)) rank = i + 1;  // equal scores share the better rank
    const bool deviates = prediction.deviation.size() > 0;
    text += fmt::format("{},{},{},{},{}\n", rank, core::csv_field(scores.rows[row].arch), core::number_text(score(row)),
                        deviates ? core::number_text(prediction.deviation[static_cast<Eigen::Index>(row)]) : "",
                        labels[row] ? fmt::format("{:.0f}", -*labels[row]) : "");
  }
  return text;
}

}  // namespace zeroth::cli
