#include "nn/model_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/log.h"
#include "core/random.h"
#include "nn/initialiser.h"
#include "spaces/export_json.h"

namespace zeroth::nn {
namespace {

namespace fs = std::filesystem;
using core::Error;
using spaces::Architecture;
using torch::Tensor;

struct File {
  std::string path, name;
};

// What the paths name, a folder its files NAME.pt.
std::vector<File> files_of(const std::vector<std::string>& paths) {
  std::vector<File> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back({path, path});
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".pt") found.push_back(entry.path().string());
    }
    if (found.empty()) throw Error(path + ": no model in it: no file NAME.pt");
    std::sort(found.begin(), found.end());
    for (const std::string& each : found) files.push_back({each, each});
  }
  std::set<std::string> names;
  for (File& file : files) {
    file.name = fs::path(file.path).filename().string();
    names.insert(file.name);
  }
  if (names.size() < files.size()) {  // files of one name in two folders
    for (File& file : files) file.name = file.path;
  }
  return files;
}

uint64_t hash_of(const std::vector<Tensor>& tensors) {
  uint64_t hash = 0;
  for (const Tensor& tensor : tensors) {
    const std::string_view bytes(static_cast<const char*>(tensor.data_ptr()), tensor.nbytes());
    hash = core::splitmix64(hash ^ core::hash_bytes(bytes));
  }
  return hash;
}

// Equal for networks that differ in nothing but names: modules that were scripted and traced.
std::string label_of(const spaces::OpGraph& graph) {
  auto json = spaces::graph_json(graph);
  for (auto& parameter : json.at("parameters")) parameter.erase("name");
  for (auto& node : json.at("nodes")) node.erase("scope");
  return fmt::format("{:016x}", core::hash_bytes(json.dump()));
}

// What the plan of a run is made for where no model can be scored.
spaces::OpGraph smallest_network(const ScriptInput& input) {
  spaces::OpGraph graph;
  int x = input.vocabulary > 0 ? graph.token_input(input.shape.height) : graph.input(input.shape);
  if (input.vocabulary > 0) x = graph.embedding(x, input.vocabulary, 1, "embedding");
  graph.linear(graph.global_avg_pool(x, "pool"), 1, "classifier");
  return graph;
}

bool is_of_maps(const spaces::OpGraph& graph) {
  return std::none_of(graph.nodes().begin(), graph.nodes().end(),
                      [](const spaces::OpNode& node) { return node.shape.tokens; });
}

}  // namespace

ModelSpace::ModelSpace(const ModelOptions& options) : input_(ScriptInput::parse(options.input_shape)) {
  for (const File& file : files_of(options.paths)) import(file.path, file.name, options);
  choose_classes(options);
  shape_.channels = shape_.cells = 0;  // nothing that they could scale
  shape_.resolution = input_.shape.height;
  shape_.input_channels = input_.shape.channels;
  if (input_.vocabulary > 0) {
    shape_.tokens = input_.shape.height;
    shape_.vocabulary = input_.vocabulary;
  }
  // A set of proxies holds what its example is suited for, and most are for maps.
  for (const Model& model : models_) {
    if (example_.empty() || is_of_maps(model.script.graph)) example_ = model.name;
    if (is_of_maps(model.script.graph)) break;
  }
}

void ModelSpace::import(const std::string& path, const std::string& name, const ModelOptions& options) {
  spaces::Candidate candidate{name, {}, ""};
  std::optional<torch::jit::Module> module;
  try {
    module = load_script(path);
  } catch (const Error& error) {
    if (!options.skip_bad) throw;
    candidate.error = error.what();
  }
  try {
    if (module) {
      Model model{name, "", import_script(*module, input_)};
      model.label = label_of(model.script.graph);
      if (options.own_weights) {
        model.label += fmt::format("{:016x}", hash_of(model.script.params));
      } else {
        model.script.params.clear();
      }
      candidate.architecture = at(models_.size());
      by_label_.emplace(model.label, models_.size());
      models_.push_back(std::move(model));
    }
  } catch (const Error& error) {
    candidate.error = error.what();
  }
  candidates_.push_back(std::move(candidate));
}

void ModelSpace::choose_classes(const ModelOptions& options) {
  const auto outputs = [](const Model& model) { return model.script.graph.nodes().back().shape.channels; };
  shape_.classes = options.classes.value_or(models_.empty() ? 1 : outputs(models_[0]));
  for (spaces::Candidate& candidate : candidates_) {
    if (!candidate.error.empty()) continue;
    const Model& one = model(candidate.architecture);
    if (!options.classes && outputs(one) != shape_.classes) {
      throw core::UsageError(fmt::format(
          "the models have different numbers of outputs, {} in {} and {} in {}: give --classes N, so many classes of "
          "labels for all",
          shape_.classes, models_[0].name, outputs(one), one.name));
    }
    if (outputs(one) < shape_.classes) {
      candidate.error = fmt::format("{} outputs, where --classes is {}", outputs(one), shape_.classes);
    }
  }
}

const ModelSpace::Model& ModelSpace::model(const Architecture& architecture) const {
  return models_.at(static_cast<size_t>(architecture.choices.at(0)));
}

std::vector<Tensor> ModelSpace::own_params(const Architecture& architecture, DType dtype) const {
  std::vector<Tensor> params;
  for (const Tensor& param : model(architecture).script.params) {
    params.push_back(param.to(scalar_type(dtype), /*non_blocking=*/false, /*copy=*/true).set_requires_grad(true));
  }
  return params;
}

std::string ModelSpace::digest() const {
  uint64_t hash = 0;
  for (const Model& model : models_) hash = core::splitmix64(hash ^ core::hash_bytes(model.name + "\n" + model.label));
  return fmt::format("{:016x}", hash);
}

Architecture ModelSpace::sample(const core::Stream& stream, uint32_t first) const {
  return at(stream.below(static_cast<uint32_t>(models_.size()), first));
}

Architecture ModelSpace::parse(std::string_view text) const {
  for (size_t i = 0; i < models_.size(); ++i) {
    if (models_[i].name == text) return at(i);
  }
  if (models_.empty()) return {{-1}};  // of the smallest network
  spaces::refuse_architecture(text, name(), "none of the models has this name");
}

std::string ModelSpace::print(const Architecture& architecture) const { return model(architecture).name; }

std::vector<spaces::UnitGraph> ModelSpace::cells(const Architecture& architecture) const {
  const std::string label = models_.empty() ? "" : model(architecture).label;
  return {spaces::chain({{spaces::UnitKind::kParametric, label, 0}})};
}

spaces::OpGraph ModelSpace::lower(const std::vector<spaces::UnitGraph>& cells, const spaces::NetShape& shape) const {
  if (shape.dense) throw core::UsageError("--loss mse: these models return logits, no dense output");
  if (models_.empty()) return smallest_network(input_);
  return models_.at(by_label_.at(cells.at(0)[1].label)).script.graph;
}

}  // namespace zeroth::nn
