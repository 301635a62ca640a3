#include "search/confirm/confirm.h"

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <tuple>

#include "core/error.h"
#include "core/random.h"
#include "nn/kept_memory.h"

namespace zeroth::search {
namespace {

std::vector<Contender> contenders_of(const std::vector<Entrant>& entrants) {
  std::vector<Contender> contenders;
  for (const Entrant& entrant : entrants) contenders.push_back(entrant.contender);
  return contenders;
}

std::optional<double> mean(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> deviation(const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  const double centre = *mean(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

}  // namespace

Confirmation::Confirmation(const spaces::SearchSpace& space, const std::vector<Entrant>& entrants,
                           const ImageData& data, const ConfirmOptions& options)
    : entrants_(entrants),
      data_(data),
      options_(options),
      halving_(contenders_of(entrants), options.seeds, options.training.epochs, options.rungs),
      in_flight_(entrants.size(), false) {
  for (const Entrant& entrant : entrants) {
    networks_.push_back({space.lower(space.cells(entrant.architecture), options.shape), core::hash_bytes(entrant.text),
                         std::vector<TrainingRecord>(static_cast<size_t>(options.seeds))});
  }
}

std::string Confirmation::checkpoint_path(size_t entrant, int seed) const {
  return fmt::format("{}/{:016x}.seed{}.ckpt", options_.checkpoints, networks_[entrant].identity, seed);
}

std::string Confirmation::checkpoint_identity(size_t entrant, int seed) const {
  return fmt::format("{} seed {} {}", options_.identity, seed, entrants_[entrant].text);
}

int64_t Confirmation::epochs_of(const std::vector<TrainingJob>& jobs) const {
  int64_t epochs = 0;
  for (const TrainingJob& job : jobs) {
    const TrainingRecord& record = networks_[job.contender].by_seed[static_cast<size_t>(job.seed)];
    epochs += std::max<int64_t>(0, job.epochs - static_cast<int64_t>(record.epochs.size()));
  }
  return epochs;
}

bool Confirmation::train(const TrainingJob& job, const ConfirmWatch& watch) {
  Network& network = networks_[job.contender];
  Training training(network.graph, data_, options_.training, core::repeat_seed(options_.seed, job.seed),
                    network.identity);
  const std::string path = checkpoint_path(job.contender, job.seed);
  const std::string identity = checkpoint_identity(job.contender, job.seed);
  if (std::filesystem::exists(path)) training.load(path, identity);
  while (training.epochs() < job.epochs && !training.record().diverged) {
    const bool last = training.epochs() + 1 == job.epochs;
    if (!training.train_epoch(/*tested=*/last && data_.test_images() > 0, watch.stop)) return false;
    training.save(path, identity);
    watch.epoch_ends({job.contender, job.seed, training.epochs(), training.record()});
  }
  network.by_seed[static_cast<size_t>(job.seed)] = training.record();
  return true;
}

bool Confirmation::train_all(const std::vector<TrainingJob>& jobs, const ConfirmWatch& watch) {
  std::mutex one_at_a_time;
  ConfirmWatch in_turn = watch;
  in_turn.epoch_ends = [&](const EpochNews& news) {
    const std::lock_guard<std::mutex> lock(one_at_a_time);
    watch.epoch_ends(news);
  };
  std::atomic<bool> whole{true};
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<size_t>(options_.workers));
  tbb::task_arena arena(options_.workers);
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<size_t>(0, jobs.size(), 1),
        [&](const tbb::blocked_range<size_t>& range) {
          at::set_num_threads(1);  // the order of float sums changes with the count
          for (size_t job = range.begin(); job < range.end(); ++job) {
            if (watch.stop() || !train(jobs[job], in_turn)) whole = false;
          }
        },
        tbb::simple_partitioner());
  });
  return whole;
}

bool Confirmation::run(const ConfirmWatch& watch) {
  const nn::KeptMemory kept;
  std::filesystem::create_directories(options_.checkpoints);
  int rung = 0;
  for (auto jobs = halving_.next(); !jobs.empty(); jobs = halving_.next()) {
    for (const TrainingJob& job : jobs) in_flight_[job.contender] = true;
    watch.rung_begins(++rung, epochs_of(jobs));
    if (!train_all(jobs, watch)) return false;
    std::vector<std::optional<double>> reached(entrants_.size());
    for (const TrainingJob& job : jobs) reached[job.contender] = accuracy(job.contender, job.epochs);
    halving_.tell(reached);
    in_flight_.assign(entrants_.size(), false);
    watch.rung_ends();
  }
  return true;
}

// Mean validation accuracy after so many epochs; nullopt where a seed diverged before.
std::optional<double> Confirmation::accuracy(size_t entrant, int epochs) const {
  std::vector<double> values;
  for (size_t seed = 0; seed < networks_[entrant].by_seed.size(); ++seed) {
    const Epoch* last = epoch_of(entrant, seed, epochs);
    if (last == nullptr) return std::nullopt;
    values.push_back(last->validation_accuracy);
  }
  return mean(values);
}

// Of what did not diverge.
std::string Confirmation::standing(size_t entrant) const {
  if (in_flight_[entrant]) return "interrupted";
  if (halving_.epochs(entrant) == halving_.rung_epochs().back()) return "ok";
  return halving_.goes_on(entrant) ? "training" : "halted";
}

// The last of so many epochs; nullptr where the network did not get there.
const Epoch* Confirmation::epoch_of(size_t entrant, size_t seed, int epochs) const {
  const std::vector<Epoch>& behind = networks_[entrant].by_seed[seed].epochs;
  return epochs == 0 || behind.size() < static_cast<size_t>(epochs) ? nullptr
                                                                    : &behind[static_cast<size_t>(epochs) - 1];
}

void Confirmation::compare(const Confirmed& first, Confirmed& other) const {
  if (first.epochs != other.epochs) return;
  std::vector<double> differences;
  for (size_t seed = 0; seed < static_cast<size_t>(options_.seeds); ++seed) {
    const Epoch* own = epoch_of(other.entrant, seed, other.epochs);
    const Epoch* best = epoch_of(first.entrant, seed, first.epochs);
    if (own == nullptr || best == nullptr) continue;
    differences.push_back(own->test_accuracy && best->test_accuracy
                              ? *own->test_accuracy - *best->test_accuracy
                              : own->validation_accuracy - best->validation_accuracy);
  }
  other.to_first = mean(differences);
  other.to_first_deviation = deviation(differences);
}

Confirmed Confirmation::result(size_t entrant) const {
  Confirmed result;
  result.entrant = entrant;
  result.rungs = halving_.rungs(entrant);
  result.epochs = halving_.epochs(entrant);
  result.params = networks_[entrant].graph.parameter_count();
  std::vector<double> validation, test, loss;
  bool diverged = false;
  for (size_t seed = 0; seed < networks_[entrant].by_seed.size(); ++seed) {
    const TrainingRecord& record = networks_[entrant].by_seed[seed];
    for (const Epoch& epoch : record.epochs) result.seconds += epoch.seconds;
    const Epoch* last = epoch_of(entrant, seed, result.epochs);
    diverged = diverged || (record.diverged && result.epochs > 0 && last == nullptr);
    if (last == nullptr) continue;
    validation.push_back(last->validation_accuracy);
    loss.push_back(last->loss);
    if (last->test_accuracy) test.push_back(*last->test_accuracy);
  }
  result.validation = mean(validation);
  result.validation_deviation = deviation(validation);
  result.test = mean(test);
  result.test_deviation = deviation(test);
  result.loss = mean(loss);
  result.status = diverged ? "diverged" : standing(entrant);
  return result;
}

std::vector<Confirmed> Confirmation::results() const {
  std::vector<Confirmed> results;
  for (size_t entrant = 0; entrant < entrants_.size(); ++entrant) results.push_back(result(entrant));
  const auto key = [](const Confirmed& r) {
    return std::make_tuple(r.status == "diverged", -r.epochs, r.validation ? -*r.validation : 0.0);
  };
  std::stable_sort(results.begin(), results.end(),
                   [&](const Confirmed& a, const Confirmed& b) { return key(a) < key(b); });
  for (size_t place = 1; place < results.size(); ++place) compare(results[0], results[place]);
  return results;
}

}  // namespace zeroth::search
