#include "cli/ranking.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/csv.h"
#include "core/error.h"
#include "core/replace_file.h"
#include "ensemble/log_rank.h"
#include "ensemble/rank_sum.h"

namespace zeroth::cli {
namespace {

size_t column_index(const std::vector<std::string>& columns, const std::string& name) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  ZEROTH_CHECK(found != columns.end());
  return static_cast<size_t>(found - columns.begin());
}

struct PoolScoreRule {
  std::string name;
  std::vector<std::string> columns;
  Eigen::VectorXd (*combine)(const ensemble::Columns&);
};

const std::vector<PoolScoreRule> kPoolScores = {
    {"te_nas", {"ntk_cond", "linear_regions"}, ensemble::rank_sum},
    {"az_nas", {"az_expressivity", "az_progressivity", "az_trainability", "macs"}, ensemble::mean_log_rank}};

std::vector<PoolScore> pool_scores(const std::vector<std::string>& columns, const ensemble::Columns& values) {
  std::vector<PoolScore> scores;
  for (const PoolScoreRule& rule : kPoolScores) {
    ensemble::Columns chosen;
    for (const std::string& name : rule.columns) {
      const auto found = std::find(columns.begin(), columns.end(), name);
      if (found != columns.end()) chosen.push_back(values[static_cast<size_t>(found - columns.begin())]);
    }
    if (chosen.size() == rule.columns.size()) scores.push_back({rule.name, rule.combine(chosen)});
  }
  return scores;
}

}  // namespace

ensemble::Columns columns_of(const std::vector<core::ScoreRow>& rows, size_t count) {
  ensemble::Columns columns(count);
  for (const core::ScoreRow& row : rows) {
    for (size_t column = 0; column < count; ++column) columns[column].push_back(row.values[column]);
  }
  return columns;
}

Standing standing(const Eigen::VectorXd& score) {
  Standing result;
  result.order.resize(static_cast<size_t>(score.size()));
  std::iota(result.order.begin(), result.order.end(), size_t{0});
  const auto of = [&](size_t row) { return score[static_cast<Eigen::Index>(row)]; };
  std::stable_sort(result.order.begin(), result.order.end(), [&](size_t a, size_t b) { return of(a) > of(b); });
  result.rank.resize(result.order.size());
  for (size_t place = 0; place < result.order.size(); ++place) {
    const size_t row = result.order[place];
    const bool tied = place > 0 && of(result.order[place - 1]) == of(row);
    result.rank[row] = tied ? result.rank[result.order[place - 1]] : place + 1;
  }
  return result;
}

std::string millions(const std::optional<double>& value) { return value ? fmt::format("{:.2f} M", *value / 1e6) : "-"; }

Ranking rank_rows(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows,
                  const std::vector<std::string>& combined, const PoolEnsemble& ensemble) {
  const ensemble::Columns values = columns_of(rows, columns.size());
  Ranking ranking;
  ranking.pool_scores = pool_scores(columns, values);
  ranking.ensemble = ensemble.order(columns, values, combined, {}, PoolEnsemble::Scores::kAll);
  ranking.standing = standing(ranking.score().values);
  return ranking;
}

void write_ranking(const std::string& path, const std::vector<std::string>& columns,
                   const std::vector<core::ScoreRow>& rows, const Ranking& ranking) {
  std::string text = "rank,arch";
  for (const PoolScore& score : ranking.ensemble.scores) text += "," + score.name;
  for (const PoolScore& score : ranking.pool_scores) text += "," + score.name;
  for (const std::string& column : columns) text += "," + core::csv_field(column);
  text += ",status\n";
  for (const size_t i : ranking.standing.order) {
    text += fmt::format("{},{}", ranking.standing.rank[i], core::csv_field(rows[i].arch));
    for (const PoolScore& score : ranking.ensemble.scores)
      text += "," + core::number_text(score.values[static_cast<Eigen::Index>(i)]);
    for (const PoolScore& score : ranking.pool_scores)
      text += "," + core::number_text(score.values[static_cast<Eigen::Index>(i)]);
    for (const auto& value : rows[i].values) text += "," + (value ? core::number_text(*value) : "");
    text += "," + core::csv_field(rows[i].status) + "\n";
  }
  core::replace_file(path, text);
}

std::string ranking_text(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows,
                         const Ranking& ranking, size_t top) {
  const size_t params = column_index(columns, "params"), macs = column_index(columns, "macs");
  std::string heading = ranking.score().name;
  std::replace(heading.begin(), heading.end(), '_', ' ');
  std::string text =
      fmt::format("{:>5}  {:>9}  {:>9}  {:>10}  {}\n", "rank", heading, "params", "MACs", "architecture");
  for (size_t place = 0; place < std::min(top, rows.size()); ++place) {
    const size_t i = ranking.standing.order[place];
    text += fmt::format("{:>5}  {:>9.4f}  {:>9}  {:>10}  {}{}\n", ranking.standing.rank[i],
                        ranking.score().values[static_cast<Eigen::Index>(i)], millions(rows[i].values[params]),
                        millions(rows[i].values[macs]), rows[i].arch,
                        rows[i].status == "ok" ? "" : "  (" + rows[i].status + ")");
  }
  return text;
}

}  // namespace zeroth::cli
