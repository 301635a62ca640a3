// What is written to standard error while this lives, by a file or, for code that looks, by a terminal.
#pragma once

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

namespace zeroth::tests {

class CapturedStderr {
 public:
  enum class Kind { kPipe, kTerminal };

  explicit CapturedStderr(Kind kind, unsigned short columns = 120) : before_(::dup(STDERR_FILENO)) {
    int write_end = -1;
    if (kind == Kind::kTerminal) {
      termios raw{};
      ::cfmakeraw(&raw);
      winsize size{};
      size.ws_row = 24;
      size.ws_col = columns;
      REQUIRE(::openpty(&read_end_, &write_end, nullptr, &raw, &size) == 0);
      ::setenv("TERM", "xterm", 1);
    } else {
      int ends[2];
      REQUIRE(::pipe(ends) == 0);
      read_end_ = ends[0];
      write_end = ends[1];
    }
    ::fcntl(read_end_, F_SETFL, O_NONBLOCK);
    ::dup2(write_end, STDERR_FILENO);
    ::close(write_end);
  }
  ~CapturedStderr() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    ::close(read_end_);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

  // What has been written since the last call.
  std::string take() const {
    std::string text;
    char block[4096];
    for (ssize_t count = 0; (count = ::read(read_end_, block, sizeof block)) > 0;) {
      text.append(block, static_cast<size_t>(count));
    }
    return text;
  }

 private:
  int before_;
  int read_end_ = -1;
};

}  // namespace zeroth::tests
