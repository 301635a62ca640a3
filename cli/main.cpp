// zeroth: ranks neural architectures before the first training step.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "core/error.h"
#include "core/log.h"
#include "core/signals.h"
#include "nn/torch_compat.h"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

// The parser's own message for an unknown command is that one is missing.
void check_command(const CLI::App& program, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> known;
  for (const CLI::App* command : program.get_subcommands({})) known.push_back(command->get_name());
  if (std::find(known.begin(), known.end(), argv[1]) == known.end()) {
    throw zeroth::core::UsageError(zeroth::core::unknown_name("command", argv[1], known));
  }
}

int run(int argc, char** argv) {
  CLI::App program("Zeroth ranks neural architectures before the first training step.", "zeroth");
  program.set_version_flag("--version", "zeroth " ZEROTH_VERSION);
  program.require_subcommand(1);
  // An option given again replaces the earlier value: scripts append to a command line.
  program.option_defaults()->take_last();
  program.footer(
      "Results go to standard output and to files, messages to standard error.\n"
      "Exit codes: 0 done, 1 failure, 2 usage, 3 all rows failed, 130 and 143 interrupted.\n"
      "Example: zeroth rank --space nasbench201 --sample 1000 --out scores.csv");
  int exit_code = 0;
  zeroth::cli::add_rank(program, exit_code);
  zeroth::cli::add_search(program, exit_code);
  zeroth::cli::add_canonical(program, exit_code);
  zeroth::cli::add_ensemble(program, exit_code);
  zeroth::cli::add_eval(program, exit_code);
  zeroth::cli::add_diff(program, exit_code);
  zeroth::cli::add_report(program, exit_code);
  zeroth::cli::add_explain(program, exit_code);
  zeroth::cli::add_list(program, exit_code);
  zeroth::cli::add_bench(program, exit_code);
  zeroth::cli::add_export(program, exit_code);
  zeroth::cli::add_convert(program, exit_code);
  zeroth::cli::add_run(program, exit_code);
  zeroth::cli::add_benchmark(program, exit_code);
  zeroth::cli::add_prescreen(program, exit_code);
  zeroth::cli::add_serve(program, exit_code);
  zeroth::cli::add_cost(program, exit_code);
  zeroth::cli::add_confirm(program, exit_code);
  check_command(program, argc, argv);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    zeroth::core::log_error("{}", error.what());
    return kUsage;
  }
  zeroth::core::flush_stdout();
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // oneDNN keeps code for every shape it has met: without a limit memory grows with the number of architectures. Read
  // before the first tensor operation; a user's own value stands.
  setenv("DNNL_PRIMITIVE_CACHE_CAPACITY", "512", /*overwrite=*/0);
  at::set_num_threads(1);
  zeroth::core::install_signal_handlers();
  try {
    return run(argc, argv);
  } catch (const zeroth::core::UsageError& error) {
    zeroth::core::log_error("{}", error.what());
    return kUsage;
  } catch (const std::exception& error) {
    zeroth::core::log_error("{}", error.what());
    return kFailure;
  }
}
