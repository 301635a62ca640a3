// Talks to the program over pipes, as a tool would.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace zeroth::tests {

class Conversation {
 public:
  // `arguments` are divided at spaces.
  explicit Conversation(const std::string& arguments);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // Sends a line, as it is.
  void send(const std::string& line);
  // The next line of the answers; nothing at their end, or where none comes for a minute.
  std::optional<std::string> receive();
  nlohmann::json ask(const std::string& line);

  void signal(int number) const;
  void close_input();
  // Closes the input, waits for the end and returns the exit code; 128 + signal where one killed it.
  int finish();

 private:
  pid_t child_ = -1;
  int to_ = -1, from_ = -1;
  std::string buffer_;
};

}  // namespace zeroth::tests
