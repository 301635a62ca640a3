// How `zeroth rank` makes one order of a pool's columns of scores.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ensemble/ensemble_file.h"
#include "ensemble/label_free.h"

namespace CLI {
class App;
}

namespace zeroth::cli {

struct EnsembleOptions {
  std::string ensemble = "auto";  // or learned, the name of a label-free ensemble, or FILE.json
  std::string exclude;            // the space without whose group the weights were learned
};

void add_ensemble_options(CLI::App& command, EnsembleOptions& options);

// A score that is defined on the whole pool, so that no single architecture has it.
struct PoolScore {
  std::string name;        // log_rank, learned, te_nas ...
  Eigen::VectorXd values;  // by row; larger is better
};

// The combined scores of a pool, and which of them orders it.
struct PoolOrder {
  // log_rank, another label-free ensemble where it is asked for, learned where it can be; or the one that orders.
  std::vector<PoolScore> scores;
  size_t chosen = 0;
  std::string by;   // "mean log rank of swap, meco_opt"
  std::string why;  // auto's reason; empty where the user chose
};

class PoolEnsemble {
 public:
  // `space` and `fidelity` are those of the run. Throws core::UsageError for an ensemble that is none and for a space
  // that the learned one knows nothing of, and what ensemble::EnsembleFile::read throws.
  PoolEnsemble(const EnsembleOptions& options, const std::string& space, const std::string& fidelity);

  // A search asks for the order again and again, and a table has all scores.
  enum class Scores { kAll, kOrdering };

  // Label-free ensembles combine the columns named `combined`; the learned one reads all, and the labels that some rows
  // have (accuracies, by row). With two different ones, auto takes the learned one.
  PoolOrder order(const std::vector<std::string>& columns, const ensemble::Columns& values,
                  const std::vector<std::string>& combined, const std::vector<std::optional<double>>& labels,
                  Scores wanted) const;
  // What a user should know of the weights before he relies on them; empty where there is nothing.
  std::string notice() const;

 private:
  struct Learned {
    PoolScore score;
    std::string by;
  };
  // Nothing where the pool has none of the columns that the weights are of.
  std::optional<Learned> learned(const std::vector<std::string>& columns, const ensemble::Columns& values,
                                 const std::vector<std::optional<double>>& labels) const;
  ensemble::Decision decision(const std::vector<std::string>& columns, bool has_labels) const;

  EnsembleOptions options_;
  std::string space_, fidelity_;
  const ensemble::LabelFree* label_free_ = nullptr;  // asked for by name
  ensemble::EnsembleFile file_;
};

}  // namespace zeroth::cli
