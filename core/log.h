// Messages to the person at the terminal: one line each on standard error, "zeroth: warning: ...". May be called from
// any thread. Results never go this way: they go to standard output and to files.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace zeroth::core {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// error, warning, info (what is set at first) or debug: messages below it are not printed.
// Throws UsageError with the valid names.
void set_log_level(std::string_view name);

void log_message(LogLevel level, std::string_view text);

template <typename... Values>
void log_error(fmt::format_string<Values...> format, Values&&... values) {
  log_message(LogLevel::kError, fmt::format(format, std::forward<Values>(values)...));
}
template <typename... Values>
void log_warning(fmt::format_string<Values...> format, Values&&... values) {
  log_message(LogLevel::kWarning, fmt::format(format, std::forward<Values>(values)...));
}
template <typename... Values>
void log_info(fmt::format_string<Values...> format, Values&&... values) {
  log_message(LogLevel::kInfo, fmt::format(format, std::forward<Values>(values)...));
}
template <typename... Values>
void log_debug(fmt::format_string<Values...> format, Values&&... values) {
  log_message(LogLevel::kDebug, fmt::format(format, std::forward<Values>(values)...));
}

// The live line: the last line of a terminal, redrawn in place. A message clears it, prints, and draws it again below.
// An empty text clears it for good.
void draw_live_line(std::string_view text);
// A whole line on standard error that is no message: no prefix, whatever the level.
void print_line(std::string_view text);

}  // namespace zeroth::core
