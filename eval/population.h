// The rows that an evaluation is about: architectures with scores, an accuracy, and what their space knows of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/score_table.h"
#include "eval/benchmark.h"
#include "spaces/search_space.h"

namespace zeroth::eval {

// One number a row; nullopt is a failed cell.
struct ScoreColumn {
  std::string name;
  std::vector<std::optional<double>> values;
};

// Failed cells as minus infinity, less than any score.
std::vector<double> with_failures(const ScoreColumn& column);

// The column of the data-free baseline (space_facts.h), which proxies are measured against.
inline constexpr const char* kDataFree = "data_free";

struct Population {
  std::vector<std::string> architectures;
  std::vector<double> accuracy;
  // Number of the function that a row computes: its canonical form where the space is known, else its text. Numbers
  // follow the order of these, so that they do not depend on the order of the rows.
  std::vector<uint32_t> function;
  std::vector<std::string> function_texts;  // by number
  size_t functions = 0;
  std::vector<ScoreColumn> columns;
  std::vector<ScoreColumn> structure;  // columns of the data-free baseline; empty where the space is unknown
  // Standard errors over initialisations, each named as the column of scores it belongs to.
  std::vector<ScoreColumn> standard_errors;
  std::vector<ScoreColumn> runs;  // accuracies of single training runs (noise_ceiling.h)
  size_t repeated = 0;            // rows of SCORES that are left out: their architecture has a row before them

  size_t rows() const { return architectures.size(); }
};

// The column of this name; nullptr where there is none.
const ScoreColumn* find_column(const Population& population, const std::string& name);

// Rows of the scores that the benchmark has an accuracy for, in the order of the scores; of the rows of one
// architecture the first counts. Without a space functions are
// texts; with one they have no numbers before add_space_facts(), and texts that both spell in their own way meet as it
// prints them, and by function where its benchmark measures functions. Standard errors of scores (columns named
// `..._se`) are no scores but stand apart. Throws core::Error with an example of each file where they have no
// architecture in common.
Population join(const core::ScoreTable& scores, const Benchmark& benchmark, const spaces::SearchSpace* space = nullptr);

// All rows, the first of each architecture, without accuracies; functions are texts.
Population without_labels(const core::ScoreTable& scores);

// What another column of the benchmark holds of the population's rows, found as `join` finds accuracies.
ScoreColumn measured(const Population& population, const Benchmark& benchmark, const spaces::SearchSpace* space);

// Sets the functions of the rows: equal texts are one function.
void number_functions(const std::vector<std::string>& texts, Population& population);

// The rows whose function is one of `texts`, or with `without` those whose function is none of them, and what they have
// of the columns. Throws core::Error where no row is left.
Population restricted(const Population& population, const std::unordered_set<std::string>& texts, bool without);

// One row a function, in order of first appearance: the mean accuracy of its rows and, in each column, the mean of
// those that have a score. A cell fails only where all have failed.
Population unique_functions(const Population& population);

}  // namespace zeroth::eval
