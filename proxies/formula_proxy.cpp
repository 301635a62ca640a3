#include "proxies/formula_proxy.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "core/error.h"
#include "core/input_file.h"
#include "proxies/formula.h"

namespace zeroth::proxies {
namespace {

using torch::Tensor;

struct LayerTensor {
  PassSet passes;
  bool uses_labels;
  const Tensor& (*of_layer)(const Probe& probe, size_t layer);
};

const std::map<std::string, LayerTensor>& layer_tensors() {
  static const std::map<std::string, LayerTensor> tensors = {
      {"weight", {{}, false, [](const Probe& p, size_t l) -> const Tensor& { return p.network().weights()[l]; }}},
      {"gradient",
       {{Pass::kLossGradient}, true, [](const Probe& p, size_t l) -> const Tensor& { return p.loss_gradient()[l]; }}},
      {"second_gradient",
       {{Pass::kSecondGradient},
        true,
        [](const Probe& p, size_t l) -> const Tensor& { return p.second_gradient()[l]; }}},
      {"hessian_gradient",
       {{Pass::kHessianGradient},
        true,
        [](const Probe& p, size_t l) -> const Tensor& { return p.hessian_gradient()[l]; }}},
      {"absolute_weight",
       {{Pass::kAbsoluteWeights},
        false,
        [](const Probe& p, size_t l) -> const Tensor& { return p.absolute_weights()[l]; }}},
      {"absolute_gradient",
       {{Pass::kAbsoluteWeights},
        false,
        [](const Probe& p, size_t l) -> const Tensor& { return p.absolute_gradient()[l]; }}},
      {"output",
       {{Pass::kLayerOutputs}, false, [](const Probe& p, size_t l) -> const Tensor& { return p.layer_outputs()[l]; }}},
  };
  return tensors;
}

Eigen::ArrayXd elements(const Tensor& tensor, const Tensor& weight) {
  if (!tensor.defined()) return Eigen::ArrayXd::Zero(weight.numel());
  const Tensor values = tensor.detach().to(torch::kFloat64).contiguous();
  return Eigen::Map<const Eigen::ArrayXd>(values.data_ptr<double>(), values.numel());
}

double layer_value(const Formula& formula, const Probe& probe, size_t layer) {
  std::map<std::string, Eigen::ArrayXd> values;
  for (const std::string& name : formula.reads()) {
    values[name] = elements(layer_tensors().at(name).of_layer(probe, layer), probe.network().weights()[layer]);
  }
  return formula.evaluate([&](const std::string& name) -> const Eigen::ArrayXd& { return values.at(name); });
}

const std::vector<std::string> kKeys = {"name", "summary", "citation", "layer", "score"};

// The file's keys and texts, checked, with their lines.
class FormulaFile {
 public:
  explicit FormulaFile(const std::string& path) : path_(path) {
    const std::string text = core::read_whole_file(path);
    try {
      root_ = YAML::Load(text);
    } catch (const YAML::Exception& error) {
      fail(error.mark.line, error.msg);
    }
    if (!root_.IsMap()) fail(0, fmt::format("a formula is a map of the keys {}", fmt::join(kKeys, ", ")));
    for (const auto& entry : root_) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
        fail(entry.first.Mark().line, core::unknown_name("key", key, kKeys));
      }
      if (!entry.second.IsScalar()) fail(entry.first.Mark().line, fmt::format("{}: must be a text", key));
    }
  }

  std::string text(const std::string& key) const {
    const YAML::Node node = root_[key];
    if (!node || node.Scalar().empty()) fail(0, fmt::format("the key \"{}\" is missing", key));
    return node.Scalar();
  }
  std::string text(const std::string& key, const std::string& otherwise) const {
    return root_[key] ? text(key) : otherwise;
  }

  Formula formula(const std::string& key, const std::vector<std::string>& names) const {
    const std::string expression = text(key);
    try {
      return Formula(expression, names);
    } catch (const core::Error& error) {
      fail(root_[key].Mark().line, fmt::format("{}: {}", key, error.what()));
    }
  }

  // `line` counts from 0, as YAML's marks do.
  [[noreturn]] void fail(int line, const std::string& what) const {
    throw core::Error(fmt::format("{}:{}: {}", path_, line + 1, what));
  }
  int line(const std::string& key) const { return root_[key].Mark().line; }

 private:
  std::string path_;
  YAML::Node root_;
};

}  // namespace

Proxy formula_proxy(const std::string& path) {
  const FormulaFile file(path);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : layer_tensors()) names.push_back(name);
  const auto layer = std::make_shared<const Formula>(file.formula("layer", names));
  const auto score = std::make_shared<const Formula>(file.formula("score", {"layers"}));

  Proxy proxy;
  proxy.name = file.text("name");
  if (proxy.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) {
    file.fail(file.line("name"), fmt::format("name \"{}\": small letters, digits and _ only", proxy.name));
  }
  proxy.summary = file.text("summary", "a formula of " + path);
  proxy.formula = fmt::format("{} of {}", file.text("score"), file.text("layer"));
  proxy.citation = file.text("citation", path);
  proxy.sign = "the formula's";
  proxy.golden = "none";
  PassSet passes;
  for (const std::string& name : layer->reads()) {
    passes |= layer_tensors().at(name).passes;
    proxy.uses_labels = proxy.uses_labels || layer_tensors().at(name).uses_labels;
  }
  proxy.request = needs(passes);
  proxy.score = [layer, score](const Probe& probe) {
    Eigen::ArrayXd layers(static_cast<Eigen::Index>(probe.network().weights().size()));
    for (Eigen::Index l = 0; l < layers.size(); ++l) layers[l] = layer_value(*layer, probe, static_cast<size_t>(l));
    return finite(score->evaluate([&](const std::string&) -> const Eigen::ArrayXd& { return layers; }));
  };
  return proxy;
}

ProxyMaker made_file() {
  constexpr const char* kUsage = "file:FORMULA.yaml";
  return {"file", kUsage, "a formula of your own", [kUsage](std::string_view path) {
            if (path.empty()) throw core::UsageError(fmt::format("file: say {}", kUsage));
            return formula_proxy(std::string(path));
          }};
}

}  // namespace zeroth::proxies
