#include "core/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <numeric>

namespace zeroth::core {
namespace {

// Levenshtein distance, for "did you mean".
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

void fail_check(const char* expression, const char* file, int line) {
  throw Bug(fmt::format("bug: check failed: {} at {}:{}", expression, file, line));
}

std::string unknown_name(std::string_view kind, std::string_view given, const std::vector<std::string>& known) {
  const std::string* nearest = nullptr;
  size_t best = std::max<size_t>(2, given.size() / 2);
  for (const std::string& name : known) {
    const size_t distance = edit_distance(given, name);
    if (distance <= best && (nearest == nullptr || distance < best)) {
      best = distance;
      nearest = &name;
    }
  }
  const std::string hint = nearest ? fmt::format(" did you mean \"{}\"?", *nearest) : "";
  return fmt::format("unknown {} \"{}\";{} known: {}", kind, given, hint, fmt::join(known, ", "));
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  return text;
}

}  // namespace zeroth::core
