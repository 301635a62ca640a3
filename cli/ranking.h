// What depends on the whole pool: the combined score, the order, the table that people read.
#pragma once

#include <string>
#include <vector>

#include "cli/pool_ensemble.h"
#include "core/score_table.h"

namespace zeroth::cli {

// Rows by a score, larger is better.
struct Standing {
  std::vector<size_t> order;  // rows, best first; equal scores in row order
  std::vector<size_t> rank;   // by row, 1 is the best; equal scores share the better rank
};
Standing standing(const Eigen::VectorXd& score);

// The values of the first `count` columns.
ensemble::Columns columns_of(const std::vector<core::ScoreRow>& rows, size_t count);

// "0.82 M"; "-" where there is no value.
std::string millions(const std::optional<double>& value);

struct Ranking {
  PoolOrder ensemble;  // the combined scores, of which one orders
  Standing standing;
  std::vector<PoolScore> pool_scores;  // those of te_nas and az_nas whose columns are all there

  const PoolScore& score() const { return ensemble.scores[ensemble.chosen]; }
};

// `combined` are the columns that a label-free ensemble combines, see ordering_columns(). Columns without differences
// say nothing (ensemble/log_rank.h).
Ranking rank_rows(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows,
                  const std::vector<std::string>& combined, const PoolEnsemble& ensemble);

// FILE.ranked.csv: rank,arch,<combined scores>,<pool scores>,<score columns>,status, best first. Written beside and
// renamed.
void write_ranking(const std::string& path, const std::vector<std::string>& columns,
                   const std::vector<core::ScoreRow>& rows, const Ranking& ranking);

// The best `top` rows for a reader.
std::string ranking_text(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows,
                         const Ranking& ranking, size_t top);

}  // namespace zeroth::cli
