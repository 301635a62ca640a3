// Two families of errors. A user's mistake is an Error: its text names the bad value and the valid ones, and main()
// prints it as one line. A bug is a failed ZEROTH_CHECK: its text names the expression and the place.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace zeroth::core {

// A mistake in what the user gave us: a file, a line, an architecture. main() exits with 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A mistake on the command line itself. main() exits with 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

// A broken promise inside Zeroth.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_check(const char* expression, const char* file, int line);

// The message for a name that is not in a list: says what was given, the nearest valid name and all valid names.
// Example: unknown proxy "snipp"; did you mean "snip"? known: params, macs, snip
std::string unknown_name(std::string_view kind, std::string_view given, const std::vector<std::string>& known);

// A message without line breaks: control characters become blanks.
std::string one_line(std::string text);

}  // namespace zeroth::core

#define ZEROTH_CHECK(expression)                                                    \
  do {                                                                              \
    if (!(expression)) ::zeroth::core::fail_check(#expression, __FILE__, __LINE__); \
  } while (false)
