// zeroth convert: architectures from one tool's notation to another's.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <boost/algorithm/string.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "core/error.h"
#include "core/input_file.h"
#include "spaces/notation.h"

namespace zeroth::cli {
namespace {

void run(const std::string& from_name, const std::string& to_name, const std::string& path) {
  const spaces::Notation &from = spaces::find_notation(from_name), &to = spaces::find_notation(to_name);
  spaces::require_convertible(from, to);
  const std::string name = path == "-" ? "standard input" : path;
  std::vector<std::string> lines;
  const std::string text = core::read_whole_file(path);
  boost::split(lines, text, boost::is_any_of("\n"));
  std::string converted;
  for (size_t i = 0; i < lines.size(); ++i) {
    boost::trim(lines[i]);
    if (lines[i].empty() || lines[i].front() == '#') continue;
    try {
      converted += spaces::convert(lines[i], from, to) + "\n";
    } catch (const core::Error& error) {
      throw core::Error(fmt::format("{}:{}: {}", name, i + 1, error.what()));
    }
  }
  if (converted.empty()) throw core::Error(fmt::format("{}: no architectures in it", name));
  std::cout << converted;
}

// One notation a line, for the help.
std::string notations() {
  std::string text = "Notations:\n";
  for (const spaces::Notation& notation : spaces::all_notations()) {
    text += fmt::format("  {:<18} {}\n", notation.name, notation.summary);
  }
  return text;
}

}  // namespace

void add_convert(CLI::App& program, int&) {
  struct Options {
    std::string from, to;
    std::string path = "-";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("convert", "Rewrite architectures in another tool's notation");
  command->add_option("--from", options->from, "Notation of the input")->required();
  command->add_option("--to", options->to, "Notation to write")->required();
  command->add_option("file", options->path, "One architecture a line; - or nothing for standard input");
  command->footer(notations() +
                  "Empty lines and those that begin with # are left out. Nothing is written unless every line can be.\n"
                  "Example: echo 0 | zeroth convert --from nats-index --to naslib");
  command->callback([options] { run(options->from, options->to, options->path); });
}

}  // namespace zeroth::cli
