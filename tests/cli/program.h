// Runs the zeroth program as a user would, and hands back all it said.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace zeroth::tests {

struct Outcome {
  int code = 0;  // 128 + signal where a signal killed it, as a shell has it
  std::string out, err;
};

// A signal to send to a running program as soon as `when` holds.
struct Interruption {
  int signal;
  std::function<bool()> when;
};

// `arguments` are divided at spaces.
Outcome run_program(const std::string& arguments, const std::string& input = "",
                    const std::optional<Interruption>& interruption = {});

// A network so small that the program's start is most of a run.
inline const std::string kTiny = " --channels 4 --cells 1 --resolution 8 --batch 4 ";
inline const std::string kRank = "rank --space nasbench201 ";

// Runs that must succeed: checks the exit code and shows what the program said where it is not 0.
Outcome run_well(const std::string& arguments, const std::string& input = "");

}  // namespace zeroth::tests
