// zeroth prescreen: the best of another tool's candidates, in the tool's own notation.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/commands.h"
#include "cli/limits.h"
#include "cli/ranking.h"
#include "cli/run_options.h"
#include "cli/scoring.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/replace_file.h"
#include "core/signals.h"
#include "search/candidates.h"
#include "spaces/notation.h"
#include "spaces/restriction.h"
#include "spaces/spelling.h"

namespace zeroth::cli {
namespace {

constexpr size_t kChunk = 64;  // candidates scored between two looks at the progress
constexpr const char* kRestriction = "restriction";

struct PrescreenOptions {
  RunOptions run;
  EnsembleOptions ensemble;
  LimitOptions limits;
  std::string list;
  std::string from, as;  // empty: the space's own notation; what `from` says
  int64_t keep = 0;
  std::string out, why;
  bool quiet = false;
  std::string log_level = "info";
};

class Prescreen {
 public:
  explicit Prescreen(const PrescreenOptions& options);

  // Returns the exit code.
  int run();

 private:
  void drop_unreadable_and_equal();
  bool drop_infeasible();
  bool score();
  void keep_best();
  void write_kept() const;
  void write_reasons() const;
  void report() const;

  size_t count(const std::string& start) const;

  const PrescreenOptions& options_;
  const spaces::SearchSpace& space_;
  const spaces::Notation from_;
  const std::optional<spaces::Notation> as_;  // nothing: a restriction
  const Limits limits_;
  Scoring scoring_;
  const PoolEnsemble ensemble_;
  const std::vector<search::Listed> listed_;
  std::vector<std::string> reasons_;        // by line of the list; empty: not dropped
  std::vector<std::optional<size_t>> row_;  // by line of the list, of what was scored
  std::vector<core::ScoreRow> rows_;
  std::vector<size_t> scored_;  // by row, its place in the list
  std::vector<size_t> kept_;    // places in the list, best first
  Ranking ranking_;
};

std::optional<spaces::Notation> output_notation(const PrescreenOptions& options, const spaces::SearchSpace& space,
                                                const spaces::Notation& from) {
  if (options.as.empty()) return from;
  if (options.as == kRestriction) return std::nullopt;
  return spaces::find_notation(space, options.as);
}

Prescreen::Prescreen(const PrescreenOptions& options)
    : options_(options),
      space_(spaces::find_space(options.run.space)),
      from_(spaces::find_notation(space_, options.from.empty() ? space_.name() : options.from)),
      as_(output_notation(options, space_, from_)),
      limits_(options.limits, space_, space_.full_shape()),
      scoring_(options.run),
      ensemble_(options.ensemble, std::string(scoring_.space().name()), options.run.fidelity),
      listed_(search::from_list(space_, options.list, from_.read, options.run.skip_bad)),
      reasons_(listed_.size()),
      row_(listed_.size()) {}

void Prescreen::drop_unreadable_and_equal() {
  std::unordered_map<std::string, int64_t> first;  // line of each function
  for (size_t i = 0; i < listed_.size(); ++i) {
    const search::Listed& one = listed_[i];
    if (!one.candidate.error.empty()) {
      reasons_[i] = "not readable: " + one.candidate.error;
      continue;
    }
    const auto [found, is_new] = first.try_emplace(spaces::function_of(space_, one.candidate.architecture), one.line);
    if (!is_new) reasons_[i] = fmt::format("same function as line {}", found->second);
  }
}

// False where it was interrupted: measured latencies take their time.
bool Prescreen::drop_infeasible() {
  if (limits_.constraints().empty()) return true;
  core::Progress progress(static_cast<int64_t>(listed_.size()), "costs", options_.quiet);
  for (size_t i = 0; i < listed_.size(); ++i) {
    if (reasons_[i].empty()) reasons_[i] = limits_.broken(listed_[i].candidate.architecture);
    if (core::interrupted() != 0) return false;
    progress.update(static_cast<int64_t>(i + 1), 0, 0);
  }
  progress.finish();
  return true;
}

// Scores what is left; false where it was interrupted.
bool Prescreen::score() {
  for (size_t i = 0; i < listed_.size(); ++i) {
    if (reasons_[i].empty()) scored_.push_back(i);
  }
  core::Progress progress(static_cast<int64_t>(scored_.size()), "architectures", options_.quiet);
  int64_t failed = 0;
  for (size_t begin = 0; begin < scored_.size(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, scored_.size());
    std::vector<spaces::Candidate> chunk;
    for (size_t row = begin; row < end; ++row) chunk.push_back(listed_[scored_[row]].candidate);
    for (core::ScoreRow& row : scoring_.rows(chunk)) {
      failed += scoring_.columns().is_failed(row) ? 1 : 0;
      rows_.push_back(std::move(row));
    }
    if (rows_.size() < end) return false;
    progress.update(static_cast<int64_t>(end), failed, static_cast<int64_t>(scoring_.copied()));
  }
  progress.finish();
  return true;
}

void Prescreen::keep_best() {
  ranking_ = rank_rows(scoring_.columns().names(), rows_, scoring_.ordering_columns(), ensemble_);
  for (size_t row = 0; row < rows_.size(); ++row) row_[scored_[row]] = row;
  for (const size_t row : ranking_.standing.order) {
    const size_t place = scored_[row];
    if (scoring_.columns().is_failed(rows_[row])) {
      reasons_[place] = "failed: " + rows_[row].status;
    } else if (kept_.size() < static_cast<size_t>(options_.keep)) {
      kept_.push_back(place);
    } else {
      reasons_[place] = fmt::format("rank {} of {}", ranking_.standing.rank[row], rows_.size());
    }
  }
}

void Prescreen::write_kept() const {
  std::string text;
  if (as_) {
    for (const size_t place : kept_) text += as_->write(listed_[place].candidate.architecture) + "\n";
  } else {
    std::vector<spaces::Architecture> kept;
    for (const size_t place : kept_) kept.push_back(listed_[place].candidate.architecture);
    text = spaces::restriction_json(space_, kept) + "\n";
  }
  if (options_.out.empty()) {
    std::cout << text;
  } else {
    core::replace_file(options_.out, text);
  }
}

void Prescreen::write_reasons() const {
  if (options_.why.empty()) return;
  std::string text = "line,text,reason,rank,score\n";
  for (size_t i = 0; i < listed_.size(); ++i) {
    const bool ranked = row_[i] && reasons_[i].rfind("failed: ", 0) != 0;
    text += core::csv_line(
                {std::to_string(listed_[i].line), listed_[i].text, reasons_[i].empty() ? "kept" : reasons_[i],
                 ranked ? std::to_string(ranking_.standing.rank[*row_[i]]) : "",
                 ranked ? core::number_text(ranking_.score().values[static_cast<Eigen::Index>(*row_[i])]) : ""}) +
            "\n";
  }
  core::replace_file(options_.why, text);
}

// How many were dropped for a reason that begins so.
size_t Prescreen::count(const std::string& start) const {
  return static_cast<size_t>(std::count_if(reasons_.begin(), reasons_.end(),
                                           [&](const std::string& reason) { return reason.rfind(start, 0) == 0; }));
}

void Prescreen::report() const {
  const size_t unreadable = count("not readable: "), equal = count("same function as line "),
               failed = count("failed: ");
  const size_t infeasible = listed_.size() - unreadable - equal - rows_.size();
  if (failed > 0) core::log_warning("{} of {} architectures have no score", failed, rows_.size());
  if (options_.quiet) return;
  core::log_info(
      "kept {} of {}: {} equal to an earlier line, {} beyond the constraints, {} not readable, {} failed, "
      "{} ranked lower by {}",
      kept_.size(), listed_.size(), equal, infeasible, unreadable, failed, rows_.size() - failed - kept_.size(),
      ranking_.ensemble.by);
}

int Prescreen::run() {
  drop_unreadable_and_equal();
  if (!drop_infeasible() || !score()) {
    core::log_warning("interrupted with {} of {} architectures scored; nothing was written", rows_.size(),
                      listed_.size());
    return core::interrupt_exit_code();
  }
  keep_best();
  write_reasons();
  if (!kept_.empty()) write_kept();
  report();
  if (!kept_.empty()) return 0;
  if (!rows_.empty()) return kAllRowsFailed;
  throw core::Error(fmt::format("{}: nothing is left to score; --why FILE.csv says why",
                                options_.list == "-" ? "standard input" : options_.list));
}

int prescreen(const PrescreenOptions& options) {
  core::set_log_level(options.log_level);
  if (options.keep < 1) throw core::UsageError(fmt::format("--keep {}: must be at least 1", options.keep));
  worker_count(options.run.jobs);  // a mistake here is told before anything is computed
  return Prescreen(options).run();
}

// One notation a line, for the help.
std::string footer() {
  std::string text =
      "The first of equal functions stays, and stands for all of them. Constraints are on the benchmark's full network "
      "as\nwritten; latency_ms is measured, one architecture at a time, or looked up. What is left is scored and "
      "ordered "
      "as\n`zeroth rank` does, the best K are written, best first.\n"
      "--why writes a row a line of the list: line,text,reason,rank,score. Reasons: kept, same function as line 12, \n"
      "params 6.1e6 > 5e6, latency_ms has no value, rank 57 of 900, not readable: ..., failed: ...\n"
      "--as restriction writes one JSON object for a supernet: on each edge the operations that the kept ones use.\n"
      "Notations, besides each space's own, which is called as the space:\n";
  for (const spaces::Notation& notation : spaces::all_notations()) {
    if (notation.name != notation.space) {
      text += fmt::format("  {:<18} {:<18} {}\n", notation.name, notation.space, notation.summary);
    }
  }
  return text +
         "Examples:\n"
         "  zeroth prescreen tuples.txt --space nasbench201 --from naslib --keep 50 --out best.txt --why why.csv\n"
         "  zeroth prescreen subnets.jsonl --space ofa --from ofa-json --keep 20 --constraint \"macs<=300e6\"\n"
         "  zeroth prescreen archs.txt --space nasbench201 --keep 50 --latency table:nb201_hwnasbench.csv:"
         "cifar10_edgegpu_latency \\\n    --constraint \"latency_ms<=5, params<=1e6\"\n"
         "  zeroth prescreen genotypes.txt --space darts --keep 20 --as restriction";
}

}  // namespace

void add_prescreen(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<PrescreenOptions>();
  CLI::App* command = program.add_subcommand("prescreen", "Keep the best of another tool's candidates");
  command->add_option("candidates", options->list, "One a line, or a CSV with a column arch; - for standard input")
      ->required();
  command->add_option("--space", options->run.space, "Search space: see `zeroth list spaces`, or FILE.yaml")
      ->required();
  command->add_option("--keep", options->keep, "How many to keep")->required();
  command->add_option("--from", options->from, "Notation of the list; the space's own by default");
  command->add_option("--as", options->as, "Notation to write, or restriction; that of the list by default");
  add_limit_options(*command, options->limits);
  command->add_flag("--skip-bad", options->run.skip_bad, "Drop a line that cannot be read, instead of giving up");
  add_setting_options(*command, options->run);
  add_ensemble_options(*command, options->ensemble);
  command->add_option("--out", options->out, "File for the kept ones; standard output by default");
  command->add_option("--why", options->why, "CSV file that says of every line why it was dropped");
  command->add_flag("--quiet", options->quiet, "No progress, no summary");
  command->add_option("--log-level", options->log_level, "error, warning, info or debug")->capture_default_str();
  command->footer(footer());
  command->callback([options, &exit_code] { exit_code = prescreen(*options); });
}

}  // namespace zeroth::cli
