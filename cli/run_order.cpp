#include "cli/run_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <cmath>
#include <unordered_map>

#include "cli/default_ensemble.h"
#include "cli/ranking.h"
#include "core/csv.h"
#include "core/error.h"
#include "ensemble/explanation.h"
#include "ensemble/method.h"
#include "eval/benchmark.h"

namespace zeroth::cli {
namespace {

constexpr const char* kLearned = "learned";
constexpr const char* kMember = "order";  // of a manifest's results

// An order made again from a run's scores.
struct Explained {
  Eigen::VectorXd score;                                           // by row
  std::vector<std::vector<ensemble::Contribution>> contributions;  // of the rows asked for
};

Explained by_weights(const RunOrder& order, const core::ScoreTable& scores, const ensemble::Columns& values,
                     const std::vector<size_t>& rows) {
  const ensemble::EnsembleFile file = read_ensemble(order.weights);
  const ensemble::Method& method = ensemble::find_method(file.method);
  if (!method.weights_alone) {
    throw core::Error(fmt::format("the score of {} ({}) is no sum over columns", method.name, method.model));
  }
  const ensemble::LearnedModel& model = order.without.empty() ? file.model : file.model_excluding(order.without);
  return {ensemble::predict(model, scores.columns, values).mean,
          ensemble::contributions(model, scores.columns, values, rows)};
}

Explained by_ranks(const RunOrder& order, const core::ScoreTable& scores, const ensemble::Columns& values,
                   const std::vector<size_t>& rows) {
  const ensemble::LabelFree& ensemble = ensemble::find_label_free(order.score);
  if (ensemble.term == nullptr) {
    throw core::Error(fmt::format("the score of {} ({}) is no sum over columns", ensemble.name, ensemble.formula));
  }
  ensemble::Columns combined;
  for (const std::string& name : order.combined) combined.push_back(values[scores.column(name)]);
  return {ensemble::combine(ensemble, combined), ensemble::contributions(ensemble, order.combined, combined, rows)};
}

// The scores in FILE.ranked.csv must be those that were made again, or something else ordered the run.
void require_same_scores(const eval::ReportRun& run, const std::string& name, const Eigen::VectorXd& score) {
  const core::ScoreTable& ranked = *run.ranked;
  const size_t column = ranked.column(name);
  std::unordered_map<std::string, std::optional<double>> written;
  for (const core::ScoreRow& row : ranked.rows) written[eval::architecture_key(row.arch)] = row.values[column];
  for (size_t row = 0; row < run.scores.rows.size(); ++row) {
    const auto found = written.find(eval::architecture_key(run.scores.rows[row].arch));
    const double made = score[static_cast<Eigen::Index>(row)];
    const std::optional<double> there = found == written.end() ? std::nullopt : found->second;
    // Another processor may differ in the last digits.
    if (there && std::abs(*there - made) <= 1e-6 * (1.0 + std::abs(made))) continue;
    throw core::Error(fmt::format("{} does not have the {} that this program makes of {}: {} has {} there, and {} here",
                                  ranked.path, name, run.scores.path, run.scores.rows[row].arch,
                                  there ? core::number_text(*there) : "none", core::number_text(made)));
  }
}

eval::ExplainedRow explained_row(const std::vector<ensemble::Contribution>& contributions) {
  std::vector<ensemble::Contribution> sorted = contributions;
  ensemble::sort_by_size(sorted);
  eval::ExplainedRow row{};
  for (const ensemble::Contribution& each : sorted) {
    row.contributions.push_back({each.column, each.value, each.percentile, each.amount, each.sign < 0.0});
  }
  return row;
}

// The rows of a run that have the architectures, with the place of each in the list.
struct FoundRows {
  std::vector<size_t> rows, places;
};

FoundRows find_rows(const core::ScoreTable& scores, const std::vector<std::string>& architectures) {
  std::unordered_map<std::string, size_t> row_of;  // of equal names the first
  for (size_t row = 0; row < scores.rows.size(); ++row) {
    row_of.emplace(eval::architecture_key(scores.rows[row].arch), row);
  }
  FoundRows found;
  for (size_t place = 0; place < architectures.size(); ++place) {
    const auto row = row_of.find(eval::architecture_key(architectures[place]));
    if (row == row_of.end()) continue;
    found.rows.push_back(row->second);
    found.places.push_back(place);
  }
  return found;
}

void explain(const eval::ReportRun& run, const std::vector<std::string>& architectures, eval::ReportOrder& result) {
  const core::ScoreTable& scores = run.scores;
  if (!run.ranked) throw core::Error(fmt::format("{} has no order of its own beside it, no .ranked.csv", scores.path));
  const std::string manifest = core::manifest_path(scores.path);
  if (!run.manifest) throw core::Error(fmt::format("what ordered {} is not known without {}", scores.path, manifest));
  const RunOrder order = RunOrder::read(*run.manifest, manifest);
  const FoundRows found = find_rows(scores, architectures);
  if (found.rows.empty()) throw core::Error(fmt::format("{} has none of the architectures shown", scores.path));
  const ensemble::Columns values = columns_of(scores.rows, scores.columns.size());
  const Explained explained = order.score == kLearned ? by_weights(order, scores, values, found.rows)
                                                      : by_ranks(order, scores, values, found.rows);
  require_same_scores(run, order.score, explained.score);
  if (explained.contributions.front().empty()) {
    throw core::Error(fmt::format("no column of {} that {} reads tells its rows apart", scores.path, order.score));
  }
  const Standing places = standing(explained.score);
  result.score = order.score;
  if (run.manifest->results.contains("ranked_by") && run.manifest->results.at("ranked_by").is_string()) {
    result.by = run.manifest->results.at("ranked_by").get<std::string>();
  } else {
    result.by = order.score;
  }
  for (size_t i = 0; i < found.rows.size(); ++i) {
    eval::ExplainedRow row = explained_row(explained.contributions[i]);
    row.row = found.places[i];
    row.rank = places.rank[found.rows[i]];
    row.score = explained.score[static_cast<Eigen::Index>(found.rows[i])];
    result.explained.push_back(std::move(row));
  }
}

}  // namespace

void RunOrder::write(core::Manifest& manifest) const {
  core::Json json = {{"score", score}};
  if (score == kLearned) {
    json["weights"] = weights;
    json["without"] = without;
  } else {
    json["columns"] = combined;
  }
  manifest.results[kMember] = std::move(json);
}

RunOrder RunOrder::read(const core::Manifest& manifest, const std::string& path) {
  if (!manifest.results.contains(kMember)) {
    throw core::Error(
        fmt::format("{} does not say what ordered the run; zeroth rank --resume with the same options adds it", path));
  }
  const core::Json& json = manifest.results.at(kMember);
  try {
    RunOrder order;
    order.score = json.at("score").get<std::string>();
    if (order.score == kLearned) {
      order.weights = json.at("weights").get<std::string>();
      order.without = json.at("without").get<std::string>();
    } else {
      order.combined = json.at("columns").get<std::vector<std::string>>();
      if (order.combined.empty()) throw core::Error(fmt::format("{}: results.order names no columns", path));
    }
    return order;
  } catch (const core::Json::exception& error) {
    throw core::Error(fmt::format("{}: results.order is malformed: {}", path, error.what()));
  }
}

RunOrder run_order(const PoolOrder& order, const std::vector<std::string>& combined, const EnsembleOptions& options) {
  const std::string& score = order.scores[order.chosen].name;
  if (score != kLearned) return {score, combined, "", ""};
  const bool is_file = boost::algorithm::ends_with(options.ensemble, ".json");
  return {score, {}, is_file ? options.ensemble : "default", options.exclude};
}

eval::ReportOrder explain_order(const eval::ReportRun& run, const std::vector<std::string>& architectures) {
  eval::ReportOrder order;
  order.run = run.label;
  order.rows = run.scores.rows.size();
  try {
    explain(run, architectures, order);
  } catch (const core::Error& error) {
    order.unknown = core::one_line(fmt::format("Contributions are not known: {}.", error.what()));
  }
  return order;
}

}  // namespace zeroth::cli
