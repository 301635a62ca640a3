#include "eval/report_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <utility>

#include "eval/report_pareto.h"
#include "eval/report_plot.h"
#include "eval/report_runs.h"

namespace zeroth::eval {
namespace {

// Of the Okabe-Ito palette.
constexpr const char* kBlue = "#0072b2";
constexpr const char* kVermillion = "#d55e00";
constexpr const char* kGray = "#999999";

double dot_radius(size_t points) { return points > 3000 ? 0.8 : 2; }

std::string file_stem(const std::string& kind, const std::string& what) {
  std::string name = kind + "_" + what;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  }
  return name;
}

Points points_of(const std::vector<std::optional<double>>& x, const std::vector<std::optional<double>>& y) {
  Points points;
  for (size_t row = 0; row < x.size(); ++row) {
    if (x[row] && y[row]) points.emplace_back(*x[row], *y[row]);
  }
  return points;
}

std::string scatter(const ScoreColumn& score, const ReportTask& task) {
  const Points points = points_of(score.values, task.accuracy);
  Plot plot(score.name, task.target, points);
  plot.add_points(points, kBlue, dot_radius(points.size()));
  return plot.svg();
}

std::string pareto(const ScoreColumn& score, const ScoreColumn& size) {
  const Points points = points_of(size.values, score.values);
  Points front;
  for (const size_t row : pareto_front(size.values, score.values)) {
    front.emplace_back(*size.values[row], *score.values[row]);
  }
  Plot plot(size.name, score.name, points);
  plot.add_points(points, kGray, dot_radius(points.size()));
  plot.add_steps(front, kVermillion);
  plot.add_points(front, kVermillion, 2.5);
  return plot.svg();
}

// Empty where no cost has a correlation.
std::string cost(const Report& report, const ReportTask& task) {
  Points points;
  std::vector<std::string> labels;
  // Highest correlation first: its label wins where two would cover each other.
  for (const ColumnQuality& quality : task.columns) {
    const auto found = std::find_if(report.costs.begin(), report.costs.end(),
                                    [&](const ReportCost& each) { return each.column == quality.column; });
    if (found == report.costs.end() || !quality.spearman.value || found->milliseconds <= 0) continue;
    points.emplace_back(found->milliseconds, *quality.spearman.value);
    labels.push_back(quality.column);
  }
  if (points.empty()) return "";
  Plot plot("milliseconds an architecture", "Spearman with " + task.target, points, /*log_x=*/true);
  plot.add_points(points, kBlue, 3.5);
  plot.add_labels(points, labels);
  return plot.svg();
}

struct HeatMap {
  std::vector<std::string> rows, columns;
  std::vector<std::vector<std::optional<double>>> values;  // in [-1, 1]
  double cell_width, cell_height;
  bool with_numbers;
};

// White at 0, `most` of blue at 1 and of vermillion at -1.
std::string heat_colour(double value, double most) {
  const int hue[2][3] = {{0x00, 0x72, 0xb2}, {0xd5, 0x5e, 0x00}};
  std::string colour = "#";
  for (int channel = 0; channel < 3; ++channel) {
    colour += fmt::format("{:02x}", std::lround(255 + most * std::abs(value) * (hue[value < 0][channel] - 255)));
  }
  return colour;
}

std::string heat_map(const HeatMap& map) {
  const auto longest = [](const std::vector<std::string>& names) {
    size_t size = 0;
    for (const std::string& name : names) size = std::max(size, name.size());
    return 5.8 * static_cast<double>(size) + 10;
  };
  const double left = longest(map.rows), top = longest(map.columns);
  std::string elements;
  for (size_t c = 0; c < map.columns.size(); ++c) {
    elements +=
        fmt::format("<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\">{}</text>\n",
                    left + (static_cast<double>(c) + 0.5) * map.cell_width + 3.5, top - 4, xml_text(map.columns[c]));
  }
  for (size_t r = 0; r < map.rows.size(); ++r) {
    const double y = top + static_cast<double>(r) * map.cell_height, middle = y + 0.5 * map.cell_height + 3.5;
    elements += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", left - 4, middle,
                            xml_text(map.rows[r]));
    for (size_t c = 0; c < map.columns.size(); ++c) {
      const std::optional<double>& value = map.values[r][c];
      if (!value) continue;
      const double x = left + static_cast<double>(c) * map.cell_width;
      elements +=
          fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>", x, y, map.cell_width,
                      map.cell_height, heat_colour(*value, map.with_numbers ? 0.7 : 1.0));  // or they could not be read
      if (!map.with_numbers) continue;
      elements += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.2f}</text>",
                              x + 0.5 * map.cell_width, middle, *value);
    }
    elements += '\n';
  }
  return svg_file(left + static_cast<double>(map.columns.size()) * map.cell_width + 4,
                  top + static_cast<double>(map.rows.size()) * map.cell_height + 4, elements);
}

std::string correlation_map(const std::vector<ReportTask>& tasks) {
  HeatMap map{{}, {}, {}, 40, 14, true};
  for (const ReportTask& task : tasks) map.columns.push_back(task.target);
  for (const ColumnQuality& quality : tasks.front().columns) {
    map.rows.push_back(quality.column);
    map.values.emplace_back();
    for (const ReportTask& task : tasks) {
      const auto found = std::find_if(task.columns.begin(), task.columns.end(),
                                      [&](const ColumnQuality& other) { return other.column == quality.column; });
      map.values.back().push_back(found->spearman.value);
    }
  }
  return heat_map(map);
}

std::string redundancy_map(const Redundancy& redundancy) {
  const bool few = redundancy.columns.size() <= 20;
  HeatMap map{redundancy.columns, redundancy.columns, {}, few ? 28.0 : 12.0, few ? 14.0 : 12.0, few};
  map.values = redundancy.spearman;
  return heat_map(map);
}

}  // namespace

std::vector<ReportFile> figures(const Report& report) {
  std::vector<ReportFile> files;
  std::set<std::string> taken;
  // Names that differ in what no file name should have are numbered.
  const auto add = [&](const std::string& stem, std::string text) {
    std::string name = stem;
    for (int number = 2; !taken.insert(name).second; ++number) name = fmt::format("{}_{}", stem, number);
    files.push_back({name + ".svg", std::move(text)});
  };
  const ScoreColumn& lead = report.pool.columns[report.lead];
  for (const ReportTask& task : report.tasks) {
    add(file_stem("scatter", task.target), scatter(lead, task));
    const std::string costs = cost(report, task);
    if (!costs.empty()) add(file_stem("cost", task.target), costs);
  }
  if (!report.tasks.empty()) add("correlation", correlation_map(report.tasks));
  for (const ScoreColumn& column : report.pool.columns) {
    if (is_network_size(column.name)) add(file_stem("pareto", column.name), pareto(lead, column));
  }
  if (report.redundancy.columns.size() > 1) add("redundancy", redundancy_map(report.redundancy));
  return files;
}

}  // namespace zeroth::eval
