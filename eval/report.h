// What a report says of one or more runs: the leaderboard, how well scores predict accuracy, which of them say the
// same, what they cost, the best trade-offs with size, and the best cells. Pages, figures and tables are written from
// it (report_page.h, report_figures.h, report_tables.h).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "core/score_table.h"
#include "eval/benchmark.h"
#include "eval/correlation.h"
#include "eval/population.h"
#include "eval/report_order.h"
#include "eval/report_redundancy.h"
#include "spaces/search_space.h"

namespace zeroth::eval {

// What was read of one run.
struct ReportRun {
  std::string label;  // tells it from the other runs
  core::ScoreTable scores;
  std::optional<core::ScoreTable> ranked;  // the scores of the whole pool, FILE.ranked.csv
  std::optional<core::Manifest> manifest;
  std::string ordered_by;                      // the score that orders `ranked`; empty where that is not known
  std::map<std::string, double> milliseconds;  // by column, mean of an architecture
};

struct ReportOptions {
  std::string title, command;
  // The column that orders the leaderboard; empty: what ordered the first run, else `log_rank`, else the first that is
  // neither a size of the network nor the data-free baseline, else the first.
  std::string lead;
  size_t top = 10;  // cells to draw
  CorrelationOptions correlation;
};

// One target of the benchmark.
struct ReportTask {
  std::string target;
  std::vector<std::optional<double>> accuracy;  // by row
  size_t rows = 0;                              // with an accuracy
  std::vector<ColumnQuality> columns;           // highest Spearman first
};

struct ReportCost {
  std::string column;
  double milliseconds;  // mean of an architecture: of what the column reads, which others may share
};

struct ReportDrawing {
  size_t row;
  std::vector<std::string> cells;  // as `<svg>` elements
};

struct Report {
  ReportOptions options;
  std::string space, benchmark;  // empty where unknown or absent
  // Rows in the order of the leaderboard: highest lead first, failed ones last. Accuracies are with the tasks.
  Population pool;
  size_t lead = 0;  // number of the column
  std::vector<ReportTask> tasks;
  Redundancy redundancy;
  std::vector<ReportCost> costs;
  std::vector<ReportDrawing> drawings;
  std::vector<ReportOrder> orders;  // empty; for who knows the runs' ensembles to add
  std::vector<ReportRun> runs;      // without their rows
  size_t repeated = 0;              // rows left out because their run has the architecture in an earlier row
  size_t not_of_space = 0;          // rows that the space cannot read
};

// `benchmarks` is one table read for each target. `space` is nullptr where it is not known: then there are no facts, no
// baseline and no drawings. Throws core::Error where runs have no rows or no columns, or share no architecture with a
// benchmark; core::UsageError for a lead that is no column.
Report make_report(std::vector<ReportRun> runs, const std::vector<Benchmark>& benchmarks,
                   const spaces::SearchSpace* space, const ReportOptions& options);

}  // namespace zeroth::eval
