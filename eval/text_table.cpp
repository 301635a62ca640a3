#include "eval/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/csv.h"

namespace zeroth::eval {

std::string fixed(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

std::string signed_text(const std::optional<double>& value) { return value ? fmt::format("{:+.3f}", *value) : "-"; }

std::string cell(const std::optional<double>& value) { return value ? core::number_text(*value) : ""; }

std::string spread_text(const std::vector<std::optional<double>>& values, const char* format) {
  std::vector<double> present;
  for (const auto& value : values) {
    if (value) present.push_back(*value);
  }
  if (present.empty()) return "-";
  const auto count = static_cast<double>(present.size());
  double mean = 0.0, squares = 0.0;
  for (const double value : present) mean += value / count;
  for (const double value : present) squares += (value - mean) * (value - mean);
  std::string text = fmt::format(fmt::runtime(format), mean);
  if (present.size() > 1) text += " +- " + fmt::format(fmt::runtime(format), std::sqrt(squares / (count - 1.0)));
  return text;
}

std::string aligned(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths(lines.front().size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    text += fmt::format("{:<{}}", line[0], widths[0]);
    for (size_t i = 1; i < line.size(); ++i) text += fmt::format("  {:>{}}", line[i], widths[i]);
    text += '\n';
  }
  return text;
}

}  // namespace zeroth::eval
