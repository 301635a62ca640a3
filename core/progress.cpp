#include "core/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "core/log.h"

namespace zeroth::core {
namespace {

constexpr double kSecondsPerDraw = 0.1;
constexpr double kSecondsPerPlainLine = 5;
constexpr int kBarWidth = 20;
constexpr int kDefaultWidth = 80;

bool stderr_is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

int terminal_width() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kDefaultWidth;
}

double rate_per_second(const ProgressState& state) {
  const auto fresh = static_cast<double>(state.done - state.resumed);
  return state.elapsed > 0 ? fresh / state.elapsed : 0;
}

std::string rate_text(double rate) { return rate < 10 ? fmt::format("{:.2f}/s", rate) : fmt::format("{:.0f}/s", rate); }

}  // namespace

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-:--";
  const auto whole = static_cast<int64_t>(std::llround(std::min(seconds, 1e12)));
  const int64_t minutes = whole / 60;
  const int64_t hours = minutes / 60;
  if (hours >= 24) return fmt::format("{}d {:02}:{:02}", hours / 24, hours % 24, minutes % 60);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes % 60, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string progress_text(const ProgressState& state) {
  const int64_t percent = state.total > 0 ? 100 * state.done / state.total : 100;
  const double rate = rate_per_second(state);
  const auto rest = static_cast<double>(state.total - state.done);
  const double left = rest > 0 && rate == 0 ? std::numeric_limits<double>::infinity() : rest > 0 ? rest / rate : 0;
  std::string text = fmt::format("{} {}/{}  {}%  {}  elapsed {}  left {}", state.what, state.done, state.total, percent,
                                 rate_text(rate), duration_text(state.elapsed), duration_text(left));
  if (state.failed > 0) text += fmt::format("  failed {}", state.failed);
  if (state.cached > 0) text += fmt::format("  cached {}", state.cached);
  if (!state.note.empty()) text += "  " + state.note;
  return text;
}

std::string progress_line(const ProgressState& state, int width) {
  const std::string text = progress_text(state);
  const auto room = static_cast<size_t>(std::max(width, 0));
  if (text.size() + kBarWidth + 3 > room) return text.substr(0, room);
  const double share = state.total > 0 ? static_cast<double>(state.done) / static_cast<double>(state.total) : 1.0;
  const auto filled = static_cast<size_t>(share * kBarWidth);
  return fmt::format("[{}{}] {}", std::string(filled, '#'), std::string(kBarWidth - filled, ' '), text);
}

Progress::Progress(int64_t total, std::string what, bool quiet, int64_t resumed, Clock clock)
    : clock_(std::move(clock)), quiet_(quiet), terminal_(stderr_is_terminal()) {
  state_.what = std::move(what);
  state_.total = total;
  state_.done = state_.resumed = resumed;
  started_ = clock_();
  next_draw_ = started_ + (terminal_ ? 0 : kSecondsPerPlainLine);
}

Progress::~Progress() {
  if (drawn_) draw_live_line("");
}

void Progress::update(int64_t done, int64_t failed, int64_t cached) {
  state_.done = done;
  state_.failed = failed;
  state_.cached = cached;
  const double now = clock_();
  if (quiet_ || now < next_draw_) return;
  state_.elapsed = now - started_;
  next_draw_ = now + (terminal_ ? kSecondsPerDraw : kSecondsPerPlainLine);
  if (terminal_) {
    // One column stays free: a terminal may wrap when the last one is filled.
    draw_live_line(progress_line(state_, terminal_width() - 1));
    drawn_ = true;
  } else {
    print_line(progress_text(state_));
  }
}

void Progress::finish() {
  if (quiet_) return;
  state_.elapsed = clock_() - started_;
  if (drawn_) draw_live_line("");
  drawn_ = false;
  print_line(terminal_ ? progress_line(state_, terminal_width() - 1) : progress_text(state_));
}

double Progress::steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace zeroth::core
