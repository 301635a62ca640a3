// zeroth run: the stages of a recipe, one after the other.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include "cli/commands.h"
#include "cli/recipe.h"
#include "cli/recipe_examples.h"
#include "cli/recipe_state.h"
#include "core/error.h"
#include "core/log.h"
#include "core/manifest.h"
#include "core/replace_file.h"
#include "core/signals.h"

namespace zeroth::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    R"(A recipe lists commands of this program with their options as keys:

  stages:
    - rank: {space: nasbench201, sample: 2000, seed: 1, out: scores.csv}
    - report: {runs: [scores.csv], out: report.html}

Paths are relative to the recipe's folder. Every key is checked before the first stage runs. RECIPE.state.json beside the
recipe records each stage's command and a digest of the files that it read and wrote: a stage of which nothing changed is not run
again, and one that was cut short goes on where its command knows --resume.

Examples:
  zeroth run --init rank mine.yaml
  zeroth run mine.yaml --dry-run
  zeroth run mine.yaml)";

struct Options {
  std::string recipe = "recipe.yaml", init;
  bool dry_run = false, again = false;
};

// A stage is a process of its own: what one command leaves in memory cannot touch the next. It has a process group of
// its own as well, so that it gets a Ctrl-C once, from us.
int run_process(const std::vector<std::string>& arguments) {
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::cout.flush();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw core::Error(fmt::format("cannot start {}: {}", program, std::strerror(errno)));
  if (child == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() == parent) ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  bool told = false;
  for (int status = 0;; std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (ended < 0 && errno != EINTR)
      throw core::Error(fmt::format("waiting for {}: {}", program, std::strerror(errno)));
    if (core::interrupted() != 0 && !told) {
      ::kill(child, core::interrupted());
      told = true;
    }
  }
}

// As a user would type it.
std::string as_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "zeroth");
  return core::shell_command(arguments);
}

void make_folders(const Stage& stage) {
  for (const std::string& output : stage.outputs) {
    const fs::path folder = fs::path(output).parent_path();
    std::error_code error;
    if (!folder.empty()) fs::create_directories(folder, error);
    if (error) throw core::Error(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
  }
}

// Returns the exit code of the stage.
int run_stage(size_t number, size_t count, const Stage& stage, RecipeState& state, bool again) {
  const RecipeState::Progress progress = state.progress(number, stage);
  const std::string name = fmt::format("stage {} of {}, {}", number + 1, count, stage.command);
  if (progress == RecipeState::Progress::kDone && !again) {
    core::log_info("{}: nothing changed, its files stay", name);
    return 0;
  }
  std::vector<std::string> arguments = stage.arguments;
  if (progress == RecipeState::Progress::kBegun && stage.resumes && !again) {
    arguments.insert(arguments.begin() + 1, "--resume");
  }
  core::log_info("{}: {}", name, as_command(arguments));
  make_folders(stage);
  state.begin(number, stage);
  const int code = run_process(arguments);
  if (code == 0) state.end(number, stage);
  return code;
}

int run_recipe(const Options& options, const CLI::App& program) {
  const std::vector<Stage> stages = read_recipe(options.recipe, program);
  if (options.dry_run) {
    for (const Stage& stage : stages) std::cout << as_command(stage.arguments) << "\n";
    return 0;
  }
  const fs::path recipe = fs::absolute(options.recipe);
  fs::current_path(recipe.parent_path());
  RecipeState state(recipe.filename().string() + ".state.json");
  for (size_t number = 0; number < stages.size(); ++number) {
    const int code = run_stage(number, stages.size(), stages[number], state, options.again);
    if (code == 0) continue;
    core::log_error("{}: stage {}, {}, ended with exit code {}; the stages after it were not run", options.recipe,
                    number + 1, stages[number].command, code);
    return core::interrupted() != 0 ? core::interrupt_exit_code() : code;
  }
  return 0;
}

void write_example(const Options& options) {
  const RecipeExample& example = find_recipe_example(options.init);
  if (fs::exists(options.recipe)) {
    throw core::Error(fmt::format("{} is there already; name another file, or remove it", options.recipe));
  }
  core::replace_file(options.recipe, example.text);
  core::log_info("wrote {}; `zeroth run {}` runs it", options.recipe, options.recipe);
}

}  // namespace

void add_run(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<Options>();
  std::string examples;
  for (const RecipeExample& example : recipe_examples()) {
    examples += fmt::format("{}{} ({})", examples.empty() ? "" : ", ", example.name, example.summary);
  }
  CLI::App* command = program.add_subcommand("run", "Run a recipe: a file that lists commands and their options");
  command->add_option("recipe", options->recipe, "YAML file")->capture_default_str();
  command->add_option("--init", options->init, "Write a commented recipe instead: " + examples);
  command->add_flag("--dry-run", options->dry_run, "Print the commands, and run nothing");
  command->add_flag("--again", options->again, "Run every stage, whether or not anything changed");
  command->footer(kFooter);
  command->callback([options, &program, &exit_code] {
    if (!options->init.empty()) return write_example(*options);
    exit_code = run_recipe(*options, program);
  });
}

}  // namespace zeroth::cli
