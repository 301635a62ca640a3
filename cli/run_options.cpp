#include "cli/run_options.h"

#include <fmt/core.h>
#include <tbb/info.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/seed.h"
#include "core/error.h"
#include "search/candidates.h"

namespace zeroth::cli {
namespace {

constexpr const char* kCostColumns = "params,macs,live_params,live_macs";

}  // namespace

std::optional<int64_t> at_least_one(const char* option, std::optional<int64_t> value) {
  if (value && *value < 1) throw core::UsageError(fmt::format("{} {}: must be at least 1", option, *value));
  return value;
}

void add_candidate_options(CLI::App& command, RunOptions& options) {
  command.add_option("--space", options.space, "Search space: see `zeroth list spaces`, or FILE.yaml")->required();
  command.add_flag("--all", options.all, "Score every architecture of the space");
  command.add_option("--sample", options.sample, "Score this many architectures, drawn without replacement");
  command.add_option(
      "--archs", options.archs,
      "Score those of a file: one architecture a line, or a CSV with a column arch; - is standard input");
  command.add_flag("--unique", options.unique, "One architecture a function, not all that are written differently");
  command.add_flag("--skip-bad", options.skip_bad,
                   "A line of --archs that does not parse, or a file of --models that is none, becomes a failed row");
}

void add_model_options(CLI::App& command, RunOptions& options) {
  command.get_option("--space")->required(false);
  command
      .add_option(
          "--models", options.models,
          "In place of a space: TorchScript files, as torch.jit.save writes them, and folders of files NAME.pt. "
          "Each is scored as it is, at --fidelity fast and shared alike; an operator without a counterpart "
          "is named in its row's status")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--input-shape", options.input_shape,
                     "What the models read: channels, height and width of an image, 3,224,224; or of a text the number "
                     "of words and the size of the vocabulary, 64,1000");
  command
      .add_option("--weights", options.weights,
                  "Of the models: init, drawn by --init; or own, the parameters that they were saved with")
      ->capture_default_str();
}

void add_setting_options(CLI::App& command, RunOptions& options) {
  command
      .add_option("--proxies", options.proxies,
                  "Names separated by commas, `default` or `all`; see `zeroth list proxies`")
      ->capture_default_str();
  command
      .add_option("--fidelity", options.fidelity,
                  "fast: shrunk network, canonical graph, batch 16. shared: the benchmark's full network as written, "
                  "batch 64. paper: each proxy in its authors' setting. An option below wins over it")
      ->capture_default_str();
  command.add_option("--graph", options.graph, "canonical: without what cannot reach the logits; or as-written");
  command
      .add_option(
          "--input", options.input,
          "Images: gaussian, fashion-mnist, cifar10:FILE, cifar100:FILE, folder:DIR, or reference (the hash rule "
          "that other frameworks can reproduce)")
      ->capture_default_str();
  command.add_option("--batch", options.batch, "Images in a minibatch");
  command.add_option("--channels", options.channels, "Width of the network's first stage");
  command.add_option("--cells", options.cells, "Cells in each stage");
  command.add_option("--resolution", options.resolution, "Height and width of the images");
  command.add_option("--classes", options.classes, "Logits; that of the images where they are real");
  command.add_option(
      "--init", options.init,
      "Weights: pytorch, kaiming_normal_fan_in, kaiming_normal_fan_out, normal, xavier, reference or reference_normal");
  command.add_option("--dtype", options.dtype, "float32 or float64");
  command.add_option("--loss", options.loss,
                     "What gradients are of: ce, the cross-entropy (default); mse, the squared error of a dense output "
                     "(1x1 head) against N(0, 1) targets; sum, the sum of the outputs");
  command.add_option("--repeats", options.repeats,
                     "Initialisations and minibatches to average over; adds a column of standard errors to each proxy");
  command.add_option("--seed", options.seed, "Seed of samples, weights, images and labels")
      ->check(seed_check())
      ->capture_default_str();
  command.add_option("-j,--jobs", options.jobs, "Architectures scored at a time; all processors by default");
}

std::vector<spaces::Candidate> read_candidates(const spaces::SearchSpace& space, const RunOptions& options) {
  const int ways = (options.all ? 1 : 0) + (options.sample ? 1 : 0) + (options.archs.empty() ? 0 : 1);
  if (ways != 1) {
    throw core::UsageError(fmt::format("{}: give one of --all, --sample N and --archs FILE",
                                       ways == 0 ? "nothing to score" : "too many architectures to score"));
  }
  if (options.skip_bad && options.archs.empty()) throw core::UsageError("--skip-bad goes with --archs");
  if (options.sample) {
    const auto count = static_cast<uint64_t>(*at_least_one("--sample", options.sample));
    return search::sample(space, count, options.seed, options.unique);
  }
  const std::vector<spaces::Candidate> candidates =
      options.all ? search::all(space) : search::from_file(space, options.archs, options.skip_bad);
  return options.unique ? search::unique(space, candidates) : candidates;
}

std::unique_ptr<nn::ModelSpace> open_models(const RunOptions& options, int64_t source_classes) {
  if (options.weights != "init" && options.weights != "own") {
    throw core::UsageError(core::unknown_name("weights", options.weights, {"init", "own"}));
  }
  if (options.models.empty()) {
    if (!options.input_shape.empty() || options.weights == "own") {
      throw core::UsageError("--input-shape and --weights own go with --models");
    }
    if (options.space.empty()) throw core::UsageError("nothing to score: give --space SPACE or --models FILE.pt");
    return nullptr;
  }
  const bool of_space = !options.space.empty() || options.all || options.sample || !options.archs.empty();
  if (of_space) throw core::UsageError("--models stands in place of --space, --all, --sample and --archs");
  if (options.unique) throw core::UsageError("--unique goes with --space");
  if (options.channels || options.cells || options.resolution) {
    throw core::UsageError("--channels, --cells and --resolution go with --space: a model is scored as it is");
  }
  if (options.input_shape.empty()) throw core::UsageError("--models: give what they read, as --input-shape 3,224,224");
  if (options.weights == "own" && !options.init.empty()) {
    throw core::UsageError(fmt::format("--init {}: --weights own draws none", options.init));
  }
  nn::ModelOptions models;
  models.paths = options.models;
  models.input_shape = options.input_shape;
  models.own_weights = options.weights == "own";
  models.skip_bad = options.skip_bad;
  models.classes = at_least_one("--classes", options.classes);
  if (!models.classes && source_classes > 0) models.classes = source_classes;
  return std::make_unique<nn::ModelSpace>(models);
}

proxies::Overrides read_overrides(const RunOptions& options, int64_t source_classes) {
  proxies::Overrides overrides;
  if (!options.graph.empty()) overrides.view = nn::parse_view(options.graph);
  if (!options.init.empty()) overrides.init = nn::parse_init(options.init);
  if (options.weights == "own") overrides.init = nn::Init::kOwn;
  if (!options.dtype.empty()) overrides.dtype = nn::parse_dtype(options.dtype);
  if (!options.loss.empty()) overrides.loss = nn::parse_loss(options.loss);
  overrides.channels = at_least_one("--channels", options.channels);
  overrides.cells = at_least_one("--cells", options.cells);
  overrides.resolution = at_least_one("--resolution", options.resolution);
  overrides.batch = at_least_one("--batch", options.batch);
  if (const auto repeats = at_least_one("--repeats", options.repeats)) overrides.repeats = static_cast<int>(*repeats);
  overrides.classes = at_least_one("--classes", options.classes);
  if (source_classes > 0) {
    if (overrides.classes && *overrides.classes < source_classes) {
      throw core::UsageError(fmt::format("--classes {}: the images of {} have {} classes", *overrides.classes,
                                         options.input, source_classes));
    }
    if (!overrides.classes) overrides.classes = source_classes;
  }
  return overrides;
}

int worker_count(const std::optional<int64_t>& asked) {
  constexpr int64_t kMost = 1024;
  const int64_t jobs = at_least_one("--jobs", asked).value_or(tbb::info::default_concurrency());
  if (jobs > kMost) throw core::UsageError(fmt::format("--jobs {}: must be at most {}", jobs, kMost));
  return static_cast<int>(jobs);
}

std::vector<const proxies::Proxy*> table_proxies(const std::string& chosen, const spaces::SearchSpace& space) {
  return proxies::parse_proxies(std::string(kCostColumns) + "," + chosen, &space);
}

std::vector<std::string> ordering_columns(const std::string& chosen, const spaces::SearchSpace& space, bool live) {
  const bool all = ("," + chosen + ",").find(",all,") != std::string::npos;
  std::vector<std::string> names;
  for (const proxies::Proxy* proxy : proxies::parse_proxies(all ? "default" : chosen, &space)) {
    std::string name = proxy->name;
    if (live && (name == "macs" || name == "params")) name.insert(0, "live_");
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace zeroth::cli
