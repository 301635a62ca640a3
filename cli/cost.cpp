// zeroth cost: what architectures cost on hardware.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/latency_source.h"
#include "cli/run_options.h"
#include "core/csv.h"
#include "core/csv_appender.h"
#include "core/error.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/signals.h"
#include "eval/text_table.h"
#include "search/candidates.h"
#include "spaces/operator_text.h"

namespace zeroth::cli {
namespace {

struct Options {
  std::string space;
  std::string path = "-";
  std::string latency;
  nn::LatencyOptions measuring;
  std::string out;
  bool operators = false, quiet = false;
};

// Rows to a file, or to standard output where none is named, each as it comes.
class Rows {
 public:
  Rows(const std::string& path, const std::vector<std::string>& columns) {
    if (path.empty()) {
      std::cout << core::csv_line(columns) << "\n";
    } else {
      file_.emplace(path, columns, /*resume=*/false);
    }
  }
  void add(const std::vector<std::string>& fields) {
    if (file_) return file_->append(fields);
    std::cout << core::csv_line(fields) << std::endl;  // a measured row takes time: it is shown at once
  }

 private:
  std::optional<core::CsvAppender> file_;
};

std::string milliseconds(double value) { return fmt::format("{:.4f}", value); }

void check(const Options& options) {
  at_least_one("--batch", options.measuring.batch);
  at_least_one("--runs", options.measuring.runs);
}

int print_costs(const Options& options, const spaces::SearchSpace& space,
                const std::vector<spaces::Candidate>& candidates) {
  using search::Cost;
  const bool measured = options.latency == "measure";
  const spaces::NetShape shape = space.full_shape();
  std::vector<Cost> costs = {Cost::kParams, Cost::kMacs, Cost::kLiveParams, Cost::kLiveMacs, Cost::kActivationMb};
  nn::MeasuredLatency last;
  const search::Latency latency = latency_source(options.latency, space, shape, options.measuring, &last);
  if (latency) costs.push_back(Cost::kLatencyMs);
  std::vector<std::string> columns = {"arch"};
  for (const Cost cost : costs) columns.emplace_back(search::name_of(cost));
  if (measured) columns.emplace_back("latency_spread");

  const search::CostModel model(space, shape, latency);
  Rows rows(options.out, columns);
  core::Progress progress(static_cast<int64_t>(candidates.size()), "architectures", options.quiet);
  int64_t done = 0, without = 0;
  for (const spaces::Candidate& candidate : candidates) {
    if (core::interrupted() != 0) break;
    const auto values = model.values(costs, candidate.architecture);
    if (measured && !values.back()) break;  // interrupted meanwhile
    std::vector<std::string> fields = {candidate.text};
    for (const auto& value : values) fields.push_back(eval::cell(value));
    if (measured) {
      fields.back() = milliseconds(*values.back());
      fields.push_back(milliseconds(last.spread_ms));
    }
    without += values.back() ? 0 : 1;
    rows.add(fields);
    progress.update(++done, 0, 0);
  }
  progress.finish();
  if (without > 0) core::log_warning("{} of {} architectures have no latency in the table", without, done);
  if (core::interrupted() != 0) {
    core::log_warning("interrupted after {} of {} architectures", done, candidates.size());
  }
  return core::interrupt_exit_code();
}

// What a table of measured operators must name for these architectures.
int print_operators(const Options& options, const spaces::SearchSpace& space,
                    const std::vector<spaces::Candidate>& candidates) {
  std::map<std::string, int64_t> counts;
  for (const spaces::Candidate& candidate : candidates) {
    const spaces::OpGraph graph = space.lower(space.cells(candidate.architecture), space.full_shape());
    for (const spaces::OpNode& node : graph.nodes()) {
      if (node.kind != spaces::OpKind::kInput) ++counts[spaces::operator_text(graph, node)];
    }
  }
  Rows rows(options.out, {"operator", "count"});
  for (const auto& [text, count] : counts) rows.add({text, std::to_string(count)});
  return 0;
}

int cost(const Options& options) {
  check(options);
  const spaces::SearchSpace& space = spaces::find_space(options.space);
  if (options.operators && !options.latency.empty()) {
    throw core::UsageError("--operators lists operators and has no latency; leave one of the two out");
  }
  const std::vector<spaces::Candidate> candidates = search::from_file(space, options.path, /*skip_bad=*/false);
  return options.operators ? print_operators(options, space, candidates) : print_costs(options, space, candidates);
}

}  // namespace

void add_cost(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("cost", "Print parameters, multiply-adds, activation memory and latency");
  command->add_option("file", options->path,
                      "One architecture a line, or a CSV with a column arch; - or nothing for standard input");
  command->add_option("--space", options->space, "Search space: see `zeroth list spaces`, or FILE.yaml")->required();
  command->add_option("--latency", options->latency, kLatencyHelp);
  command->add_option("--batch", options->measuring.batch, "Images of a measured pass")->capture_default_str();
  command->add_option("--runs", options->measuring.runs, "Timed passes, after five that are not timed")
      ->capture_default_str();
  command->add_flag("--operators", options->operators,
                    "Print which operators the networks have and how many, for a table of measured operators");
  command->add_option("--out", options->out, "CSV file; standard output by default");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->footer(
      "Costs are of the space's full network: params and macs as written, live_params and live_macs what can reach "
      "the\n"
      "logits, activation_mb the peak of the feature maps of one image as written (float32, 10^6 bytes, every "
      "operator\n"
      "writes a result of its own, freed after its last reader). latency_ms, where asked for, is the median of --runs\n"
      "passes of inference on one core, latency_spread the distance between their quartiles; or a table's value.\n"
      "A table by operator has the columns operator, as --operators prints them, and the latency of each.\n"
      "Examples:\n"
      "  zeroth cost scores.csv --space nasbench201 --latency measure --out cost.csv\n"
      "  zeroth cost mine.txt --space nasbench201 --latency table:nb201_hwnasbench.csv.gz:cifar10_edgetpu_latency\n"
      "  zeroth cost mine.txt --space nasbench201 --operators --out operators.csv");
  command->callback([options, &exit_code] { exit_code = cost(*options); });
}

}  // namespace zeroth::cli
