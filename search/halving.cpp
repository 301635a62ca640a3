#include "search/halving.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace zeroth::search {
namespace {

constexpr int kMostRungs = 30;  // shifts of an int

std::vector<int> ends_of_rungs(int epochs, int rungs) {
  if (rungs > kMostRungs || (epochs >> (rungs - 1)) == 0) {
    throw core::UsageError(fmt::format("--rungs {}: halving {} epochs leaves none for the first rung", rungs, epochs));
  }
  std::vector<int> ends;
  for (int rung = 0; rung < rungs; ++rung) ends.push_back(epochs >> (rungs - 1 - rung));
  return ends;
}

void check_at_least_one(const char* option, int value) {
  if (value < 1) throw core::UsageError(fmt::format("{} {}: must be at least 1", option, value));
}

size_t better_half(size_t count) { return (count + 1) / 2; }

}  // namespace

Halving::Halving(std::vector<Contender> contenders, int seeds, int epochs, int rungs)
    : contenders_(std::move(contenders)),
      seeds_(seeds),
      diverged_(contenders_.size(), false),
      rungs_(contenders_.size(), 0) {
  check_at_least_one("--seeds", seeds);
  check_at_least_one("--epochs", epochs);
  check_at_least_one("--rungs", rungs);
  rung_epochs_ = ends_of_rungs(epochs, rungs);
  for (const Contender& contender : contenders_) competes_.push_back(contender.candidate);
}

bool Halving::in_rung(size_t contender) const {
  return !diverged_[contender] && (competes_[contender] || contenders_[contender].baseline);
}

std::vector<TrainingJob> Halving::next() const {
  std::vector<TrainingJob> jobs;
  if (rung_ == rung_epochs_.size()) return jobs;
  for (size_t contender = 0; contender < contenders_.size(); ++contender) {
    if (!in_rung(contender)) continue;
    for (int seed = 0; seed < seeds_; ++seed) jobs.push_back({contender, seed, rung_epochs_[rung_]});
  }
  return jobs;
}

void Halving::tell(const std::vector<std::optional<double>>& accuracy) {
  ZEROTH_CHECK(accuracy.size() == contenders_.size() && rung_ < rung_epochs_.size());
  std::vector<size_t> candidates;
  size_t competing = 0;
  for (size_t i = 0; i < contenders_.size(); ++i) {
    if (!in_rung(i)) continue;
    ++rungs_[i];
    competing += competes_[i] ? 1 : 0;
    diverged_[i] = !accuracy[i].has_value();
    if (competes_[i] && accuracy[i]) candidates.push_back(i);
    competes_[i] = false;
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](size_t a, size_t b) { return *accuracy[a] > *accuracy[b]; });
  candidates.resize(std::min(candidates.size(), better_half(competing)));
  for (const size_t candidate : candidates) competes_[candidate] = true;
  ++rung_;
}

int Halving::epochs(size_t contender) const {
  return rungs_[contender] == 0 ? 0 : rung_epochs_[static_cast<size_t>(rungs_[contender]) - 1];
}

}  // namespace zeroth::search
