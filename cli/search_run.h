// One run of `zeroth search`: one seed, its history, what it found.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/search_problem.h"
#include "core/csv_appender.h"
#include "core/manifest.h"
#include "core/progress.h"
#include "search/driver.h"

namespace zeroth::cli {

struct SearchRunOptions {
  SearchSetup setup;
  int64_t budget = 1000, ask_batch = 16, patience = 0, population = 0, tournament = 0, top = 10;
  std::optional<double> seconds;
  std::string out = "search.csv";
  bool resume = false, quiet = false;
};

class SearchRun {
 public:
  // Throws as SearchProblem's constructor, and core::Error where an earlier history cannot be taken up.
  explicit SearchRun(const SearchRunOptions& options);
  SearchRun(const SearchRun&) = delete;
  SearchRun& operator=(const SearchRun&) = delete;

  // Searches and writes all files. Returns the exit code.
  int run();

  const spaces::SearchSpace& space() const { return problem_.space(); }
  const search::History& history() const { return search_.history(); }
  // Entries of the history, best first, --top of them. Of equal functions with equal objectives the first alone.
  const std::vector<size_t>& top() const { return top_; }
  double seconds() const { return seconds_; }
  // The table for people, and a line of what was done.
  std::string text() const;

 private:
  std::vector<std::string> file_columns() const;
  std::vector<std::string> objective_names() const;
  bool accept(const std::vector<std::string>& fields);
  std::vector<std::string> cells(size_t entry) const;
  core::Json settings() const;
  void add_rows(size_t first);
  void show_progress();
  void choose_top();
  void write_results();

  const SearchRunOptions options_;
  SearchProblem problem_;
  search::Search search_;
  std::vector<search::Recorded> recorded_;  // by entry, of an earlier run
  core::Manifest manifest_;
  std::optional<core::CsvAppender> file_;
  std::unique_ptr<core::Progress> progress_;
  std::vector<size_t> top_;
  search::Ending ending_;
  size_t failed_ = 0;  // evaluations without a value to judge by
  double seconds_ = 0.0;
};

}  // namespace zeroth::cli
