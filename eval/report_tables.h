// The tables of a report for papers, as Markdown and as LaTeX.
#pragma once

#include <vector>

#include "eval/report.h"
#include "eval/report_figures.h"

namespace zeroth::eval {

// leaderboard.md and .tex: the first `report.options.top` rows with the lead, the sizes and the accuracies;
// correlation.md and .tex, where there are targets: Spearman and Kendall's tau-b of every column with each, with the
// 95 % intervals where they were computed; and contributions.md and .tex, where they are known: what each column gave
// to the score that ordered the run, by architecture. LaTeX is a tabular environment with rules of the package
// booktabs.
std::vector<ReportFile> tables(const Report& report);

}  // namespace zeroth::eval
