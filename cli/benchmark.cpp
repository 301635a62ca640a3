// zeroth benchmark: official benchmark files as tables that eval reads.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "core/error.h"
#include "core/log.h"
#include "core/replace_file.h"
#include "core/signals.h"
#include "eval/import/importer.h"

namespace zeroth::cli {
namespace {

struct Settings {
  std::string from, path, space, out;
};

void check_space(const eval::Importer& importer, const std::string& space) {
  if (importer.spaces.empty()) {
    if (!space.empty())
      throw core::UsageError(fmt::format("--space is not for --from {}: it has one space", importer.name));
    return;
  }
  if (space.empty()) {
    throw core::UsageError(
        fmt::format("--from {} needs --space, one of: {}", importer.name, fmt::join(importer.spaces, ", ")));
  }
  if (std::find(importer.spaces.begin(), importer.spaces.end(), space) == importer.spaces.end()) {
    throw core::UsageError(core::unknown_name("space of --from " + importer.name, space, importer.spaces));
  }
}

int run(const Settings& settings) {
  const eval::Importer& importer = eval::find_importer(settings.from);
  check_space(importer, settings.space);
  core::forbid_overwriting(settings.out, {settings.path});
  eval::ImportedTable table(settings.out);
  try {
    importer.read(settings.path, settings.space, table);
  } catch (const eval::Interrupted&) {
    core::log_warning("interrupted after {} architectures; {} is not written", table.rows(), settings.out);
    return core::interrupt_exit_code();
  }
  table.finish(settings.path);
  core::log_info("wrote {}: {} architectures, {} columns", settings.out, table.rows(), table.columns());
  return 0;
}

std::string footer() {
  std::string text = "KIND, its files, and what comes out:\n";
  for (const eval::Importer& importer : eval::all_importers()) {
    text += fmt::format("  {:<13} {}\n{:16}{}\n", importer.name, importer.summary, "", importer.columns);
    if (!importer.spaces.empty()) text += fmt::format("{:16}--space {}\n", "", fmt::join(importer.spaces, ", "));
  }
  return text +
         R"(Files are read as data: a pickle that asks for anything but plain containers, numbers of NumPy and tensors is
refused with the name of what it asks for, and nothing of it is run. Plain, gzip and bzip2 files are read alike.
Accuracies are per cent. Memory is bounded by one architecture where a file can be read in order (nats, transnas101),
else by the table of numbers: 400 bytes for each of NAS-Bench-101's modules.

Examples:
  zeroth benchmark import --from nasbench101 nasbench_only108.tfrecord --out nb101.csv.gz
  zeroth benchmark import --from nats NATS-tss-v1_0-3ffb9-simple --out nb201.csv
  zeroth benchmark import --from suite-zero zc_nasbench201.json --space nasbench201 --out suite_zero.csv
  zeroth eval scores.csv --benchmark nb201.csv --target cifar10_test_acc)";
}

}  // namespace

void add_benchmark(CLI::App& program, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* benchmark = program.add_subcommand("benchmark", "official benchmark files as tables that eval reads");
  benchmark->require_subcommand(1);
  benchmark->footer("Example: zeroth benchmark import --from nats NATS-tss-v1_0-3ffb9-simple --out nb201.csv");
  CLI::App* command = benchmark->add_subcommand("import", "write a benchmark's official file as CSV");
  command->add_option("--from", settings->from, "what PATH is, see below")->required()->type_name("KIND");
  command->add_option("path", settings->path, "the official file, or folder of files")->required()->type_name("PATH");
  command->add_option("--out", settings->out, "the table; gzip where the name ends in .gz")
      ->required()
      ->type_name("FILE");
  command->add_option("--space", settings->space, "search space, where one kind of file has several")
      ->type_name("NAME");
  command->footer(footer());
  command->callback([settings, &exit_code] { exit_code = run(*settings); });
}

}  // namespace zeroth::cli
