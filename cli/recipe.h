// A recipe: a YAML file that lists commands of this program, stage by stage, each with its options as keys. Keys are
// held against the command's own options, so that a mistake is named before the first stage runs.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace zeroth::cli {

struct Stage {
  std::string command;                 // "rank", "ensemble apply"
  std::vector<std::string> arguments;  // of the program, the command's words first
  std::vector<std::string> inputs;     // values that may name files or folders to read
  std::vector<std::string> outputs;    // files or folders to write
  bool resumes = false;                // the command knows --resume
};

// Throws core::Error that names file and line: no YAML, an unknown command or option, a missing one.
std::vector<Stage> read_recipe(const std::string& path, const CLI::App& program);

}  // namespace zeroth::cli
