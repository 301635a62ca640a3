// What the operators of TorchScript are in an operator graph. A rule adds the steps of one call, and says how each
// tensor that it returns lies on them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "nn/script_compat.h"
#include "nn/script_trace.h"

namespace zeroth::nn {

// Thrown for a call that reads a tensor without a symbol of its own, with the reason of that one.
class Obstructed : public core::Error {
 public:
  using core::Error::Error;
};

struct ScriptCall {
  ScriptTrace& trace;
  const torch::jit::Node& node;
  const std::vector<c10::IValue>& arguments;
  const std::vector<c10::IValue>& results;
  const std::string& scope;

  Draft& draft() const { return trace.draft(); }
  const c10::IValue& argument(const char* name) const;
  bool has(const char* name) const;  // an argument of this name that is not None
  torch::Tensor tensor(const char* name) const { return argument(name).toTensor(); }
  int64_t integer(const char* name) const { return argument(name).toInt(); }
  bool flag(const char* name) const { return argument(name).toBool(); }
  // One number stands for `count` equal ones.
  std::vector<int64_t> integers(const char* name, size_t count = 1) const;
  // A dimension of the first argument's tensor, not negative.
  size_t dimension(const char* name) const;
  torch::Tensor result() const { return results[0].toTensor(); }

  // Throws core::Error where the tensor does not depend on the input.
  Symbol symbol(const torch::Tensor& tensor) const;
  Symbol symbol(const char* name) const { return symbol(tensor(name)); }
  // The value of a number, or of a tensor of one number that is no parameter; none for others.
  std::optional<double> number(const c10::IValue& value) const;
  // The scope of the layer that has this parameter, "layer1.0.conv1"; the call's own where it has no name.
  std::string scope_of(const torch::Tensor& parameter) const;
  // Throws core::Error where the tensor is not one that the module was saved with, or a step has it already.
  void claim(const torch::Tensor& parameter, int step) const;
};

// Throws core::Error that says what has no counterpart.
std::vector<Symbol> apply_rule(const ScriptCall& call);
// Whether the operator's first argument is a list of tensors that it joins.
bool is_joining(const std::string& name);

// The parts of the rules. Each returns the symbols of a call, or none where the operator is none of its own.
using Symbols = std::optional<std::vector<Symbol>>;
inline Symbols one(Symbol symbol) { return std::vector<Symbol>{std::move(symbol)}; }
Symbols apply_view_rule(const std::string& name, const ScriptCall& call);       // script_views.cpp
Symbols apply_layer_rule(const std::string& name, const ScriptCall& call);      // script_layers.cpp
Symbols apply_attention_rule(const std::string& name, const ScriptCall& call);  // script_attention.cpp

// x W^T + b; W (out, in) and b, which may be undefined, are tensors of the module.
Symbol linear_layer(const ScriptCall& call, const Symbol& x, const torch::Tensor& weight, const torch::Tensor& bias);

}  // namespace zeroth::nn
