#include "eval/report.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "eval/picked.h"
#include "eval/report_runs.h"
#include "eval/space_facts.h"
#include "spaces/cell_drawing.h"

namespace zeroth::eval {
namespace {

MergedRuns merged_tables(std::vector<ReportRun>& runs) {
  std::vector<LabelledTable> tables;
  for (size_t run = 0; run < runs.size(); ++run) {
    tables.push_back({runs[run].label, run, std::move(runs[run].scores)});
    runs[run].scores.path = tables.back().scores.path;
    if (runs[run].ranked) tables.push_back({runs[run].label, run, std::move(*runs[run].ranked)});
    runs[run].ranked.reset();
  }
  return merge_runs(tables);
}

Population population_of(const core::ScoreTable& table) {
  Population pool;
  for (const core::ScoreRow& row : table.rows) pool.architectures.push_back(row.arch);
  for (size_t c = 0; c < table.columns.size(); ++c) {
    pool.columns.push_back({table.columns[c], {}});
    for (const core::ScoreRow& row : table.rows) pool.columns.back().values.push_back(row.values[c]);
  }
  number_functions(pool.architectures, pool);
  return pool;
}

// The pool's rows that a benchmark measures, with their accuracies.
Population measured_rows(const Population& pool, const Population& joined, std::vector<size_t>& rows) {
  for (size_t row = 0; row < pool.rows() && rows.size() < joined.rows(); ++row) {
    if (pool.architectures[row] == joined.architectures[rows.size()]) rows.push_back(row);
  }
  ZEROTH_CHECK(rows.size() == joined.rows());
  Population measured;
  measured.architectures = joined.architectures;
  measured.accuracy = joined.accuracy;
  std::vector<std::string> functions;
  for (const size_t row : rows) functions.push_back(pool.function_texts[pool.function[row]]);
  number_functions(functions, measured);
  for (const ScoreColumn& column : pool.columns) {
    measured.columns.push_back({column.name, picked(column.values, rows)});
  }
  for (const ScoreColumn& column : pool.structure) {
    measured.structure.push_back({column.name, picked(column.values, rows)});
  }
  return measured;
}

// Of every column, over the rows that it covers: in `rows`, the places of the population's rows in the pool.
std::vector<ColumnQuality> qualities(Population measured, const std::vector<size_t>& rows,
                                     const std::vector<std::vector<bool>>& covered, const CorrelationOptions& options) {
  std::vector<ColumnQuality> partial;
  std::vector<ScoreColumn> whole;
  for (size_t c = 0; c < measured.columns.size(); ++c) {
    ScoreColumn& column = measured.columns[c];
    if (c >= covered.size() || covered[c].empty()) {
      whole.push_back(std::move(column));
      continue;
    }
    std::vector<size_t> kept;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (covered[c][rows[i]]) kept.push_back(i);
    }
    Population part;
    part.architectures = picked(measured.architectures, kept);
    part.accuracy = picked(measured.accuracy, kept);
    part.function = picked(measured.function, kept);
    partial.push_back(column_quality({column.name, picked(column.values, kept)}, part, options));
  }
  measured.columns = std::move(whole);
  std::vector<ColumnQuality> all = correlate(measured, options);
  all.insert(all.end(), partial.begin(), partial.end());
  // What is undefined is less than any value.
  std::stable_sort(all.begin(), all.end(),
                   [](const ColumnQuality& a, const ColumnQuality& b) { return a.spearman.value > b.spearman.value; });
  return all;
}

ReportTask task_of(const Population& pool, const std::vector<std::vector<bool>>& covered, const core::ScoreTable& table,
                   const Benchmark& benchmark, const spaces::SearchSpace* space, const CorrelationOptions& options) {
  std::vector<size_t> rows;
  Population measured = measured_rows(pool, join(table, benchmark, space), rows);
  if (space != nullptr) add_data_free(measured);
  ReportTask task;
  task.target = benchmark.target();
  task.rows = rows.size();
  task.accuracy.resize(pool.rows());
  for (size_t i = 0; i < rows.size(); ++i) task.accuracy[rows[i]] = measured.accuracy[i];
  task.columns = qualities(std::move(measured), rows, covered, options);
  return task;
}

size_t lead_column(const std::vector<ScoreColumn>& columns, const std::string& wanted, const std::string& ordered_by) {
  std::vector<std::string> names;
  for (const ScoreColumn& column : columns) names.push_back(column.name);
  const auto number = [&](const auto& found) { return static_cast<size_t>(found - names.begin()); };
  if (!wanted.empty()) {
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found == names.end()) throw core::UsageError(core::unknown_name("score column", wanted, names));
    return number(found);
  }
  for (const std::string& usual : {ordered_by, std::string("log_rank")}) {
    const auto found = std::find(names.begin(), names.end(), usual);
    if (found != names.end()) return number(found);
  }
  const auto score = std::find_if(names.begin(), names.end(),
                                  [](const std::string& name) { return !is_network_size(name) && name != kDataFree; });
  return score == names.end() ? 0 : number(score);
}

// Puts all rows in the order of the leaderboard; equal ones keep theirs.
void order_rows(Report& report) {
  std::vector<size_t> order(report.pool.rows());
  std::iota(order.begin(), order.end(), size_t{0});
  // A failed score is nullopt, which is less than any value.
  const auto& lead = report.pool.columns[report.lead].values;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return lead[a] > lead[b]; });
  report.pool.architectures = picked(report.pool.architectures, order);
  report.pool.function = picked(report.pool.function, order);
  for (ScoreColumn& column : report.pool.columns) column.values = picked(column.values, order);
  for (ScoreColumn& column : report.pool.structure) column.values = picked(column.values, order);
  for (ReportTask& task : report.tasks) task.accuracy = picked(task.accuracy, order);
}

std::vector<ReportCost> costs_of(const std::vector<MergedColumn>& columns, const std::vector<ReportRun>& runs) {
  std::vector<ReportCost> costs;
  for (const MergedColumn& column : columns) {
    const auto found = runs[column.run].milliseconds.find(column.column);
    if (found != runs[column.run].milliseconds.end()) costs.push_back({column.name, found->second});
  }
  return costs;
}

std::vector<ReportDrawing> drawings_of(const Population& pool, const spaces::SearchSpace& space, size_t top) {
  std::vector<ReportDrawing> drawings;
  for (size_t row = 0; row < std::min(top, pool.rows()); ++row) {
    ReportDrawing drawing{row, {}};
    try {
      for (const spaces::UnitGraph& cell : space.cells(space.parse(pool.architectures[row]))) {
        drawing.cells.push_back(spaces::drawn_svg(spaces::cell_dot(cell)));
      }
    } catch (const core::Error&) {
      continue;  // an architecture of another space
    }
    drawings.push_back(std::move(drawing));
  }
  return drawings;
}

}  // namespace

Report make_report(std::vector<ReportRun> runs, const std::vector<Benchmark>& benchmarks,
                   const spaces::SearchSpace* space, const ReportOptions& options) {
  Report report;
  report.options = options;
  const MergedRuns merged = merged_tables(runs);
  report.repeated = merged.repeated;
  report.pool = population_of(merged.table);
  if (space != nullptr) {
    report.space = space->name();
    report.not_of_space = add_space_facts(report.pool, *space);
  }
  std::vector<std::vector<bool>> covered(merged.columns.size());
  for (size_t c = 0; c < covered.size(); ++c) {
    const std::vector<bool>& rows = merged.columns[c].covered;
    if (std::find(rows.begin(), rows.end(), false) != rows.end()) covered[c] = rows;
  }
  for (const Benchmark& benchmark : benchmarks) {
    report.benchmark = benchmark.file_name();
    report.tasks.push_back(task_of(report.pool, covered, merged.table, benchmark, space, options.correlation));
  }
  // Ranks of the whole pool: after the tasks, each of which has the baseline of its own rows.
  if (space != nullptr) add_data_free(report.pool);
  covered.resize(report.pool.columns.size());  // what the space knows covers all rows
  report.redundancy = redundancy(report.pool.columns, covered);
  report.costs = costs_of(merged.columns, runs);
  report.lead = lead_column(report.pool.columns, options.lead, runs.front().ordered_by);
  order_rows(report);
  if (space != nullptr) report.drawings = drawings_of(report.pool, *space, options.top);
  report.runs = std::move(runs);
  return report;
}

}  // namespace zeroth::eval
