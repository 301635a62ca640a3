#include "core/line_reader.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/signals.h"

namespace zeroth::core {
namespace {

constexpr size_t kBytesAtOnce = 65536;
// A signal that comes just before poll() does not wake it.
constexpr int kMilliseconds = 100;

[[noreturn]] void fail() {
  throw Error(fmt::format("cannot read standard input: {}", std::generic_category().message(errno)));
}

// Whether something can be read, or the input has ended; false once interrupted.
bool wait_for(int descriptor) {
  while (interrupted() == 0) {
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, kMilliseconds);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) fail();
  }
  return false;
}

}  // namespace

void LineReader::fill() {
  if (at_end_ || !wait_for(descriptor_)) return;
  std::string bytes(kBytesAtOnce, '\0');
  const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
  if (count < 0) {
    if (errno == EINTR || errno == EAGAIN) return;
    fail();
  }
  at_end_ = count == 0;
  buffer_.append(bytes, 0, static_cast<size_t>(count));
}

LineReader::Line LineReader::finish() {
  Line line{buffer_.substr(0, searched_), too_long_ || searched_ > longest_};
  buffer_.erase(0, searched_ + 1);
  searched_ = 0;
  too_long_ = false;
  if (line.too_long) line.text.clear();
  if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
  return line;
}

std::optional<LineReader::Line> LineReader::next() {
  while (interrupted() == 0) {
    const size_t newline = buffer_.find('\n', searched_);
    if (newline != std::string::npos) {
      searched_ = newline;
      return finish();
    }
    if (buffer_.size() > longest_) {
      too_long_ = true;
      buffer_.clear();
    }
    searched_ = buffer_.size();
    fill();
    if (!at_end_) continue;
    if (buffer_.empty() && !too_long_) return std::nullopt;
    return finish();
  }
  return std::nullopt;
}

}  // namespace zeroth::core
