#include "cli/recipe.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "spaces/user_space_file.h"

namespace zeroth::cli {
namespace {

using spaces::FileNode;

// Options whose value is what a command writes; every other value may name something to read.
const std::vector<std::string> kOutputs = {"out", "figures", "tables", "why"};

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

std::string key_of(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return option.get_lnames().front();
  return option.get_positional() ? option.get_name(/*positional=*/true) : "";
}

// "ensemble apply" is a command within a command.
const CLI::App& find_command(const FileNode& stage, const CLI::App& program) {
  const CLI::App* command = &program;
  std::istringstream words(stage.key());
  for (std::string word; words >> word;) {
    std::vector<std::string> known;
    const CLI::App* found = nullptr;
    for (const CLI::App* one : command->get_subcommands([](const CLI::App*) { return true; })) {
      known.push_back(one->get_name());
      if (one->get_name() == word) found = one;
    }
    if (found == nullptr || word == "run") stage.fail(core::unknown_name("command", word, known));
    command = found;
  }
  return *command;
}

const CLI::Option& find_option(const FileNode& entry, const CLI::App& command) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    const std::string key = key_of(*option);
    if (key == "help" || key == "resume" || key.empty()) continue;
    if (key == entry.key()) return *option;
    known.push_back(key);
  }
  entry.fail(core::unknown_name("option of " + command.get_name(), entry.key(), known));
}

// An option's value in the parts that may be a file: scores.csv,bench.csv,accuracy or cifar10:images.bin.
void add_inputs(const std::string& value, std::vector<std::string>& inputs) {
  inputs.push_back(value);
  for (size_t start = 0; start < value.size();) {
    const size_t end = std::min(value.find_first_of(",:", start), value.size());
    if (end - start < value.size()) inputs.push_back(value.substr(start, end - start));
    start = end + 1;
  }
}

void add_option(const FileNode& entry, const CLI::Option& option, Stage& stage, std::vector<std::string>& positionals) {
  if (is_flag(option)) {
    if (entry.yes_or_no()) stage.arguments.push_back("--" + entry.key());
    return;
  }
  const std::vector<std::string> values = entry.one_or_more();
  const bool writes = std::find(kOutputs.begin(), kOutputs.end(), entry.key()) != kOutputs.end();
  if (option.get_lnames().empty()) {
    positionals.insert(positionals.end(), values.begin(), values.end());
  } else {
    for (const std::string& value : values) {
      stage.arguments.push_back("--" + entry.key());
      stage.arguments.push_back(value);
    }
  }
  for (const std::string& value : values) {
    if (writes) {
      stage.outputs.push_back(value);
    } else {
      add_inputs(value, stage.inputs);
    }
  }
}

Stage read_stage(const FileNode& node, const CLI::App& program) {
  const CLI::App& command = find_command(node, program);
  Stage stage;
  stage.command = node.key();
  std::istringstream words(node.key());
  for (std::string word; words >> word;) stage.arguments.push_back(word);
  std::vector<std::string> given, positionals;
  for (const FileNode& entry : node.entries()) {
    const CLI::Option& option = find_option(entry, command);
    add_option(entry, option, stage, positionals);
    given.push_back(key_of(option));
  }
  for (const CLI::Option* option : command.get_options()) {
    const std::string key = key_of(*option);
    if (key == "resume") stage.resumes = true;
    if (option->get_required() && std::find(given.begin(), given.end(), key) == given.end()) {
      node.fail(fmt::format("the option \"{}\" is missing", key));
    }
  }
  if (!positionals.empty()) {
    // What follows is no option, whatever it begins with.
    stage.arguments.emplace_back("--");
    stage.arguments.insert(stage.arguments.end(), positionals.begin(), positionals.end());
  }
  return stage;
}

}  // namespace

std::vector<Stage> read_recipe(const std::string& path, const CLI::App& program) {
  const FileNode file = FileNode::read(path);
  file.allow({"stages"});
  std::vector<Stage> stages;
  for (const FileNode& item : file.at("stages").items()) {
    const std::vector<FileNode> commands = item.entries();
    if (commands.size() != 1) item.fail(fmt::format("a stage is one command, and here are {}", commands.size()));
    stages.push_back(read_stage(commands.front(), program));
  }
  return stages;
}

}  // namespace zeroth::cli
