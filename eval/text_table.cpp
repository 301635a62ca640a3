#include "eval/text_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/csv.h"

namespace zeroth::eval {

std::string fixed(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

std::string signed_text(const std::optional<double>& value) { return value ? fmt::format("{:+.3f}", *value) : "-"; }

std::string cell(const std::optional<double>& value) { return value ? core::number_text(*value) : ""; }

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
