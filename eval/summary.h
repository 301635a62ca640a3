// Several evaluations side by side: score tables, targets, or both.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/evaluation.h"

namespace zeroth::eval {

// Spearman of every column (a line) in every evaluation (a column of the table, named by what tells it from the others:
// its target, its scores, or both); "-" where an evaluation does not have it. Highest mean first.
std::string summary_table(const std::vector<Evaluation>& evaluations);

// {"evaluations": [as_json of each], "spearman": {column: [one number an evaluation, or null]}}.
nlohmann::ordered_json summary_json(const std::vector<Evaluation>& evaluations);

// Spearman between columns as CSV: `scores,column,` and one column for each that any of the tables has. Of a table that
// stands in several evaluations, the first.
std::string redundancy_csv(const std::vector<Evaluation>& evaluations);

}  // namespace zeroth::eval
