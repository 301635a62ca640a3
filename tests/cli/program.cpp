#include "tests/cli/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/temporary_folder.h"

namespace zeroth::tests {
namespace {

void redirect(int descriptor, const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0600);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(126);
}

// Waits for the end of `child`, and interrupts it when it is time.
int wait_for(pid_t child, const std::optional<Interruption>& interruption) {
  int status = 0;
  bool sent = !interruption.has_value();
  while (!sent) {
    if (::waitpid(child, &status, WNOHANG) == child) return status;
    if (interruption->when()) {
      ::kill(child, interruption->signal);
      sent = true;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

Outcome run_program(const std::string& arguments, const std::string& input,
                    const std::optional<Interruption>& interruption) {
  // Files, not pipes: nobody has to read while the program runs.
  const TemporaryFolder folder;
  const std::string in = folder.write("in", input), out = folder.path("out"), err = folder.path("err");
  std::istringstream stream(arguments);
  std::vector<std::string> words = {ZEROTH_PROGRAM};
  words.insert(words.end(), std::istream_iterator<std::string>(stream), {});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    redirect(STDIN_FILENO, in, O_RDONLY);
    redirect(STDOUT_FILENO, out, O_WRONLY | O_CREAT);
    redirect(STDERR_FILENO, err, O_WRONLY | O_CREAT);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  const int status = wait_for(child, interruption);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, TemporaryFolder::read(out), TemporaryFolder::read(err)};
}

Outcome run_well(const std::string& arguments, const std::string& input) {
  const Outcome outcome = run_program(arguments, input);
  INFO("zeroth " << arguments << "\n" << outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome;
}

}  // namespace zeroth::tests
