// zeroth diff: what changed between two score tables.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "core/error.h"
#include "core/json.h"
#include "core/log.h"
#include "core/manifest.h"
#include "core/replace_file.h"
#include "core/score_table.h"
#include "eval/difference.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter = R"(For every column of numbers that both tables have, over the architectures in both:
  Spearman, Kendall    rank agreement, tau-b; a cell without a value ties below every other
  top 10 % kept        share of the first table's best tenth that is in the second's
  same bits            architectures whose cells are equal to the last digit
Then the architectures that moved most, by mean percentile over the columns (or in --column), and the settings that
differ, where a manifest stands beside each table.

Example:
  zeroth rank --space nasbench201 --sample 300 --out a.csv
  zeroth rank --space nasbench201 --sample 300 --channels 16 --out b.csv
  zeroth diff a.csv b.csv --movers 3)";

struct Settings {
  std::string before, after, column, out;
  size_t movers = 5;
  bool json = false;
};

std::optional<core::Manifest> manifest_of(const std::string& scores) {
  const std::string path = core::manifest_path(scores);
  if (!std::filesystem::exists(path)) {
    core::log_info("there is no manifest {}: settings are not compared", path);
    return std::nullopt;
  }
  try {
    return core::Manifest::read(path);
  } catch (const core::Error& error) {
    core::log_info("settings are not compared: {}", error.what());
    return std::nullopt;
  }
}

// What decides the scores of the two tables and differs; nothing where either has no manifest.
std::vector<std::string> changed_settings(const Settings& settings) {
  const auto first = manifest_of(settings.before);
  const auto second = first ? manifest_of(settings.after) : std::nullopt;
  if (!second) return {};
  std::vector<std::string> changes = eval::changed_members(first->settings, second->settings);
  const auto program = [](const core::Manifest& manifest) {
    return core::Json({{"version", manifest.version}, {"libraries", manifest.libraries}});
  };
  for (std::string& change : eval::changed_members(program(*first), program(*second))) changes.push_back(change);
  return changes;
}

void run(const Settings& settings) {
  core::forbid_overwriting(settings.out, {settings.before, settings.after});
  const auto before = core::ScoreTable::read(settings.before), after = core::ScoreTable::read(settings.after);
  eval::Difference difference = eval::difference(before, after, settings.column, settings.movers);
  difference.settings = changed_settings(settings);
  if (!settings.out.empty()) core::replace_file(settings.out, eval::as_csv(difference));
  fmt::print("{}", settings.json ? core::json_text(eval::as_json(difference), 2) + "\n" : eval::as_table(difference));
}

}  // namespace

void add_diff(CLI::App& program, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = program.add_subcommand("diff", "What changed between two score tables");
  command->add_option("before", settings->before, "Score table: CSV, plain or gzip, with a column \"arch\"")
      ->required()
      ->type_name("BEFORE");
  command->add_option("after", settings->after, "The table to compare with it")->required()->type_name("AFTER");
  command->add_option("--column", settings->column, "Compare this column alone")->type_name("NAME");
  command->add_option("--movers", settings->movers, "Architectures to name whose ranks changed most")
      ->check(CLI::Range(0, 1000000))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--out", settings->out, "Also write the columns' agreement as CSV")->type_name("FILE");
  command->add_flag("--json", settings->json, "Print JSON instead of a table");
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    run(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
