#include "tests/cli/conversation.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <iterator>
#include <sstream>
#include <vector>

namespace zeroth::tests {

Conversation::Conversation(const std::string& arguments) {
  std::istringstream stream(arguments);
  std::vector<std::string> words = {ZEROTH_PROGRAM};
  words.insert(words.end(), std::istream_iterator<std::string>(stream), {});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int input[2], output[2];
  REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(output, O_CLOEXEC) == 0);
  child_ = ::fork();
  REQUIRE(child_ >= 0);
  if (child_ == 0) {
    if (::dup2(input[0], STDIN_FILENO) < 0 || ::dup2(output[1], STDOUT_FILENO) < 0) ::_exit(126);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  to_ = input[1];
  from_ = output[0];
  ::signal(SIGPIPE, SIG_IGN);  // the program may have ended: the test says so by its exit code
}

Conversation::~Conversation() {
  if (child_ > 0) ::kill(child_, SIGKILL);
  finish();
  ::close(from_);
}

void Conversation::send(const std::string& line) {
  const std::string text = line + "\n";
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t count = ::write(to_, text.data() + sent, text.size() - sent);
    if (count <= 0) return;
    sent += static_cast<size_t>(count);
  }
}

std::optional<std::string> Conversation::receive() {
  constexpr int kMilliseconds = 60000;
  for (;;) {
    const size_t newline = buffer_.find('\n');
    if (newline != std::string::npos) {
      const std::string line = buffer_.substr(0, newline);
      buffer_.erase(0, newline + 1);
      return line;
    }
    pollfd waiting{from_, POLLIN, 0};
    if (::poll(&waiting, 1, kMilliseconds) != 1) return std::nullopt;
    char bytes[65536];
    const ssize_t count = ::read(from_, bytes, sizeof bytes);
    if (count <= 0) return std::nullopt;
    buffer_.append(bytes, static_cast<size_t>(count));
  }
}

nlohmann::json Conversation::ask(const std::string& line) {
  send(line);
  const auto answer = receive();
  INFO("request " << line.substr(0, 200));
  REQUIRE(answer);
  return nlohmann::json::parse(*answer);
}

void Conversation::signal(int number) const { ::kill(child_, number); }

void Conversation::close_input() {
  if (to_ >= 0) ::close(to_);
  to_ = -1;
}

int Conversation::finish() {
  close_input();
  if (child_ < 0) return 0;
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace zeroth::tests
