// Runs a TorchScript module once, on a small batch, and notes which operators of ours compute what it computes. Sizes
// are known while it runs, so that all that depends on them is evaluated as it comes: branches, loops, lists and
// arithmetic on shapes leave nothing behind. A tensor that depends on the input has a Symbol, by its identity, so that
// it may travel through lists, tuples and attributes, and an operator in place changes it for everyone who holds it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "nn/script_compat.h"
#include "nn/script_draft.h"

namespace zeroth::nn {

// A tensor that the module was saved with: a parameter, a buffer, or a constant of its code.
struct Stored {
  std::string name;   // "layer1.0.conv1.weight"; empty for a constant
  const void* place;  // of its numbers: tells uses of one parameter
  bool parameter = false;
};

class ScriptTrace {
 public:
  // `module` is only read, but for what its own code assigns.
  ScriptTrace(const torch::jit::Module& module, int64_t batch);

  // What forward() of the module returns for this input, whose draft step has the shape `input`. Dropout is the
  // identity, and batch norms take the batch's statistics, whatever the module's mode. Throws core::Error, which names
  // the operator and its place in the source, where the module cannot go on.
  torch::Tensor run(const torch::Tensor& images, const spaces::FeatureShape& input);

  Draft& draft() { return draft_; }
  // Null where the tensor does not depend on the input.
  const Symbol* symbol(const torch::Tensor& tensor) const;
  // Null where the tensor is none that the module was saved with, whole, transposed or spread over dimensions.
  const Stored* stored(const torch::Tensor& tensor) const;
  // The step that took up a parameter or constant; -1 where it is new.
  int owner(const Stored& stored) const;
  void claim(const Stored& stored, int step) { owners_[stored.place] = step; }

 private:
  using Frame = std::unordered_map<const torch::jit::Value*, c10::IValue>;

  c10::IValue call(torch::jit::Function& function, const std::vector<c10::IValue>& arguments);
  c10::IValue call_method(const c10::IValue& object, const torch::jit::Node& node,
                          const std::vector<c10::IValue>& arguments);
  void run_block(torch::jit::Block& block, Frame& frame);
  void run_node(torch::jit::Node& node, Frame& frame);
  // Whether the node is one of the language's own, and has been run.
  bool run_language(torch::jit::Node& node, Frame& frame);
  void run_loop(torch::jit::Node& node, Frame& frame);
  void run_operator(torch::jit::Node& node, Frame& frame);
  // What the operator returns, by the module's own definition but for dropout and batch norms.
  std::vector<c10::IValue> evaluate(torch::jit::Node& node, const std::vector<c10::IValue>& arguments);
  void note_results(torch::jit::Node& node, const std::vector<c10::IValue>& arguments,
                    const std::vector<c10::IValue>& results);
  void note_position_table(const std::vector<c10::IValue>& arguments, const c10::IValue& result);
  void note_stored(const torch::Tensor& tensor, const std::string& name, bool parameter);
  bool depends_on_input(const c10::IValue& value) const;
  std::string scope(const torch::jit::Node& node) const;
  std::string describe(const torch::jit::Node& node) const;

  torch::jit::Module module_;
  Draft draft_;
  std::unordered_map<const c10::TensorImpl*, Symbol> symbols_;
  std::vector<torch::Tensor> kept_;  // all with a symbol: an identity is not given to another tensor while it is held
  std::map<const void*, std::vector<std::pair<torch::Tensor, Stored>>> stored_;  // by the place of their numbers
  std::map<const void*, int> owners_;
  std::map<const c10::ivalue::Object*, std::string> paths_;  // of submodules
  std::set<const c10::ivalue::Object*> leaves_;              // submodules without submodules
  std::vector<const c10::ivalue::Object*> running_;          // submodules whose code is running, innermost last
};

}  // namespace zeroth::nn
