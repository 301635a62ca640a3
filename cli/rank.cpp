// zeroth rank: scores architectures and puts them in order.
#include <fmt/format.h>
#include <torch/version.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <deque>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/ranking.h"
#include "cli/run_options.h"
#include "cli/run_order.h"
#include "cli/scoring.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/log.h"
#include "core/manifest.h"
#include "core/progress.h"
#include "core/random.h"
#include "core/signals.h"

namespace zeroth::cli {
namespace {

struct RankOptions {
  RunOptions run;
  EnsembleOptions ensemble;
  std::string out = "scores.csv";
  bool resume = false;
  bool quiet = false;
  std::string log_level = "info";
  int64_t top = 10;
};

// The columns of FILE.times.csv that hold seconds, and their values.
std::vector<std::pair<std::string, double>> time_cells(const proxies::Plan& plan, const proxies::Times& times) {
  std::vector<std::pair<std::string, double>> cells = {
      {"total", times.total}, {"lower", times.lower}, {"initialise", times.initialise}, {"forward", times.forward}};
  for (const proxies::Pass pass : proxies::all_passes()) {
    if (plan.passes().has(pass)) cells.emplace_back(proxies::name_of(pass), times.passes[static_cast<size_t>(pass)]);
  }
  cells.emplace_back("score", times.score);
  return cells;
}

std::vector<std::string> time_columns(const proxies::Plan& plan) {
  std::vector<std::string> columns = {"arch"};
  for (const auto& [name, seconds] : time_cells(plan, {})) columns.push_back(name);
  return columns;
}

// What the architectures were read from, and that they are the same as another run's.
core::Json architectures_json(const RunOptions& options, const std::vector<spaces::Candidate>& candidates) {
  uint64_t hash = 0;
  for (const spaces::Candidate& candidate : candidates) {
    hash = core::splitmix64(hash ^ core::hash_bytes(candidate.text));
  }
  core::Json json;
  json["from"] = options.all               ? "all"
                 : options.sample          ? "sample"
                 : !options.models.empty() ? fmt::format("{}", fmt::join(options.models, " "))
                                           : options.archs;
  json["count"] = candidates.size();
  json["digest"] = fmt::format("{:016x}", hash);
  return json;
}

// One run of the command: what it reads, and what it has so far.
class RankRun {
 public:
  explicit RankRun(const RankOptions& options);

  // Returns the exit code.
  int run();

 private:
  void open_files();
  void match_finished_rows();
  void add_row(size_t candidate, core::ScoreRow row);
  void flush_bad_lines(size_t before);
  void score();
  void note_results(double seconds);
  void report_end(double seconds);
  void put_in_order(const std::vector<core::ScoreRow>& rows);

  const RankOptions& options_;
  const std::string manifest_path_;
  const Scoring scoring_;
  const PoolEnsemble ensemble_;
  const std::vector<spaces::Candidate> candidates_;
  const ScoreColumns& columns_;
  core::Manifest manifest_;
  std::optional<core::ScoreWriter> scores_;
  std::optional<core::CsvAppender> times_;

  std::vector<std::optional<core::ScoreRow>> rows_;  // by candidate
  size_t resumed_ = 0, done_ = 0, failed_ = 0, copied_ = 0;
  size_t next_bad_ = 0;  // candidates before it that are bad lines have their rows
};

RankRun::RankRun(const RankOptions& options)
    : options_(options),
      manifest_path_(core::manifest_path(options.out)),
      scoring_(options.run),
      ensemble_(options.ensemble, std::string(scoring_.space().name()), options.run.fidelity),
      candidates_(scoring_.models() != nullptr ? scoring_.models()->candidates()
                                               : read_candidates(scoring_.space(), options.run)),
      columns_(scoring_.columns()),
      rows_(candidates_.size()) {}

// Rows of an earlier run belong to the candidates of the same text, in order.
void RankRun::match_finished_rows() {
  std::map<std::string, std::deque<size_t>> waiting;
  for (size_t i = 0; i < candidates_.size(); ++i) waiting[candidates_[i].text].push_back(i);
  for (const core::ScoreRow& row : scores_->finished()) {
    std::deque<size_t>& places = waiting[row.arch];
    if (places.empty()) continue;  // scored for another list of architectures
    if (columns_.is_failed(row)) ++failed_;
    rows_[places.front()] = row;
    places.pop_front();
    ++resumed_;
  }
  done_ = resumed_;
}

void RankRun::add_row(size_t candidate, core::ScoreRow row) {
  scores_->append(row);
  ++done_;
  if (columns_.is_failed(row)) ++failed_;
  rows_[candidate] = std::move(row);
}

void RankRun::flush_bad_lines(size_t before) {
  for (; next_bad_ < before; ++next_bad_) {
    const spaces::Candidate& candidate = candidates_[next_bad_];
    if (candidate.error.empty() || rows_[next_bad_]) continue;
    add_row(next_bad_, columns_.failed_row(candidate.text, candidate.error));
  }
}

void RankRun::score() {
  core::Progress progress(static_cast<int64_t>(candidates_.size()), "architectures", options_.quiet,
                          static_cast<int64_t>(resumed_));
  proxies::PipelineOptions pipeline;
  pipeline.workers = scoring_.workers();
  const std::vector<bool> finished = [&] {
    std::vector<bool> has_row;
    for (const auto& row : rows_) has_row.push_back(row.has_value());
    return has_row;
  }();
  pipeline.finished = [&](size_t candidate) { return finished[candidate]; };
  pipeline.known = [&](size_t candidate) { return columns_.scores(*rows_[candidate]); };
  pipeline.stop = [] { return core::interrupted() != 0; };
  const auto add_scores = [&](const proxies::ScoredRow& scored) {
    flush_bad_lines(scored.candidate);
    const std::string& arch = candidates_[scored.candidate].text;
    add_row(scored.candidate, columns_.row(arch, scored.scores.proxies));
    std::vector<std::string> cells = {arch};
    for (const auto& [name, seconds] : time_cells(scoring_.plan(), scored.scores.times)) {
      cells.push_back(fmt::format("{:.6f}", seconds));
    }
    times_->append(cells);
    copied_ += scored.copied ? 1 : 0;
    progress.update(static_cast<int64_t>(done_), static_cast<int64_t>(failed_), static_cast<int64_t>(copied_));
  };
  proxies::score_candidates(scoring_.space(), candidates_, scoring_.plan(), scoring_.scorer(), pipeline, add_scores);
  if (core::interrupted() == 0) flush_bad_lines(candidates_.size());
  progress.update(static_cast<int64_t>(done_), static_cast<int64_t>(failed_), static_cast<int64_t>(copied_));
  progress.finish();
}

void RankRun::report_end(double seconds) {
  if (failed_ > 0) core::log_warning("{} of {} architectures have no score; column status says why", failed_, done_);
  size_t partly = 0;
  for (const auto& row : rows_) partly += row && row->status != "ok" && !columns_.is_failed(*row) ? 1 : 0;
  if (partly > 0)
    core::log_info("{} of {} architectures lack some of the scores; column status says why", partly, done_);
  core::log_debug("{:.1f} s, {} scores copied between equal architectures", seconds, copied_);
}

void RankRun::open_files() {
  manifest_.settings = scoring_.settings();
  manifest_.inputs["architectures"] = architectures_json(options_.run, candidates_);
  manifest_.command = core::shell_command(core::command_line());
  manifest_.started = core::utc_now();
  manifest_.libraries["torch"] = TORCH_VERSION;
  manifest_.machine = core::machine_facts();
  if (options_.resume && std::filesystem::exists(manifest_path_)) {
    manifest_.require_same_settings(core::Manifest::read(manifest_path_), manifest_path_);
  }
  scores_.emplace(options_.out, columns_.names(), options_.resume);
  times_.emplace(core::sibling(options_.out, ".times.csv"), time_columns(scoring_.plan()), options_.resume);
  manifest_.write(manifest_path_);
}

void RankRun::note_results(double seconds) {
  manifest_.results["rows"] = done_;
  manifest_.results["failed"] = failed_;
  manifest_.results["resumed"] = resumed_;
  manifest_.results["copied"] = copied_;
  manifest_.results["wall_seconds"] = seconds;
  manifest_.results["workers"] = scoring_.workers();
}

// Writes the order of the finished rows, and shows its first.
void RankRun::put_in_order(const std::vector<core::ScoreRow>& rows) {
  const std::vector<std::string> combined = scoring_.ordering_columns();
  const Ranking ranking = rank_rows(columns_.names(), rows, combined, ensemble_);
  const std::string ranked_path = core::sibling(options_.out, ".ranked.csv");
  write_ranking(ranked_path, columns_.names(), rows, ranking);
  manifest_.results["ranked_by"] = ranking.ensemble.by;
  run_order(ranking.ensemble, combined, options_.ensemble).write(manifest_);
  manifest_.finished = core::utc_now();
  manifest_.write(manifest_path_);

  if (options_.top > 0) {
    std::cout << ranking_text(columns_.names(), rows, ranking, static_cast<size_t>(options_.top));
    std::cout << fmt::format("{} architectures by {}.\n", rows.size(), ranking.ensemble.by);
  }
  if (options_.quiet) return;
  const std::string& why = ranking.ensemble.why;
  if (!why.empty()) core::log_info("ordered by {}: {}", ranking.score().name, why);
  if (const std::string notice = ensemble_.notice(); !notice.empty()) core::log_info("{}", notice);
  core::log_info("wrote {} (scores), {} (order), {} (seconds), {} (settings)", options_.out, ranked_path,
                 core::sibling(options_.out, ".times.csv"), manifest_path_);
}

int RankRun::run() {
  open_files();
  match_finished_rows();
  const auto start = std::chrono::steady_clock::now();
  score();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  note_results(seconds);
  if (core::interrupted() != 0) {
    manifest_.write(manifest_path_);
    core::log_warning("interrupted after {} of {} architectures; the same command with --resume goes on from {}", done_,
                      candidates_.size(), options_.out);
    return core::interrupt_exit_code();
  }
  std::vector<core::ScoreRow> rows;
  for (auto& row : rows_) rows.push_back(*row);
  report_end(seconds);
  put_in_order(rows);
  return failed_ == rows.size() ? kAllRowsFailed : 0;
}

int rank(const RankOptions& options) {
  core::set_log_level(options.log_level);
  if (options.top < 0) throw core::UsageError(fmt::format("--top {}: must be at least 0", options.top));
  worker_count(options.run.jobs);  // a mistake here is told before anything is computed
  return RankRun(options).run();
}

}  // namespace

void add_rank(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<RankOptions>();
  CLI::App* command = program.add_subcommand("rank", "Score architectures and put them in order");
  add_candidate_options(*command, options->run);
  add_model_options(*command, options->run);
  add_setting_options(*command, options->run);
  command
      ->add_option("--out", options->out, "Score table; FILE.ranked.csv, FILE.times.csv and FILE.json stand beside it")
      ->capture_default_str();
  command->add_flag("--resume", options->resume, "Keep the rows of --out and score what is missing");
  command->add_option("--top", options->top, "Print this many of the best; 0 for none")->capture_default_str();
  add_ensemble_options(*command, options->ensemble);
  command->add_flag("--quiet", options->quiet, "No progress");
  command->add_option("--log-level", options->log_level, "error, warning, info or debug")->capture_default_str();
  command->footer(
      "FILE.csv holds a row an architecture in the order they were given: arch, scores (larger is better), status. An\n"
      "empty score has its reason in status. FILE.ranked.csv orders them by the mean log rank of the proxies named, or "
      "by weights\n"
      "learned on other tasks (column learned) where those are known to be better with the columns at hand.\n"
      "Scores depend on the seed and the settings only: not on -j, the order, or what else is scored.\n"
      "Examples:\n"
      "  zeroth rank --space nasbench201 --all --out all.csv\n"
      "  zeroth rank --space nasbench201 --archs mine.txt --proxies zico,nwot --fidelity shared --input fashion-mnist\n"
      "  zeroth rank --models folder/ more/net.pt --input-shape 3,224,224 --weights own");
  command->callback([options, &exit_code] { exit_code = rank(*options); });
}

}  // namespace zeroth::cli
