// zeroth confirm: trains the best of a ranking for a short while on real images.
#include <fmt/format.h>
#include <torch/version.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "cli/commands.h"
#include "cli/confirm_update.h"
#include "cli/default_ensemble.h"
#include "cli/entrants.h"
#include "cli/run_options.h"
#include "cli/seed.h"
#include "core/csv_appender.h"
#include "core/error.h"
#include "core/json.h"
#include "core/log.h"
#include "core/manifest.h"
#include "core/progress.h"
#include "core/random.h"
#include "core/replace_file.h"
#include "core/signals.h"
#include "search/confirm/table.h"
#include "spaces/user_space.h"

namespace zeroth::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCheckpointEnding = ".ckpt";

struct Options {
  std::string space;
  EntrantOptions entrants;
  search::DataOptions data;
  std::optional<int64_t> channels, resolution, jobs;
  int64_t cells = 1;
  search::TrainingOptions training;
  int rungs = 3, seeds = 3;
  uint64_t seed = 0;
  bool no_baselines = false, no_flip = false;
  std::string out = "confirm.csv", update;
  bool resume = false, quiet = false;
  std::string log_level = "info";
};

void check_training(const search::TrainingOptions& training) {
  at_least_one("--batch", training.batch);
  if (!(training.rate > 0.0)) throw core::UsageError(fmt::format("--rate {}: must be above 0", training.rate));
  if (!(training.label_smoothing >= 0.0 && training.label_smoothing < 1.0)) {
    throw core::UsageError(
        fmt::format("--label-smoothing {}: must be at least 0 and below 1", training.label_smoothing));
  }
}

// The network's shape but for the classes, which the images decide.
spaces::NetShape network_shape(const spaces::SearchSpace& space, const Options& options) {
  spaces::NetShape shape = space.full_shape();
  if (shape.tokens > 0) {
    throw core::UsageError(
        fmt::format("--space {}: its networks read words, and confirm trains on images", options.space));
  }
  shape.channels = at_least_one("--channels", options.channels).value_or(shape.channels);
  shape.cells = *at_least_one("--cells", options.cells);
  shape.resolution = at_least_one("--resolution", options.resolution).value_or(shape.resolution);
  return shape;
}

// What decides one network's training; the manifest adds what decides the table.
core::Json training_settings(const Options& options, const spaces::NetShape& shape, const search::ImageData& data) {
  core::Json settings;
  settings["space"] = options.space;
  if (spaces::is_space_file(options.space)) {
    settings["space_file"] = core::file_digest(options.space);
  }
  settings["network"] = shape.text();
  settings["data"] = options.data.spec;
  settings["images"] = data.training_images() + data.validation_images();
  settings["validation_images"] = data.validation_images();
  settings["images_digest"] = data.digest();
  settings["crop"] = options.data.crop;
  settings["flip"] = options.data.flip;
  settings["epochs"] = options.training.epochs;
  settings["batch"] = options.training.batch;
  settings["rate"] = options.training.rate;
  settings["momentum"] = options.training.momentum;
  settings["weight_decay"] = options.training.weight_decay;
  settings["label_smoothing"] = options.training.label_smoothing;
  settings["seed"] = options.seed;
  settings["torch"] = TORCH_VERSION;
  return settings;
}

// A run that starts anew must not go on from what an earlier one left.
void remove_checkpoints(const std::string& folder) {
  if (!fs::is_directory(folder)) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == kCheckpointEnding) fs::remove(entry.path());
  }
}

// One run of the command.
class ConfirmRun {
 public:
  explicit ConfirmRun(const Options& options);

  // Returns the exit code.
  int run();

 private:
  search::ConfirmOptions confirm_options() const;
  search::ConfirmWatch watch();
  void begin_manifest();
  void write_table() const;
  void end_rung();
  void update_order(const std::vector<search::Confirmed>& results) const;

  const Options& options_;
  const spaces::SearchSpace& space_;
  spaces::NetShape shape_;
  const int workers_;
  const Entrants entrants_;
  const search::ImageData data_;
  std::string checkpoints_, manifest_path_;
  core::Json settings_;  // of one network's training
  core::Manifest manifest_;
  std::optional<search::Confirmation> confirmation_;
  std::optional<core::Progress> progress_;
  std::optional<ensemble::EnsembleFile> weights_;  // of --update
  std::optional<core::ScoreTable> pool_;           // that it orders anew
  int rung_ = 0;
  int64_t epochs_done_ = 0, diverged_ = 0;
};

ConfirmRun::ConfirmRun(const Options& options)
    : options_(options),
      space_(spaces::find_space(options.space)),
      shape_(network_shape(space_, options)),
      workers_(worker_count(options.jobs)),
      entrants_(choose_entrants(space_, options.entrants)),
      data_([&] {
        search::DataOptions data = options.data;
        data.resolution = static_cast<int>(shape_.resolution);
        return data;
      }()),
      checkpoints_(core::sibling(options.out, ".checkpoints")),
      manifest_path_(core::manifest_path(options.out)) {
  shape_.classes = data_.classes();
  settings_ = training_settings(options_, shape_, data_);
  confirmation_.emplace(space_, entrants_.list, data_, confirm_options());
}

search::ConfirmOptions ConfirmRun::confirm_options() const {
  search::ConfirmOptions options;
  options.shape = shape_;
  options.training = options_.training;
  options.rungs = options_.rungs;
  options.seeds = options_.seeds;
  options.seed = options_.seed;
  options.workers = workers_;
  options.checkpoints = checkpoints_;
  options.identity = fmt::format("{:016x}", core::hash_bytes(core::json_text(settings_)));
  return options;
}

void ConfirmRun::write_table() const {
  core::replace_file(options_.out, search::confirmed_csv(entrants_.list, confirmation_->results()));
}

void ConfirmRun::end_rung() {
  progress_->finish();
  progress_.reset();
  write_table();
  if (options_.quiet || rung_ == options_.rungs) return;  // the last table is printed as the result
  std::istringstream lines(search::confirmed_text(entrants_.list, confirmation_->results()));
  for (std::string line; std::getline(lines, line);) core::print_line(line);
}

search::ConfirmWatch ConfirmRun::watch() {
  search::ConfirmWatch watch;
  watch.rung_begins = [this](int rung, int64_t epochs) {
    rung_ = rung;
    epochs_done_ = 0;
    if (!options_.quiet) core::log_info("rung {} of {}: {} epochs to train", rung, options_.rungs, epochs);
    progress_.emplace(epochs, "epochs", options_.quiet);
  };
  watch.epoch_ends = [this](const search::EpochNews& news) {
    diverged_ += news.record.diverged ? 1 : 0;
    if (!options_.quiet) core::print_line(search::epoch_text(entrants_.list, news, options_.training.epochs));
    progress_->update(++epochs_done_, diverged_, 0);
  };
  watch.rung_ends = [this] { end_rung(); };
  watch.stop = [] { return core::interrupted() != 0; };
  return watch;
}

void ConfirmRun::begin_manifest() {
  manifest_.settings = settings_;
  manifest_.settings["rungs"] = options_.rungs;
  manifest_.settings["seeds"] = options_.seeds;
  manifest_.inputs["architectures"]["from"] = options_.entrants.file;
  manifest_.inputs["architectures"]["order"] = entrants_.order;
  manifest_.inputs["architectures"]["count"] = entrants_.list.size();
  manifest_.command = core::shell_command(core::command_line());
  manifest_.started = core::utc_now();
  manifest_.libraries["torch"] = TORCH_VERSION;
  manifest_.machine = core::machine_facts();
  if (options_.resume && fs::exists(manifest_path_)) {
    manifest_.require_same_settings(core::Manifest::read(manifest_path_), manifest_path_);
  }
  manifest_.write(manifest_path_);
}

void ConfirmRun::update_order(const std::vector<search::Confirmed>& results) const {
  if (!weights_) return;
  const std::string path = core::sibling(options_.out, ".ranked.csv");
  core::replace_file(path, updated_order_csv(*weights_, *pool_, entrants_.list, results));
  if (!options_.quiet) core::log_info("wrote {} (all rows, by what the training taught {})", path, options_.update);
}

int ConfirmRun::run() {
  if (!options_.update.empty()) {  // a mistake here is told before anything is trained
    weights_ = read_ensemble(options_.update);
    pool_ = core::ScoreTable::read(options_.entrants.file);
  }
  begin_manifest();
  if (!options_.resume) remove_checkpoints(checkpoints_);
  if (!options_.quiet) {
    core::log_info("{} architectures by {}; {} images to train on, {} to validate on, {} to test on",
                   entrants_.list.size(), entrants_.order, data_.training_images(), data_.validation_images(),
                   data_.test_images());
  }
  const double start = core::Progress::steady_seconds();
  const bool whole = confirmation_->run(watch());
  progress_.reset();
  write_table();
  manifest_.results["wall_seconds"] = core::Progress::steady_seconds() - start;
  manifest_.results["workers"] = workers_;
  if (whole) manifest_.finished = core::utc_now();
  manifest_.write(manifest_path_);
  if (!whole) {
    core::log_warning("interrupted in rung {} of {}; the same command with --resume goes on from {}", rung_,
                      options_.rungs, checkpoints_);
    return core::interrupt_exit_code();
  }
  const std::vector<search::Confirmed> results = confirmation_->results();
  std::cout << search::confirmed_text(entrants_.list, results);
  update_order(results);
  if (!options_.quiet) {
    core::log_info("wrote {} (results), {} (settings), {} (checkpoints)", options_.out, manifest_path_, checkpoints_);
  }
  const auto diverged = [](const search::Confirmed& result) { return result.status == "diverged"; };
  return std::all_of(results.begin(), results.end(), diverged) ? kAllRowsFailed : 0;
}

void add_options(CLI::App& command, Options& options) {
  command
      .add_option("file", options.entrants.file,
                  "Score table of `zeroth rank`, its FILE.ranked.csv, or one architecture a line; - for standard input")
      ->required();
  command.add_option("--space", options.space, "Search space: see `zeroth list spaces`, or FILE.yaml")->required();
  command
      .add_option("--data", options.data.spec,
                  "Images: fashion-mnist, cifar10:FILE, cifar100:FILE (a file or the folder of them), folder:DIR")
      ->required();
  command.add_option("--top", options.entrants.top, "Candidates: the best so many that compute different functions")
      ->capture_default_str();
  command.add_flag("--no-baselines", options.no_baselines,
                   "Train no ResNet-like cell (nasbench201) and no architecture of most live parameters");
  command.add_option("--random", options.entrants.random, "Train so many drawn architectures as baselines too")
      ->capture_default_str();
  command.add_option("--channels", options.channels, "Width of the network's first stage; the space's own by default");
  command.add_option("--cells", options.cells, "Cells in each stage")->capture_default_str();
  command.add_option("--resolution", options.resolution,
                     "Images are brought to this height and width; the space's own by default");
  command.add_option("--images", options.data.images, "Use so many images, drawn by --seed; 0 for all")
      ->capture_default_str();
  command.add_option("--validation", options.data.validation, "Share of them to validate on")->capture_default_str();
  command.add_option("--epochs", options.training.epochs, "Epochs of those that are trained to the end")
      ->capture_default_str();
  command.add_option("--rungs", options.rungs, "Rungs of successive halving; 1 trains all to the end")
      ->capture_default_str();
  command.add_option("--seeds", options.seeds, "Trainings of each architecture, with weights and order of their own")
      ->capture_default_str();
  command.add_option("--batch", options.training.batch, "Images in a batch")->capture_default_str();
  command.add_option("--rate", options.training.rate, "Learning rate at the start; a cosine takes it to 0")
      ->capture_default_str();
  command.add_option("--label-smoothing", options.training.label_smoothing, "Share of the target spread over classes")
      ->capture_default_str();
  command.add_option("--crop", options.data.crop, "Border of the random crop, pixels; 0 for no crop")
      ->capture_default_str();
  command.add_flag("--no-flip", options.no_flip, "Do not mirror images");
  command.add_option("--seed", options.seed, "Seed of the split, the draw, weights, order and augmentation")
      ->check(seed_check())
      ->capture_default_str();
  command.add_option("-j,--jobs", options.jobs, "Networks trained at a time; all processors by default");
  command.add_option("--out", options.out, "Table; FILE.json and the folder FILE.checkpoints stand beside it")
      ->capture_default_str();
  command.add_option(
      "--update", options.update,
      "Order the whole score table anew, by a learned ensemble that is told how the trained ones came out: "
      "\"default\", or what `zeroth ensemble fit` wrote. The order is FILE.ranked.csv beside --out");
  command.add_flag("--resume", options.resume, "Go on from the checkpoints of an earlier run");
  command.add_flag("--quiet", options.quiet, "No progress");
  command.add_option("--log-level", options.log_level, "error, warning, info or debug")->capture_default_str();
}

}  // namespace

void add_confirm(CLI::App& program, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("confirm", "Train the best of a ranking briefly on real images");
  add_options(*command, *options);
  command->footer(
      "Trains networks as written: SGD, Nesterov momentum 0.9, weight decay 5e-4, cosine learning rate over all\n"
      "epochs, random crop and mirroring. A table is ordered by the mean log rank of the default proxies that it has,\n"
      "or else of all its scores; a table with a column rank, as FILE.ranked.csv, and a list are taken in their "
      "order.\n"
      "Rungs: all candidates are trained for E / 2^(rungs - 1) epochs; the better half by validation accuracy (mean\n"
      "over seeds; of an odd number the larger half) goes on until twice as many are behind it, and so on to E.\n"
      "Baselines are always trained to the end and take no candidate's place. What diverged (a loss that is no "
      "number)\n"
      "goes no further. 8 candidates, 12 epochs, 3 rungs: 48 epochs a seed, and 12 for each baseline.\n"
      "FILE.csv, best first: arch, role, rung and epochs that it reached, val_acc, val_sd, test_acc, test_sd "
      "(percent;\n"
      "mean and standard deviation over seeds), to_first and to_first_sd (accuracy minus that of the first row, paired "
      "by\n"
      "seed: in test, or in validation where there are no test images), loss, params, seconds, status: ok, halted,\n"
      "diverged or interrupted; between two rungs, training for what goes on.\n"
      "Test images (fashion-mnist; test_batch.bin or test.bin in a CIFAR folder) decide nothing.\n"
      "Results depend on the seed and the settings only, not on -j or on an interruption taken up with --resume.\n"
      "Examples:\n"
      "  zeroth confirm scores.csv --space nasbench201 --data fashion-mnist --top 8 --images 20000 --seeds 1\n"
      "  zeroth confirm mine.txt --space darts --channels 16 --data cifar10:cifar-10-batches-bin --rungs 1 --random "
      "10");
  command->callback([options, &exit_code] {
    core::set_log_level(options->log_level);
    options->data.flip = !options->no_flip;
    options->data.seed = options->entrants.seed = options->seed;
    options->entrants.baselines = !options->no_baselines;
    check_training(options->training);
    exit_code = ConfirmRun(*options).run();
  });
}

}  // namespace zeroth::cli
