// Which proxies of an evaluation are not to be relied on, in sentences for a person.
#pragma once

#include <string>
#include <vector>

#include "eval/evaluation.h"

namespace zeroth::eval {

// Columns that have no passes of a network: what a proxy must beat to be worth one.
bool is_free(const std::string& column);

// Of the proxies, by the accuracies: those whose Spearman's interval holds 0, and those that do not rank better than
// `params`, `macs` and `data_free` do, where these are columns. One sentence for each reason that some proxy gives.
std::vector<std::string> prediction_warnings(const Evaluation& evaluation);

// Of the proxies, without any label: those whose order another initialisation would change (a row's standard error
// reaches over a quarter of the other rows), and those that are saturated (a quarter of the pairs, or a tenth of the
// rows at the top, share a score).
std::vector<std::string> stability_warnings(const Evaluation& evaluation);

}  // namespace zeroth::eval
