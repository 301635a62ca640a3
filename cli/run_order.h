// What ordered a run of `zeroth rank`, as its manifest keeps it, and what each column gave to the scores of the order.
#pragma once

#include <string>
#include <vector>

#include "cli/pool_ensemble.h"
#include "core/manifest.h"
#include "eval/report.h"

namespace zeroth::cli {

// The ensemble that ordered, so that it can be applied again.
struct RunOrder {
  std::string score;                  // log_rank, borda, learned ...
  std::vector<std::string> combined;  // columns, of a label-free ensemble
  std::string weights, without;       // of learned: `default` or FILE.json, and the space left out or nothing

  // Among the results of a manifest. Throws core::Error where the manifest, which `path` names, has none or another
  // shape.
  void write(core::Manifest& manifest) const;
  static RunOrder read(const core::Manifest& manifest, const std::string& path);
};

// `combined` as for PoolEnsemble::order.
RunOrder run_order(const PoolOrder& order, const std::vector<std::string>& combined, const EnsembleOptions& options);

// Explains the places of the architectures, those of them that the run has, by the scores and the order that stand in
// its files. `row` of what is explained is the place in `architectures`. Where the order cannot be made again from the
// scores, or its score is no sum over columns, `unknown` says why in one line.
eval::ReportOrder explain_order(const eval::ReportRun& run, const std::vector<std::string>& architectures);

}  // namespace zeroth::cli
