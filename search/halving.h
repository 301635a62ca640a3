// Successive halving over rungs of training (Jamieson and Talwalkar, AISTATS 2016, arXiv:1502.07943): all candidates
// are trained a little, the better half goes on for twice as long, and so on. It trains nothing itself.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace zeroth::search {

// What takes part: a candidate can be halted at the end of a rung, a baseline is trained to the end.
struct Contender {
  bool candidate = true;
  bool baseline = false;  // may be both: then it takes a candidate's place and is trained to the end all the same
};

// Train a contender with seed number `seed` until `epochs` epochs are behind it, earlier rungs' among them.
struct TrainingJob {
  size_t contender = 0;
  int seed = 0;
  int epochs = 0;
};

class Halving {
 public:
  // Rung r of R ends after epochs / 2^(R-1-r) epochs, rounded down. Throws core::UsageError where the first would have
  // none, and for numbers below 1.
  Halving(std::vector<Contender> contenders, int seeds, int epochs, int rungs);

  // Epochs at the end of each rung.
  const std::vector<int>& rung_epochs() const { return rung_epochs_; }
  // The jobs of the rung that comes next, contender by contender; none once all rungs are over.
  std::vector<TrainingJob> next() const;
  // What came out of them: each contender's accuracy at the end of the rung, nullopt where its training diverged or
  // where it was not in the rung. Of n candidates in it the best ceil(n / 2) go on, the earlier one of equals, but
  // none that diverged; a baseline goes on unless it diverged.
  void tell(const std::vector<std::optional<double>>& accuracy);

  // Rungs that a contender has behind it, and their epochs.
  int rungs(size_t contender) const { return rungs_[contender]; }
  int epochs(size_t contender) const;
  // Whether the next rung has jobs for it.
  bool goes_on(size_t contender) const { return rung_ < rung_epochs_.size() && in_rung(contender); }

 private:
  bool in_rung(size_t contender) const;

  std::vector<Contender> contenders_;
  int seeds_;
  std::vector<int> rung_epochs_;
  size_t rung_ = 0;
  std::vector<bool> competes_;  // by contender: a candidate that was not halted
  std::vector<bool> diverged_;
  std::vector<int> rungs_;
};

}  // namespace zeroth::search
