// Scores many architectures in parallel: rows in, rows out, in the same order.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxies/scorer.h"
#include "spaces/candidate.h"

namespace zeroth::proxies {

struct ScoredRow {
  size_t candidate = 0;  // its number
  Scores scores;
  bool copied = false;  // from an equal architecture: by canonical form, or by text where the view is as written
};

// What was scored so far, so that equal architectures are scored once: within a call, and over the calls that share it.
struct ScoreMemory {
  std::unordered_map<uint64_t, std::string> first_with;          // what has this identity, as bytes
  std::unordered_map<uint64_t, std::vector<ProxyScore>> scored;  // by identity
};

struct PipelineOptions {
  int workers = 1;
  // Of earlier calls with the same scorer; null where there are none.
  ScoreMemory* memory = nullptr;
  // Candidates for which this is true are passed over: they were scored by an earlier run, whose scores come as
  // `known`.
  std::function<bool(size_t)> finished = [](size_t) { return false; };
  // Scores by candidate number, for finished candidates; what equals one of them is copied.
  std::function<std::vector<ProxyScore>(size_t)> known;
  // Polled before each candidate; once true, no more are started, and those under way still reach the sink.
  std::function<bool()> stop = [] { return false; };
};

// Calls sink for each candidate that was started and is not in error, in order, from one thread at a time. Scores do
// not depend on the number of workers. An exception of the sink, or a bug, stops the run and is thrown here.
void score_candidates(const spaces::SearchSpace& space, const std::vector<spaces::Candidate>& candidates,
                      const Plan& plan, const Scorer& scorer, const PipelineOptions& options,
                      const std::function<void(const ScoredRow&)>& sink);

}  // namespace zeroth::proxies
