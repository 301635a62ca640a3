#include "cli/search_run.h"

#include <fmt/format.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "cli/commands.h"
#include "cli/ranking.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/log.h"
#include "core/replace_file.h"
#include "core/signals.h"
#include "search/results.h"
#include "spaces/spelling.h"

namespace zeroth::cli {
namespace {

search::SearchOptions search_options(const SearchRunOptions& options, SearchProblem& problem) {
  search::SearchOptions search;
  search.seed = options.setup.run.seed;
  search.budget = static_cast<size_t>(options.budget);
  search.fidelities = problem.fidelities();
  search.population = static_cast<size_t>(options.population);
  search.tournament = static_cast<size_t>(options.tournament);
  search.features = problem.features();
  return search;
}

std::string cell(double value) { return std::isfinite(value) ? core::number_text(value) : ""; }

// "0.82 M"; "-" where there is none.
std::string millions(const search::History& history, const search::Entry& entry, const char* column) {
  const auto found = std::find(history.columns.begin(), history.columns.end(), column);
  if (found == history.columns.end()) return "-";
  return cli::millions(entry.values[static_cast<size_t>(found - history.columns.begin())]);
}

}  // namespace

SearchRun::SearchRun(const SearchRunOptions& options)
    : options_(options),
      problem_(options.setup),
      search_(problem_.strategy(), problem_.problem(), search_options(options, problem_)) {}

// --------------------------------------------------------------------------------------------------- the history

std::vector<std::string> SearchRun::objective_names() const {
  const size_t count = search_.problem().objectives.size();
  if (count == 1) return {"objective"};
  std::vector<std::string> names;
  for (size_t i = 1; i <= count; ++i) names.push_back(fmt::format("objective{}", i));
  return names;
}

std::vector<std::string> SearchRun::file_columns() const {
  std::vector<std::string> columns = {"index", "batch", "fidelity", "arch"};
  columns.insert(columns.end(), history().columns.begin(), history().columns.end());
  for (const std::string& name : objective_names()) columns.push_back(name);
  columns.insert(columns.end(), {"feasible", "status"});
  return columns;
}

std::vector<std::string> SearchRun::cells(size_t number) const {
  const search::Entry& entry = history().entries[number];
  std::vector<std::string> fields = {std::to_string(number), std::to_string(entry.batch),
                                     options_.setup.fidelities[static_cast<size_t>(entry.fidelity)], entry.text};
  for (const auto& value : entry.values) fields.push_back(value ? core::number_text(*value) : "");
  for (const double objective : entry.objectives) fields.push_back(cell(objective));
  fields.push_back(entry.feasible ? "1" : "0");
  fields.push_back(entry.status);
  return fields;
}

// A row of an earlier run: the inverse of cells(), as far as it was evaluated.
bool SearchRun::accept(const std::vector<std::string>& fields) {
  if (fields[0] != std::to_string(recorded_.size())) return false;
  search::Recorded row{fields[3], {}};
  for (size_t i = 0; i < history().columns.size(); ++i) {
    const std::string& field = fields[4 + i];
    const auto value = core::parse_number(field);
    if (!field.empty() && !value) return false;
    row.result.values.push_back(field.empty() ? std::nullopt : value);
  }
  row.result.status = fields.back();
  recorded_.push_back(std::move(row));
  return true;
}

void SearchRun::add_rows(size_t first) {
  for (size_t entry = first; entry < history().entries.size(); ++entry) {
    const search::Entry& added = history().entries[entry];
    if (added.feasible && problem_.is_failed(added.values)) ++failed_;
    if (entry >= recorded_.size()) file_->append(cells(entry));
  }
  show_progress();
}

void SearchRun::show_progress() {
  const auto best = search::best_result(history());
  progress_->note(fmt::format("best {}  diversity {:.2f}{}",
                              best ? fmt::format("{:.4g}", history().entries[*best].objectives[0]) : "-",
                              search::diversity(history(), history().entries.size()),
                              search_.infeasible() > 0 ? fmt::format("  infeasible {}", search_.infeasible()) : ""));
  progress_->update(static_cast<int64_t>(search_.evaluated()), static_cast<int64_t>(failed_),
                    static_cast<int64_t>(search_.repeats() + problem_.copied()));
}

core::Json SearchRun::settings() const {
  core::Json settings = problem_.settings();
  settings["ask_batch"] = options_.ask_batch;
  settings["population"] = options_.population;
  settings["tournament"] = options_.tournament;
  if (problem_.strategy().several_fidelities) settings["budget"] = options_.budget;
  return settings;
}

// ------------------------------------------------------------------------------------------------------- the run

int SearchRun::run() {
  const std::string manifest_path = core::manifest_path(options_.out);
  manifest_.settings = settings();
  manifest_.command = core::shell_command(core::command_line());
  manifest_.started = core::utc_now();
  manifest_.libraries["torch"] = TORCH_VERSION;
  manifest_.machine = core::machine_facts();
  if (options_.resume && std::filesystem::exists(manifest_path)) {
    manifest_.require_same_settings(core::Manifest::read(manifest_path), manifest_path);
  }
  file_.emplace(options_.out, file_columns(), options_.resume,
                [this](const std::vector<std::string>& fields) { return accept(fields); });
  manifest_.write(manifest_path);

  search::DriverOptions driver;
  driver.budget = static_cast<size_t>(options_.budget);
  driver.ask_batch = static_cast<size_t>(options_.ask_batch);
  driver.patience = static_cast<size_t>(options_.patience);
  driver.seconds = options_.seconds;
  search::DriverHooks hooks;
  hooks.recorded = [this](size_t entry) { return entry < recorded_.size() ? &recorded_[entry] : nullptr; };
  hooks.told = [this](size_t first) { add_rows(first); };
  hooks.interrupted = [] { return core::interrupted() != 0; };
  hooks.clock = core::Progress::steady_seconds;
  progress_ = std::make_unique<core::Progress>(options_.budget, "evaluations", options_.quiet);
  const double start = core::Progress::steady_seconds();
  const auto evaluate = [this](const std::vector<spaces::Candidate>& candidates, int fidelity) {
    return problem_.evaluate(candidates, fidelity);
  };
  ending_ = search::drive(search_, driver, evaluate, hooks);
  seconds_ = core::Progress::steady_seconds() - start;
  show_progress();
  progress_->finish();
  if (const std::string notice = problem_.notice(); !notice.empty() && !options_.quiet) core::log_info("{}", notice);
  choose_top();
  write_results();
  if (ending_.end == search::End::kInterrupted) {
    core::log_warning("interrupted after {} of {} evaluations; the same command with --resume goes on from {}",
                      search_.evaluated(), options_.budget, options_.out);
    return core::interrupt_exit_code();
  }
  if (history().entries.size() < recorded_.size()) {
    core::log_warning("{} holds {} rows, of which this budget reaches {}", options_.out, recorded_.size(),
                      history().entries.size());
  }
  return failed_ == search_.evaluated() ? kAllRowsFailed : 0;
}

void SearchRun::choose_top() {
  std::set<std::pair<std::string, std::vector<double>>> taken;
  for (const size_t number : search::ranked_results(history())) {
    if (top_.size() == static_cast<size_t>(options_.top)) break;
    const search::Entry& entry = history().entries[number];
    const std::string function =
        problem_.canonical() ? spaces::function_of(search_.problem().space, entry.architecture) : entry.text;
    if (taken.insert({function, entry.objectives}).second) top_.push_back(number);
  }
}

void SearchRun::write_results() {
  std::string text = "rank,arch," + fmt::format("{}", fmt::join(objective_names(), ","));
  for (const std::string& column : history().columns) text += "," + core::csv_field(column);
  text += ",status\n";
  for (size_t place = 0; place < top_.size(); ++place) {
    const search::Entry& entry = history().entries[top_[place]];
    std::vector<std::string> fields = {std::to_string(place + 1), entry.text};
    for (const double objective : entry.objectives) fields.push_back(cell(objective));
    for (const auto& value : entry.values) fields.push_back(value ? core::number_text(*value) : "");
    fields.push_back(entry.status);
    text += core::csv_line(fields) + "\n";
  }
  core::replace_file(core::sibling(options_.out, ".top.csv"), text);

  std::string points = "batch,evaluations,infeasible,best,diversity,front,hypervolume\n";
  for (const search::TracePoint& point : search::trace(history())) {
    points += fmt::format("{},{},{},{},{},{},{}\n", point.batch, point.evaluations, point.infeasible, cell(point.best),
                          core::number_text(point.diversity), point.front, core::number_text(point.hypervolume));
  }
  core::replace_file(core::sibling(options_.out, ".trace.csv"), points);

  manifest_.results["evaluations"] = search_.evaluated();
  manifest_.results["infeasible"] = search_.infeasible();
  manifest_.results["repeats"] = search_.repeats();
  manifest_.results["copied"] = problem_.copied();
  manifest_.results["failed"] = failed_;
  manifest_.results["resumed"] = std::min(recorded_.size(), history().entries.size());
  manifest_.results["ended"] = ending_.reason;
  manifest_.results["wall_seconds"] = seconds_;
  if (ending_.end != search::End::kInterrupted) manifest_.finished = core::utc_now();
  manifest_.write(core::manifest_path(options_.out));
}

std::string SearchRun::text() const {
  std::string text;
  if (!top_.empty()) {
    text += fmt::format("{:>5}", "rank");
    for (const std::string& name : objective_names()) text += fmt::format("  {:>10}", name);
    text += fmt::format("  {:>9}  {:>10}  architecture\n", "params", "MACs");
  }
  for (size_t place = 0; place < top_.size(); ++place) {
    const search::Entry& entry = history().entries[top_[place]];
    text += fmt::format("{:>5}", place + 1);
    for (const double objective : entry.objectives) text += fmt::format("  {:>10.5g}", objective);
    text +=
        fmt::format("  {:>9}  {:>10}  {}{}\n", millions(history(), entry, "params"), millions(history(), entry, "macs"),
                    entry.text, entry.status == "ok" ? "" : "  (" + entry.status + ")");
  }
  std::vector<std::string> objectives;
  for (const search::Objective& objective : search_.problem().objectives) objectives.push_back(objective.text);
  text += fmt::format("{} evaluations by {} in {}, of {}; {}.\n", search_.evaluated(), problem_.strategy().name,
                      space().name(), fmt::join(objectives, "; "), ending_.reason);
  const size_t front = search::front_size(history(), search::ranked_results(history()));
  if (!problem_.ensemble_by().empty()) text += fmt::format("The ensemble is {}.\n", problem_.ensemble_by());
  if (objectives.size() > 1) text += fmt::format("{} architectures are on the Pareto front and come first.\n", front);
  return text;
}

}  // namespace zeroth::cli
