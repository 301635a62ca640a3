#include "core/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <vector>

#include "core/error.h"

namespace zeroth::core {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"error", "warning", "info", "debug"};
constexpr std::string_view kClearLine = "\r\x1b[K";

std::atomic<LogLevel> current_level{LogLevel::kInfo};

// Guards standard error and what is drawn there.
std::mutex terminal_mutex;
std::string live_line;

// One write, so that lines of several processes do not mix. Where standard error is gone there is nobody to tell.
void write_to_stderr(const std::string& text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

void set_log_level(std::string_view name) {
  const auto found = std::find(kLevelNames.begin(), kLevelNames.end(), name);
  if (found == kLevelNames.end()) {
    throw UsageError(unknown_name("log level", name, std::vector<std::string>(kLevelNames.begin(), kLevelNames.end())));
  }
  current_level = static_cast<LogLevel>(found - kLevelNames.begin());
}

void log_message(LogLevel level, std::string_view text) {
  if (level > current_level.load()) return;
  // Names from a file may hold anything, and be of any length.
  constexpr size_t kLongest = 4000;
  const std::string_view clipped = text.substr(0, kLongest), more = text.size() > kLongest ? " ..." : "";
  print_line(one_line(fmt::format("zeroth: {}: {}{}", kLevelNames[static_cast<size_t>(level)], clipped, more)));
}

void print_line(std::string_view text) {
  const std::lock_guard lock(terminal_mutex);
  if (live_line.empty()) {
    write_to_stderr(fmt::format("{}\n", text));
  } else {
    write_to_stderr(fmt::format("{}{}\n{}", kClearLine, text, live_line));
  }
}

void draw_live_line(std::string_view text) {
  const std::lock_guard lock(terminal_mutex);
  if (text.empty() && live_line.empty()) return;
  live_line = text;
  write_to_stderr(fmt::format("{}{}", kClearLine, text));
}

}  // namespace zeroth::core
