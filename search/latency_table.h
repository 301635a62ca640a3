// Latencies that somebody measured, as a source for costs.h.
#pragma once

#include <string>

#include "search/costs.h"

namespace zeroth::search {

// `spec` is FILE.csv:COLUMN, plain or gzip; without :COLUMN the file's one column of numbers. The file has either
//   a column `arch` (or the space's own columns): the latency of each architecture, rows of one averaged; an
//     architecture that it lacks has no latency. HW-NAS-Bench's tables are of this kind;
//   or a column `operator`, named as spaces/operator_text.h does: an architecture's latency is the sum over the
//     operators of its network of this shape, as written. Throws core::Error for an operator that the file lacks.
// The space must live as long as what is returned, which may be called from several threads. Throws core::UsageError
// for the column, core::Error that names file and line for the rest.
Latency latency_table(const spaces::SearchSpace& space, const spaces::NetShape& shape, const std::string& spec);

}  // namespace zeroth::search
