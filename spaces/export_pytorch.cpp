#include "spaces/export_pytorch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "core/error.h"
#include "spaces/export_pytorch_operators.h"
#include "spaces/export_tensors.h"

namespace zeroth::spaces {
namespace {

// What a module has already: a child of such a name would be refused.
const std::set<std::string> kTaken = {
    "add",        "apply",       "bfloat16",       "buffers",  "children",       "compile",      "cpu",
    "cuda",       "double",      "eval",           "float",    "forward",        "half",         "ipu",
    "modules",    "name",        "parameters",     "register", "requires_grad_", "to",           "to_empty",
    "train",      "training",    "type",           "xpu",      "zero_grad",      "dump_patches", "share_memory",
    "state_dict", "load_values", "parameter_order"};

// JSON's escapes are Python's.
std::string python_string(const std::string& text) { return nlohmann::json(text).dump(); }

// The names under which modules and parameters are registered, each once.
class Names {
 public:
  // `path` itself where nothing is in the way.
  std::string claim(std::string path) {
    std::vector<std::string> segments;
    boost::split(segments, path, boost::is_any_of("."));
    for (std::string& segment : segments) segment += kTaken.count(segment) > 0 ? "_" : "";
    path = boost::join(segments, ".");
    while (!is_free(path)) path += '_';
    taken_.insert(path);
    for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
      parents_.insert(path.substr(0, dot));
    }
    return path;
  }

 private:
  bool is_free(const std::string& path) const {
    const size_t dot = path.rfind('.');
    // Layers have attributes of these names.
    const bool attribute = dot != std::string::npos && taken_.count(path.substr(0, dot)) > 0 &&
                           (path.substr(dot) == ".weight" || path.substr(dot) == ".bias");
    return taken_.count(path) == 0 && parents_.count(path) == 0 && !attribute;
  }

  std::set<std::string> taken_, parents_;
};

// Python's names for values. One is used again as soon as nobody will read its value: the file reads like one that is
// written by hand, and takes no more memory than it must.
class Values {
 public:
  explicit Values(const OpGraph& graph) : name_(graph.nodes().size()), reads_left_(graph.nodes().size(), 0) {
    for (const OpNode& node : graph.nodes()) {
      for (const int operand : node.operands) ++reads_left_[static_cast<size_t>(operand)];
    }
    ++reads_left_.back();  // returned
  }

  const std::string& name(int node) const { return name_[static_cast<size_t>(node)]; }

  void compute(int number, const OpNode& node) {
    for (const int operand : node.operands) {
      if (--reads_left_[static_cast<size_t>(operand)] == 0) free_.insert(index_of_[name(operand)]);
    }
    if (free_.empty()) {
      const std::string fresh = index_of_.empty() ? "x" : fmt::format("x{}", index_of_.size());
      free_.insert(static_cast<int>(index_of_.size()));
      names_.push_back(fresh);
      index_of_[fresh] = *free_.begin();
    }
    const int chosen = own_operand(node).value_or(*free_.begin());
    free_.erase(chosen);
    name_[static_cast<size_t>(number)] = names_[static_cast<size_t>(chosen)];
    if (reads_left_[static_cast<size_t>(number)] == 0) free_.insert(chosen);
  }

 private:
  // The place of the first operand's name, where that is free.
  std::optional<int> own_operand(const OpNode& node) const {
    for (const int operand : node.operands) {
      const int index = index_of_.at(name(operand));
      if (free_.count(index) > 0) return index;
    }
    return std::nullopt;
  }

  std::vector<std::string> name_;  // by node
  std::vector<int> reads_left_;    // by node
  std::vector<std::string> names_;
  std::map<std::string, int> index_of_;  // in names_
  std::set<int> free_;
};

class Source {
 public:
  explicit Source(const OpGraph& graph) : graph_(graph), shapes_(tensor_shapes(graph)), values_(graph) {
    find_conv_biases();
    for (size_t i = 0; i < graph_.nodes().size(); ++i) add(static_cast<int>(i));
  }

  std::string text(std::string_view title) const {
    std::string top;
    std::vector<std::string> lines;
    boost::split(lines, title, boost::is_any_of("\r\n"));
    for (const std::string& line : lines) top += line.empty() ? "#\n" : fmt::format("# {}\n", line);
    top += "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n";
    for (const std::string& helper : helpers_) top += helper + "\n\n";
    return top + network() + main();
  }

 private:
  // A bias right after its convolution, which nothing else reads, is the convolution's own.
  void find_conv_biases() {
    std::vector<int> readers(graph_.nodes().size(), 0);
    for (const OpNode& node : graph_.nodes()) {
      for (const int operand : node.operands) ++readers[static_cast<size_t>(operand)];
    }
    for (size_t i = 0; i < graph_.nodes().size(); ++i) {
      const OpNode& node = graph_.nodes()[i];
      if (node.kind != OpKind::kAddParameter) continue;
      const auto from = static_cast<size_t>(node.operands[0]);
      const OpNode& conv = graph_.nodes()[from];
      const bool own = conv.kind == OpKind::kConv2d && readers[from] == 1 && node.params[0] == conv.params[0] + 1 &&
                       param(node).name == conv.scope + ".bias" && param(node).shape.size() == 1;
      if (own) bias_of_.emplace(static_cast<int>(i), node.operands[0]);
    }
  }

  const ParamSpec& param(const OpNode& node) const { return graph_.params()[static_cast<size_t>(node.params.at(0))]; }

  // The expression for what the node's first parameter belongs to, registered where it is met first.
  std::string owner(int number, const OpNode& node) {
    const auto known = owner_of_param_.find(node.params[0]);
    if (known != owner_of_param_.end()) return known->second;
    const bool bias = std::any_of(bias_of_.begin(), bias_of_.end(), [=](auto& pair) { return pair.second == number; });
    const auto& shape = shapes_[static_cast<size_t>(node.operands[0])];
    std::string value = pytorch_module(graph_, node, shape, bias), get = "module";
    std::string path = node.scope;
    if (value.empty()) {
      const bool zero = param(node).role == ParamRole::kLinearBias;
      value = fmt::format("nn.Parameter({}({}))", zero ? "torch.zeros" : "0.02 * torch.randn",
                          fmt::join(param(node).shape, ", "));
      get = "parameter";
      path = param(node).name;
    }
    path = names_.claim(path);
    init_ += fmt::format("        self.add({}, {})\n", python_string(path), value);
    return owner_of_param_[node.params[0]] = fmt::format("{}({})", get, python_string(path));
  }

  void add(int number) {
    const OpNode& node = graph_.nodes()[static_cast<size_t>(number)];
    const std::string part = part_of(node);
    if (part != part_ && node.kind != OpKind::kInput) {
      forward_ += fmt::format("\n        # {}\n", part);
      part_ = part;
    }
    PytorchContext context;
    for (const int operand : node.operands) {
      context.operands.push_back(values_.name(operand));
      context.shapes.push_back(shapes_[static_cast<size_t>(operand)]);
    }
    values_.compute(number, node);
    if (node.kind == OpKind::kInput || bias_of_.count(number) > 0) return;
    if (!node.params.empty()) {
      (node.kind == OpKind::kClassToken || node.kind == OpKind::kAddParameter ? context.parameter : context.module) =
          owner(number, node);
      context.parameter_rank = param(node).shape.size();
    }
    const std::string helper = pytorch_helper(node.kind);
    const bool is_new = std::find(helpers_.begin(), helpers_.end(), helper) == helpers_.end();
    if (!helper.empty() && is_new) helpers_.push_back(helper);
    const std::string line = fmt::format("        {} = {}", values_.name(number), pytorch_expression(node, context));
    const std::vector<int64_t>& shape = shapes_[static_cast<size_t>(number)];
    const bool same = shape == context.shapes[0];
    forward_ += same ? line + "\n" : fmt::format("{:<70}  # {}\n", line, fmt::join(shape, " x "));
  }

  std::string network() const {
    std::string text = "class Network(nn.Module):\n    def __init__(self):\n        super().__init__()\n";
    text += "        self.parameter_order = []\n" + init_;
    text += R"(
    def add(self, path, part):
        """Registers a module or a parameter under its full name."""
        *parents, name = path.split(".")
        owner = self
        for parent in parents:
            if parent not in dict(owner.named_children()):
                owner.add_module(parent, nn.Module())
            owner = owner.get_submodule(parent)
        if isinstance(part, nn.Parameter):
            owner.register_parameter(name, part)
            self.parameter_order.append(path)
        else:
            owner.add_module(name, part)
            self.parameter_order += [f"{path}.{each}" for each, _ in part.named_parameters()]

    def load_values(self, values):
        """Sets all parameters from one flat list of numbers, in the order of parameter_order."""
        values = torch.as_tensor(values)
        parameters = [self.get_parameter(path) for path in self.parameter_order]
        parts = torch.split(values, [parameter.numel() for parameter in parameters])
        with torch.no_grad():
            for parameter, part in zip(parameters, parts):
                parameter.copy_(part.view_as(parameter))
)";
    const bool modules = forward_.find("module(") != std::string::npos;
    const bool parameters = forward_.find("parameter(") != std::string::npos;
    text += "\n    def forward(self, x):\n";
    if (modules) text += "        module = self.get_submodule\n";
    if (parameters) text += "        parameter = self.get_parameter\n";
    return text + forward_ + fmt::format("        return {}\n", values_.name(graph_.output()));
  }

  std::string main() const {
    const std::vector<int64_t>& shape = shapes_.front();
    const int64_t words = vocabulary(graph_);
    std::string text = "\n\ndef example_input(batch):\n";
    text += words > 0 ? fmt::format("    return torch.randint({}, (batch, {}))\n", words, shape[0])
                      : fmt::format("    return torch.randn(batch, {})\n", fmt::join(shape, ", "));
    return text + R"(

if __name__ == "__main__":
    network = Network().eval()
    print(sum(parameter.numel() for parameter in network.parameters()), "parameters")
    print("output", tuple(network(example_input(2)).shape))
)";
  }

  const OpGraph& graph_;
  std::vector<std::vector<int64_t>> shapes_;
  Values values_;
  Names names_;
  std::map<int, int> bias_of_;                 // a bias that a convolution takes over: the convolution
  std::map<int, std::string> owner_of_param_;  // by the first parameter
  std::vector<std::string> helpers_;
  std::string init_, forward_, part_;
};

}  // namespace

std::string pytorch_source(const OpGraph& graph, std::string_view title) { return Source(graph).text(title); }

}  // namespace zeroth::spaces
