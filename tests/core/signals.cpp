#include "core/signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>

#include "core/error.h"

namespace zeroth::core {
namespace {

// How a child process that runs `body` ends: its exit code, or minus the signal that killed it.
int end_of_child(const std::function<int()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("the first signal only asks for the end, and gives the exit code") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const int code = end_of_child([signal] {
    install_signal_handlers();
    if (interrupted() != 0 || interrupt_exit_code() != 0) return 1;
    ::raise(signal);
    return interrupted() == signal ? interrupt_exit_code() : 2;
  });
  CHECK(code == (signal == SIGINT ? 130 : 143));
}

TEST_CASE("the second signal kills at once, also when it is the other one") {
  const int second = GENERATE(SIGINT, SIGTERM);
  CHECK(end_of_child([second] {
          install_signal_handlers();
          ::raise(SIGINT);
          ::raise(second);
          return 1;
        }) == -second);
}

TEST_CASE("a pipe that nobody reads does not kill, and ends standard output without an error") {
  CHECK(end_of_child([] {
          install_signal_handlers();
          int ends[2];
          if (::pipe(ends) != 0) return 1;
          ::dup2(ends[1], STDOUT_FILENO);
          ::close(ends[0]);
          std::puts("lost");
          if (std::fflush(stdout) == 0) return 2;  // an earlier write has failed already
          std::puts("lost too");
          flush_stdout();
          return 0;
        }) == 0);
}

TEST_CASE("a full disk under standard output is an error") {
  CHECK(end_of_child([] {
          install_signal_handlers();
          if (std::freopen("/dev/full", "w", stdout) == nullptr) return 1;
          std::puts("lost");
          try {
            flush_stdout();
          } catch (const Error& error) {
            return std::string(error.what()) == "cannot write to standard output: No space left on device" ? 0 : 2;
          }
          return 3;
        }) == 0);
}

}  // namespace zeroth::core
