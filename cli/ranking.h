// What depends on the whole pool: the combined score, the order, the table that people read.
#pragma once

#include <string>
#include <vector>

#include "cli/pool_ensemble.h"
#include "core/score_table.h"

namespace zeroth::cli {

struct Ranking {
  PoolOrder ensemble;                  // the combined scores, of which one orders
  std::vector<size_t> order;           // rows, best first; equal scores in row order
  std::vector<size_t> rank;            // by row, 1 is the best; equal scores share the better rank
  std::vector<PoolScore> pool_scores;  // those of te_nas and az_nas whose columns are all there

  const PoolScore& score() const { return ensemble.scores[ensemble.chosen]; }
};

// `proxies` are the columns to combine. With `live`, live_macs stands in for macs and live_params for params, so that
// equal functions rank equal. Columns without differences say nothing (ensemble/log_rank.h).
Ranking rank_rows(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows,
                  const std::vector<std::string>& proxies, bool live, const PoolEnsemble& ensemble);

// FILE.ranked.csv: rank,arch,<combined scores>,<pool scores>,<score columns>,status, best first. Written beside and
// renamed.
void write_ranking(const std::string& path, const std::vector<std::string>& columns,
                   const std::vector<core::ScoreRow>& rows, const Ranking& ranking);

// The best `top` rows for a reader.
std::string ranking_text(const std::vector<std::string>& columns, const std::vector<core::ScoreRow>& rows,
                         const Ranking& ranking, size_t top);

}  // namespace zeroth::cli
