// TorchScript files as a search space whose architectures are the files. Each network is what it is: nothing of it is
// searched or scaled, a fast network is the full one, and the canonical graph is the one that is written.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nn/script_import.h"
#include "nn/setting.h"
#include "spaces/candidate.h"
#include "spaces/search_space.h"

namespace zeroth::nn {

struct ModelOptions {
  std::vector<std::string> paths;  // files, and folders for all their files NAME.pt
  std::string input_shape;         // as ScriptInput::parse reads it
  bool own_weights = false;        // keep the modules' parameters
  bool skip_bad = false;           // a file that is no TorchScript is a candidate with an error
  std::optional<int64_t> classes;  // of the labels; by default the outputs, which all models must then share
};

class ModelSpace : public spaces::SearchSpace {
 public:
  // Imports all models. One that cannot be imported becomes a candidate with an error. Throws core::Error for a folder
  // without models and a file that is no TorchScript, core::UsageError for a wrong shape.
  explicit ModelSpace(const ModelOptions& options);

  // The models in the order of `paths`, a folder's by name, under the names of their files.
  const std::vector<spaces::Candidate>& candidates() const { return candidates_; }
  // The module's own parameters, in the order of its graph's table, requiring gradients. With own_weights only.
  std::vector<torch::Tensor> own_params(const spaces::Architecture& architecture, DType dtype) const;
  // Names and networks, sixteen hexadecimal digits.
  std::string digest() const;

  std::string_view name() const override { return "models"; }
  std::string_view summary() const override { return "TorchScript files"; }
  std::string_view citation() const override { return ""; }
  std::string_view example() const override { return example_; }
  std::optional<uint64_t> size() const override { return models_.size(); }
  spaces::Architecture at(uint64_t index) const override { return {{static_cast<int>(index)}}; }
  spaces::Architecture sample(const core::Stream& stream, uint32_t first) const override;
  uint32_t draws() const override { return 1; }
  std::vector<spaces::Architecture> neighbours(const spaces::Architecture&) const override { return {}; }
  spaces::Architecture parse(std::string_view text) const override;
  std::string print(const spaces::Architecture& architecture) const override;
  // One unit, whose label tells networks, and with own_weights their parameters, apart.
  std::vector<spaces::UnitGraph> cells(const spaces::Architecture& architecture) const override;
  spaces::NetShape full_shape() const override { return shape_; }
  spaces::NetShape fast_shape() const override { return shape_; }
  spaces::OpGraph lower(const std::vector<spaces::UnitGraph>& cells, const spaces::NetShape& shape) const override;

 private:
  struct Model {
    std::string name, label;
    ImportedScript script;  // without params unless they are the weights
  };

  void import(const std::string& path, const std::string& name, const ModelOptions& options);
  const Model& model(const spaces::Architecture& architecture) const;
  void choose_classes(const ModelOptions& options);

  ScriptInput input_;
  spaces::NetShape shape_;
  std::vector<Model> models_;
  std::map<std::string, size_t> by_label_;
  std::vector<spaces::Candidate> candidates_;
  std::string example_;
};

}  // namespace zeroth::nn
