// Confirmation: architectures are trained for a short while on real images, by successive halving, several seeds each.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/confirm/image_data.h"
#include "search/confirm/training.h"
#include "search/halving.h"
#include "spaces/search_space.h"

namespace zeroth::search {

// An architecture to train, and why: "candidate", "resnet_like", "most_live_params", "random", or several of them.
struct Entrant {
  std::string text;  // in the space's notation; no two entrants have the same
  spaces::Architecture architecture;
  std::string role;
  Contender contender;
};

struct ConfirmOptions {
  spaces::NetShape shape;
  TrainingOptions training;
  int rungs = 3;
  int seeds = 3;
  uint64_t seed = 0;        // of weights, order and augmentation; seed number k is that of repeat k of it
  int workers = 1;          // networks trained at a time; results do not depend on it
  std::string checkpoints;  // folder; a file for each architecture and seed
  std::string identity;     // what else decides the training: a checkpoint with another one is refused
};

// One epoch of one network, as it ends.
struct EpochNews {
  size_t entrant = 0;
  int seed = 0;
  int epochs = 0;  // behind it
  TrainingRecord record;
};

// What the run tells, one call at a time, and whether it should end.
struct ConfirmWatch {
  std::function<void(int rung, int64_t epochs)> rung_begins;  // number from 1 on, and epochs to train in it
  std::function<void(const EpochNews&)> epoch_ends;
  std::function<void()> rung_ends;
  std::function<bool()> stop;  // may be called from several threads at once
};

// How far an entrant came, and what it reached there. Accuracies are in percent.
struct Confirmed {
  size_t entrant = 0;
  int rungs = 0, epochs = 0;                               // behind it
  std::optional<double> validation, validation_deviation;  // mean and standard deviation (n - 1) over seeds
  std::optional<double> test, test_deviation;              // that did not diverge; a deviation needs two
  // Accuracy minus that of the first of the results, in test, or in validation where there is no test: mean and
  // standard deviation over the seeds that both trained as far. None for the first itself.
  std::optional<double> to_first, to_first_deviation;
  std::optional<double> loss;  // training loss of the last epoch, mean over seeds
  int64_t params = 0;
  double seconds = 0.0;  // of training, all seeds
  std::string status;    // "ok": trained to the end; "halted", "diverged", "interrupted"; between rungs "training"
};

class Confirmation {
 public:
  // Lowers every architecture as written. Throws core::UsageError for numbers out of their range.
  Confirmation(const spaces::SearchSpace& space, const std::vector<Entrant>& entrants, const ImageData& data,
               const ConfirmOptions& options);

  // Trains rung after rung, from the checkpoints that are there on. False where the watch stopped it.
  bool run(const ConfirmWatch& watch);
  // Best first: by epochs, then by validation accuracy; what diverged comes last.
  std::vector<Confirmed> results() const;

 private:
  struct Network {
    spaces::OpGraph graph;
    uint64_t identity = 0;
    std::vector<TrainingRecord> by_seed;
  };

  std::string checkpoint_path(size_t entrant, int seed) const;
  std::string checkpoint_identity(size_t entrant, int seed) const;
  int64_t epochs_of(const std::vector<TrainingJob>& jobs) const;
  bool train(const TrainingJob& job, const ConfirmWatch& watch);
  bool train_all(const std::vector<TrainingJob>& jobs, const ConfirmWatch& watch);
  std::optional<double> accuracy(size_t entrant, int epochs) const;
  std::string standing(size_t entrant) const;
  const Epoch* epoch_of(size_t entrant, size_t seed, int epochs) const;
  Confirmed result(size_t entrant) const;
  void compare(const Confirmed& first, Confirmed& other) const;

  const std::vector<Entrant>& entrants_;
  const ImageData& data_;
  ConfirmOptions options_;
  std::vector<Network> networks_;
  Halving halving_;
  std::vector<bool> in_flight_;  // by entrant: in a rung that was not told
};

}  // namespace zeroth::search
