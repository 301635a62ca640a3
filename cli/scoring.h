// What a command that scores architectures holds: the space, the minibatches and the plan of its options. Candidates
// come in as many batches as the command likes; equal ones are scored once over all of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/run_options.h"
#include "cli/score_columns.h"
#include "core/manifest.h"
#include "nn/kept_memory.h"
#include "nn/minibatch.h"
#include "proxies/pipeline.h"

namespace zeroth::cli {

class Scoring {
 public:
  // With the proxies that the options name; or with others, `proxies` as --proxies takes them. Throws core::UsageError
  // for a wrong option, core::Error for an input that cannot be read.
  explicit Scoring(const RunOptions& options);
  Scoring(const RunOptions& options, const std::string& proxies);
  Scoring(const Scoring&) = delete;
  Scoring& operator=(const Scoring&) = delete;

  const spaces::SearchSpace& space() const { return space_; }
  // The space where the candidates are TorchScript files; otherwise null.
  const nn::ModelSpace* models() const { return models_.get(); }
  const proxies::Plan& plan() const { return plan_; }
  const nn::MinibatchStore& minibatches() const { return minibatches_; }
  const proxies::Scorer& scorer() const { return scorer_; }
  const ScoreColumns& columns() const { return columns_; }
  int workers() const { return workers_; }
  // Whether equal functions get equal scores.
  bool canonical() const { return plan_.view == nn::GraphView::kCanonical; }
  // What orders a pool: ordering_columns() of the options.
  std::vector<std::string> ordering_columns() const;
  // Everything that decides the scores, for a manifest.
  core::Json settings() const;

  // A row for each candidate, in order; one that is no architecture gets the reason. Rows depend on nothing but the
  // settings and the candidate. Once core::interrupted(), no more are started, and the rows end where they are missing.
  std::vector<core::ScoreRow> rows(const std::vector<spaces::Candidate>& candidates);
  // How many of the rows so far were copied from an equal architecture.
  size_t copied() const { return copied_; }

 private:
  const nn::KeptMemory kept_;  // from one batch of candidates to the next
  const RunOptions options_;
  const int workers_;
  const nn::InputSource source_;
  const std::unique_ptr<const nn::ModelSpace> models_;
  const spaces::SearchSpace& space_;
  const proxies::Plan plan_;
  nn::MinibatchStore minibatches_;
  const proxies::Scorer scorer_;
  const ScoreColumns columns_;
  proxies::ScoreMemory memory_;
  size_t copied_ = 0;
};

}  // namespace zeroth::cli
