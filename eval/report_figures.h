// The figures of a report as SVG files for papers: the same numbers as on the page, with the leading score.
#pragma once

#include <string>
#include <vector>

#include "eval/report.h"

namespace zeroth::eval {

struct ReportFile {
  std::string name;  // no folder; of letters, digits, `.`, `_` and `-`
  std::string text;
};

// scatter_TARGET.svg, correlation.svg, cost_TARGET.svg, pareto_SIZE.svg and redundancy.svg: those whose data there are.
std::vector<ReportFile> figures(const Report& report);

}  // namespace zeroth::eval
