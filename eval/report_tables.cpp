#include "eval/report_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eval/report_runs.h"

namespace zeroth::eval {
namespace {

struct Table {  // the first column to the left, the others to the right
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

std::string markdown_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("|\\`*_<>[]~&").find(c) != std::string_view::npos) result += '\\';
    result += c == '\n' || c == '\r' ? ' ' : c;
  }
  return result;
}

std::string latex_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\textbackslash{}";
        break;
      case '~':
        result += "\\textasciitilde{}";
        break;
      case '^':
        result += "\\textasciicircum{}";
        break;
      case '|':
        result += "\\textbar{}";
        break;
      case '<':
        result += "\\textless{}";
        break;
      case '>':
        result += "\\textgreater{}";
        break;
      case '[':  // at the start of a row these belong to the line break before it
      case '*':
        result += fmt::format("{{{}}}", c);
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        result += '\\';
        result += c;
        break;
      default:
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
  }
  return result;
}

template <typename Escape>
std::string joined(const std::vector<std::string>& cells, const char* separator, Escape escape) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : separator) + escape(cells[i]);
  return line;
}

std::string markdown(const Table& table) {
  std::string text = "| " + joined(table.header, " | ", markdown_text) + " |\n|";
  for (size_t i = 0; i < table.header.size(); ++i) text += i == 0 ? "---|" : "---:|";
  text += '\n';
  for (const auto& row : table.rows) text += "| " + joined(row, " | ", markdown_text) + " |\n";
  return text;
}

std::string latex(const Table& table) {
  std::string text = "\\begin{tabular}{l" + std::string(table.header.size() - 1, 'r') + "}\n\\toprule\n";
  text += joined(table.header, " & ", latex_text) + " \\\\\n\\midrule\n";
  for (const auto& row : table.rows) text += joined(row, " & ", latex_text) + " \\\\\n";
  return text + "\\bottomrule\n\\end{tabular}\n";
}

// Whole numbers in full, others with five digits.
std::string number(const std::optional<double>& value) {
  if (!value) return "-";
  const bool whole = *value == std::round(*value) && std::abs(*value) < 1e15;
  return whole ? fmt::format("{:.0f}", *value) : fmt::format("{:.5g}", *value);
}

std::string estimate(const Estimate& estimate) {
  if (!estimate.value) return "-";
  std::string text = fmt::format("{:.3f}", *estimate.value);
  if (estimate.interval) text += fmt::format(" ({:.3f} .. {:.3f})", estimate.interval->low, estimate.interval->high);
  return text;
}

Table leaderboard(const Report& report) {
  const ScoreColumn& lead = report.pool.columns[report.lead];
  Table table{{"architecture", lead.name}, {}};
  std::vector<const std::vector<std::optional<double>>*> columns = {&lead.values};
  const auto add = [&](const std::string& name, const std::vector<std::optional<double>>& values) {
    table.header.push_back(name);
    columns.push_back(&values);
  };
  for (const ScoreColumn& column : report.pool.columns) {
    if (is_network_size(column.name) && &column != &lead) add(column.name, column.values);
  }
  for (const ReportTask& task : report.tasks) add(task.target, task.accuracy);
  for (size_t row = 0; row < std::min(report.options.top, report.pool.rows()); ++row) {
    table.rows.push_back({report.pool.architectures[row]});
    for (const auto* values : columns) table.rows.back().push_back(number((*values)[row]));
  }
  return table;
}

Table correlations(const std::vector<ReportTask>& tasks) {
  Table table{{"score"}, {}};
  for (const ReportTask& task : tasks) {
    table.header.push_back(task.target + " Spearman");
    table.header.push_back(task.target + " Kendall");
  }
  for (const ColumnQuality& first : tasks.front().columns) {
    table.rows.push_back({first.column});
    for (const ReportTask& task : tasks) {
      const auto found = std::find_if(task.columns.begin(), task.columns.end(),
                                      [&](const ColumnQuality& other) { return other.column == first.column; });
      table.rows.back().push_back(estimate(found->spearman));
      table.rows.back().push_back(estimate(found->kendall));
    }
  }
  return table;
}

// A row a contribution.
Table contributions(const Report& report) {
  Table table{{"architecture", "run", "score", "column", "value", "percentile", "contribution"}, {}};
  for (const ReportOrder& order : report.orders) {
    for (const ExplainedRow& row : order.explained) {
      for (const ReportContribution& each : row.contributions) {
        table.rows.push_back({report.pool.architectures[row.row], order.run, order.score, each.column,
                              number(each.value), fmt::format("{:.1f}", each.percentile),
                              fmt::format("{:+.4g}", each.amount)});
      }
    }
  }
  return table;
}

}  // namespace

std::vector<ReportFile> tables(const Report& report) {
  const Table board = leaderboard(report);
  std::vector<ReportFile> files = {{"leaderboard.md", markdown(board)}, {"leaderboard.tex", latex(board)}};
  if (!report.tasks.empty()) {
    const Table quality = correlations(report.tasks);
    files.push_back({"correlation.md", markdown(quality)});
    files.push_back({"correlation.tex", latex(quality)});
  }
  const Table shares = contributions(report);
  if (!shares.rows.empty()) {
    files.push_back({"contributions.md", markdown(shares)});
    files.push_back({"contributions.tex", latex(shares)});
  }
  return files;
}

}  // namespace zeroth::eval
