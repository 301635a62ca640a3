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

using Column = std::vector<std::optional<double>>;

Column column_values(const std::vector<core::ScoreRow>& rows, size_t column) {
  Column values;
  for (const core::ScoreRow& row : rows) values.push_back(row.values[column]);
  return values;
}

struct PoolScoreRule {
  std::string name;
  std::vector<std::string> columns;
  Eigen::VectorXd (*combine)(const std::vector<Column>&);
};

const std::vector<PoolScoreRule> kPoolScores = {
    {"te_nas", {"ntk_cond", "linear_regions"}, ensemble::rank_sum},
    {"az_nas", {"az_expressivity", "az_progressivity", "az_trainability", "macs"}, ensemble::mean_log_rank}};

std::vector<PoolScore> pool_scores(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows) {
  std::vector<PoolScore> scores;
  for (const PoolScoreRule& rule : kPoolScores) {
    std::vector<Column> values;
    for (const std::string& name : rule.columns) {
      const auto found = std::find(columns.begin(), columns.end(), name);
      if (found != columns.end()) values.push_back(column_values(rows, static_cast<size_t>(found - columns.begin())));
    }
    if (values.size() < rule.columns.size()) continue;
    const Eigen::VectorXd combined = rule.combine(values);
    scores.push_back({rule.name, {combined.data(), combined.data() + combined.size()}});
  }
  return scores;
}

// "0.82 M"; "-" where there is no value.
std::string millions(const std::optional<double>& value) { return value ? fmt::format("{:.2f} M", *value / 1e6) : "-"; }

}  // namespace

Ranking rank_rows(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows,
                  const std::vector<std::string>& proxies, bool live, const PoolEnsemble& ensemble) {
  std::vector<std::string> combined;
  for (std::string name : proxies) {
    if (live && (name == "macs" || name == "params")) name.insert(0, "live_");
    if (std::find(combined.begin(), combined.end(), name) == combined.end()) combined.push_back(name);
  }
  std::vector<Column> values;
  for (size_t column = 0; column < columns.size(); ++column) values.push_back(column_values(rows, column));
  Ranking ranking;
  ranking.pool_scores = pool_scores(columns, rows);
  ranking.ensemble = ensemble.order(columns, values, combined);
  const std::vector<double>& score = ranking.score().values;
  ranking.order.resize(rows.size());
  std::iota(ranking.order.begin(), ranking.order.end(), size_t{0});
  std::stable_sort(ranking.order.begin(), ranking.order.end(), [&](size_t a, size_t b) { return score[a] > score[b]; });
  ranking.rank.resize(rows.size());
  for (size_t place = 0; place < rows.size(); ++place) {
    const size_t row = ranking.order[place];
    const bool tied = place > 0 && score[ranking.order[place - 1]] == score[row];
    ranking.rank[row] = tied ? ranking.rank[ranking.order[place - 1]] : place + 1;
  }
  return ranking;
}

void write_ranking(const std::string& path, const std::vector<std::string>& columns,
                   const std::vector<core::ScoreRow>& rows, const Ranking& ranking) {
  std::string text = "rank,arch";
  for (const PoolScore& score : ranking.ensemble.scores) text += "," + score.name;
  for (const PoolScore& score : ranking.pool_scores) text += "," + score.name;
  for (const std::string& column : columns) text += "," + core::csv_field(column);
  text += ",status\n";
  for (const size_t i : ranking.order) {
    text += fmt::format("{},{}", ranking.rank[i], core::csv_field(rows[i].arch));
    for (const PoolScore& score : ranking.ensemble.scores) text += "," + core::number_text(score.values[i]);
    for (const PoolScore& score : ranking.pool_scores) text += "," + core::number_text(score.values[i]);
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
    const size_t i = ranking.order[place];
    text += fmt::format("{:>5}  {:>9.4f}  {:>9}  {:>10}  {}{}\n", ranking.rank[i], ranking.score().values[i],
                        millions(rows[i].values[params]), millions(rows[i].values[macs]), rows[i].arch,
                        rows[i].status == "ok" ? "" : "  (" + rows[i].status + ")");
  }
  return text;
}

}  // namespace zeroth::cli
