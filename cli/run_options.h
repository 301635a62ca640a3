// The options that say what is scored and how, shared by the commands that run networks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nn/model_space.h"
#include "proxies/plan.h"
#include "spaces/candidate.h"

namespace CLI {
class App;
}

namespace zeroth::cli {

struct RunOptions {
  std::string space;
  bool all = false;
  std::optional<int64_t> sample;
  std::string archs;
  bool unique = false, skip_bad = false;
  std::vector<std::string> models;  // TorchScript files and folders of them, in place of a space
  std::string input_shape;
  std::string weights = "init";

  std::string proxies = "default";
  std::string fidelity = "fast";
  std::string graph, init, dtype, loss;  // empty: the fidelity's
  std::optional<int64_t> batch, channels, cells, resolution, classes, repeats;
  std::string input = "gaussian";
  uint64_t seed = 0;
  std::optional<int64_t> jobs;
};

void add_candidate_options(CLI::App& command, RunOptions& options);
// --models and what goes with it, in place of the candidate options. To be added after them.
void add_model_options(CLI::App& command, RunOptions& options);
void add_setting_options(CLI::App& command, RunOptions& options);

// Each throws core::UsageError, or core::Error for a file's content.
std::vector<spaces::Candidate> read_candidates(const spaces::SearchSpace& space, const RunOptions& options);
// Null where the candidates are a space's. Throws core::UsageError too for options that do not go together.
std::unique_ptr<nn::ModelSpace> open_models(const RunOptions& options, int64_t source_classes);
// `source_classes` as in nn::InputSource::classes(): the classes of real images become the network's.
proxies::Overrides read_overrides(const RunOptions& options, int64_t source_classes);
// Of --jobs: all processors where none are named.
int worker_count(const std::optional<int64_t>& jobs);
// The value of an option, which is a count.
std::optional<int64_t> at_least_one(const char* option, std::optional<int64_t> value);

// The cost columns, which always stand in a table, and the chosen proxies, in column order.
std::vector<const proxies::Proxy*> table_proxies(const std::string& chosen, const spaces::SearchSpace& space);
// The columns that a pool is ordered by: the proxies that --proxies names; of `all`, only the default ones. With
// `live`, live_macs stands in for macs and live_params for params, so that equal functions rank equal.
std::vector<std::string> ordering_columns(const std::string& chosen, const spaces::SearchSpace& space, bool live);

}  // namespace zeroth::cli
