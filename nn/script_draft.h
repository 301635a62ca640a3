// The operator graph of a TorchScript module while it is read. Steps are operators to be; only those that the output
// depends on become nodes, with their parameters in the order in which they run.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/script_layout.h"
#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// How a step's value is laid out: (N, C, H, W), (N, T, C) or (N, C).
enum class Form { kMap, kTokens, kVector };

struct Step {
  spaces::OpKind kind = spaces::OpKind::kInput;
  Form form = Form::kMap;
  spaces::FeatureShape shape;
  std::vector<int> operands;          // earlier steps
  std::vector<torch::Tensor> params;  // the module's own, shaped as the graph's table has them
  // Adds the node to the graph: given the nodes of its operands and what the step is for, returns the node. Empty for
  // the product of queries and keys, which is a node only together with its softmax.
  std::function<int(spaces::OpGraph& graph, const std::vector<int>& operands, spaces::Role role)> add;
  spaces::Role role = spaces::Role::kNone;
  int heads = 0;  // of a product of queries and keys

  int64_t places() const { return shape.height * shape.width; }
};

// A step of the form and shape of `like`, which reads `operands`; what it adds is still to be said.
Step step_like(const Step& like, spaces::OpKind kind, std::vector<int> operands);

// A tensor of the module: a step's value and how it lies on it; or why there is none.
struct Symbol {
  int step = -1;
  Layout layout;
  double scale = 1.0;    // a factor that no operator has taken up yet
  std::string obstacle;  // the first operator without a counterpart on the way here; empty where there is none
};

class Draft {
 public:
  explicit Draft(int64_t batch) : batch_(batch) {}

  int64_t batch() const { return batch_; }
  const Step& step(int number) const { return steps_[static_cast<size_t>(number)]; }
  void set_role(int number, spaces::Role role) { steps_[static_cast<size_t>(number)].role = role; }

  Symbol input(const spaces::FeatureShape& shape);
  int add(Step step);
  // The symbol of a step as it is.
  Symbol symbol(int step) const;

  // The same tensor on a step of which it is the whole: cuts and shuffles that nothing took up become operators. Throws
  // core::Error for what is none.
  Symbol settled(const Symbol& symbol, const std::string& scope);
  // The step whose value is this very tensor: (N, C, H, W); (N, C). Throws core::Error where there is no operator to
  // make it so.
  int as_map(const Symbol& symbol, const std::string& scope);
  int as_vector(const Symbol& symbol, const std::string& scope);
  // The same tensor, with channels along its last dimension, on tokens or a vector.
  Symbol by_channel(const Symbol& symbol, const std::string& scope);
  // The same tensor on the tokens that are the pixels of its map.
  Symbol on_tokens(const Symbol& symbol, const std::string& scope);

  struct Network {
    spaces::OpGraph graph;
    std::vector<torch::Tensor> params;
  };
  // What `output` needs, its step last.
  Network network(int output) const;

 private:
  int cached(spaces::OpKind kind, int operand, const std::function<Step()>& make);
  int as_pixel(int vector, const std::string& scope);
  Symbol zeroed(Symbol symbol, const std::string& scope);
  bool take_crop(Symbol& symbol, const std::string& scope);
  int narrowed(int step, int64_t first, int64_t count, const std::string& scope);

  int64_t batch_;
  std::vector<Step> steps_;
  std::map<std::pair<spaces::OpKind, int>, int> conversions_;  // steps that only change a step's form
};

}  // namespace zeroth::nn
