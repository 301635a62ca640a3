#include "eval/summary.h"

#include <algorithm>
#include <set>

#include "core/csv.h"
#include "eval/text_table.h"

namespace zeroth::eval {
namespace {

using nlohmann::ordered_json;

struct SummaryLine {
  std::string column;
  std::vector<std::optional<double>> spearman;  // by evaluation

  // Over the evaluations that have one; below every correlation where none has.
  double mean() const {
    double sum = 0, count = 0;
    for (const auto& value : spearman) {
      if (!value) continue;
      sum += *value;
      ++count;
    }
    return count > 0 ? sum / count : -2;
  }
};

std::vector<SummaryLine> summary_lines(const std::vector<Evaluation>& evaluations) {
  std::vector<SummaryLine> lines;
  for (size_t i = 0; i < evaluations.size(); ++i) {
    for (const ColumnQuality& quality : evaluations[i].columns) {
      auto line = std::find_if(lines.begin(), lines.end(),
                               [&](const SummaryLine& known) { return known.column == quality.column; });
      if (line == lines.end()) {
        lines.push_back({quality.column, std::vector<std::optional<double>>(evaluations.size())});
        line = lines.end() - 1;
      }
      line->spearman[i] = quality.spearman.value;
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const SummaryLine& a, const SummaryLine& b) { return a.mean() > b.mean(); });
  return lines;
}

std::vector<std::string> labels(const std::vector<Evaluation>& evaluations) {
  std::set<std::string> scores, targets;
  for (const Evaluation& evaluation : evaluations) {
    scores.insert(evaluation.scores);
    targets.insert(evaluation.target);
  }
  std::vector<std::string> names;
  for (const Evaluation& evaluation : evaluations) {
    if (scores.size() == 1) {
      names.push_back(evaluation.target);
    } else if (targets.size() == 1) {
      names.push_back(evaluation.scores);
    } else {
      names.push_back(evaluation.scores + " " + evaluation.target);
    }
  }
  return names;
}

// The first evaluation of each score table.
std::vector<const Evaluation*> by_table(const std::vector<Evaluation>& evaluations) {
  std::vector<const Evaluation*> firsts;
  for (const Evaluation& evaluation : evaluations) {
    if (firsts.empty() || firsts.back()->scores != evaluation.scores) firsts.push_back(&evaluation);
  }
  return firsts;
}

}  // namespace

std::string summary_table(const std::vector<Evaluation>& evaluations) {
  std::vector<std::vector<std::string>> lines = {{"Spearman"}};
  for (const std::string& label : labels(evaluations)) lines[0].push_back(label);
  for (const SummaryLine& line : summary_lines(evaluations)) {
    lines.push_back({line.column});
    for (const auto& value : line.spearman) lines.back().push_back(fixed(value, 3));
  }
  return aligned(lines);
}

ordered_json summary_json(const std::vector<Evaluation>& evaluations) {
  ordered_json json = {{"evaluations", ordered_json::array()}, {"spearman", ordered_json::object()}};
  for (const Evaluation& evaluation : evaluations) json["evaluations"].push_back(as_json(evaluation));
  for (const SummaryLine& line : summary_lines(evaluations)) {
    ordered_json& values = json["spearman"][line.column] = ordered_json::array();
    for (const auto& value : line.spearman) values.push_back(value ? ordered_json(*value) : ordered_json(nullptr));
  }
  return json;
}

std::string redundancy_csv(const std::vector<Evaluation>& evaluations) {
  const std::vector<const Evaluation*> tables = by_table(evaluations);
  std::vector<std::string> names;
  for (const Evaluation* table : tables) {
    for (const std::string& column : table->redundancy.columns) {
      if (std::find(names.begin(), names.end(), column) == names.end()) names.push_back(column);
    }
  }
  std::vector<std::string> header = {"scores", "column"};
  header.insert(header.end(), names.begin(), names.end());
  std::string text = core::csv_line(header) + "\n";
  for (const Evaluation* table : tables) {
    const RankMatrix& matrix = table->redundancy;
    for (size_t i = 0; i < matrix.size(); ++i) {
      std::vector<std::string> cells = {table->scores, matrix.columns[i]};
      for (const std::string& name : names) {
        const auto found = std::find(matrix.columns.begin(), matrix.columns.end(), name);
        const auto j = static_cast<size_t>(found - matrix.columns.begin());
        cells.push_back(j < matrix.size() ? cell(matrix.at(i, j)) : "");
      }
      text += core::csv_line(cells) + "\n";
    }
  }
  return text;
}

}  // namespace zeroth::eval
