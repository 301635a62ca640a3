#include "core/signals.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <system_error>

#include "core/error.h"

namespace zeroth::core {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch nothing else");

// Only what POSIX calls async-signal-safe happens here.
extern "C" void on_signal(int signal) {
  int none = 0;
  if (received.compare_exchange_strong(none, signal)) return;
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // takes effect when this handler returns
}

bool stdout_reader_left() {
  pollfd descriptor{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLERR) != 0;
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // a write of a row is not cut by the signal
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int interrupted() { return received.load(); }

int interrupt_exit_code() {
  const int signal = interrupted();
  return signal == 0 ? 0 : 128 + signal;
}

void flush_stdout() {
  errno = 0;
  std::cout.flush();
  const bool flushed = std::fflush(stdout) == 0;
  const int reason = errno;
  if (flushed && std::cout && std::ferror(stdout) == 0) return;
  if (stdout_reader_left()) return;
  // A write that failed earlier has left only its mark on the stream, and not its reason.
  const std::string why = reason == 0 ? "an earlier write failed" : std::generic_category().message(reason);
  throw Error(fmt::format("cannot write to standard output: {}", why));
}

}  // namespace zeroth::core
