#include "nn/script_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "nn/first_line.h"
#include "nn/script_operators.h"

namespace zeroth::nn {
namespace {

using c10::IValue;
using core::Error;
using torch::Tensor;
using torch::jit::Node;
namespace prim = c10::prim;

constexpr int64_t kMostTurns = 100000;  // of a loop

std::string operator_name(const Node& node) { return node.kind().toQualString(); }

// Where the operator stands in the module's source, as far as the file says: "model.py:12".
std::string source_of(const Node& node) {
  torch::jit::SourceRange range = node.sourceRange();
  if (const auto original = range.findSourceRangeThatGenerated()) range = *original;
  const auto place = range.file_line_col();
  if (!place) return "";
  return fmt::format("{}:{}", std::filesystem::path(std::get<0>(*place)).filename().string(), std::get<1>(*place));
}

// What reads a tensor's numbers, so that what follows depends on them.
bool reads_numbers(const Node& node) {
  static const std::set<std::string> names = {"aten::item",        "aten::Bool",           "aten::Int",
                                              "aten::Float",       "aten::is_nonzero",     "aten::equal",
                                              "aten::allclose",    "aten::FloatImplicit",  "prim::tolist",
                                              "aten::IntImplicit", "aten::ScalarImplicit", "aten::ComplexImplicit"};
  return names.count(operator_name(node)) > 0;
}

bool is_dropout(const Node& node) { return operator_name(node).find("dropout") != std::string::npos; }

IValue list_of(const Node& node, const std::vector<IValue>& elements) {
  c10::impl::GenericList list(node.output()->type()->expectRef<c10::ListType>().getElementType());
  for (const IValue& element : elements) list.push_back(element);
  return list;
}

IValue dictionary_of(const Node& node, const std::vector<IValue>& elements) {
  const auto& type = node.output()->type()->expectRef<c10::DictType>();
  c10::impl::GenericDict dictionary(type.getKeyType(), type.getValueType());
  for (size_t i = 0; i + 1 < elements.size(); i += 2) dictionary.insert_or_assign(elements[i], elements[i + 1]);
  return dictionary;
}

std::vector<IValue> elements_of(const IValue& value) {
  std::vector<IValue> elements;
  if (value.isTuple()) {
    for (const IValue& each : value.toTupleRef().elements()) elements.push_back(each);
  } else {
    for (const IValue& each : value.toListRef()) elements.push_back(each);
  }
  return elements;
}

bool is_instance(const Node& node, const IValue& value) {
  const auto& types = node.tys(c10::attr::types);
  return std::any_of(types.begin(), types.end(), [&](const auto& type) { return value.type()->isSubtypeOf(*type); });
}

// By statistics of the batch, as networks are scored; the tracked ones are what training has left.
Tensor batch_normalised(const Node& node, const std::vector<IValue>& arguments) {
  const auto optional = [&](const char* name) {
    const IValue& value = arguments[*node.schema().argumentIndexWithName(name)];
    return value.isTensor() ? value.toTensor() : Tensor();
  };
  const double epsilon = arguments[*node.schema().argumentIndexWithName("eps")].toDouble();
  return at::batch_norm(arguments[0].toTensor(), optional("weight"), optional("bias"), {}, {}, /*training=*/true,
                        /*momentum=*/0.0, epsilon, /*cudnn_enabled=*/false);
}

}  // namespace

ScriptTrace::ScriptTrace(const torch::jit::Module& module, int64_t batch) : module_(module), draft_(batch) {
  for (const auto& parameter : module_.named_parameters()) note_stored(parameter.value, parameter.name, true);
  for (const auto& buffer : module_.named_buffers()) note_stored(buffer.value, buffer.name, false);
  for (const auto& submodule : module_.named_modules()) {
    const auto* object = submodule.value._ivalue().get();
    paths_[object] = submodule.name;
    if (submodule.value.children().size() == 0) leaves_.insert(object);
  }
}

void ScriptTrace::note_stored(const Tensor& tensor, const std::string& name, bool parameter) {
  if (!tensor.defined() || tensor.numel() == 0) return;
  stored_[tensor.data_ptr()].push_back({tensor, {name, tensor.data_ptr(), parameter}});
}

const Symbol* ScriptTrace::symbol(const Tensor& tensor) const {
  const auto found = symbols_.find(tensor.unsafeGetTensorImpl());
  return found == symbols_.end() ? nullptr : &found->second;
}

const Stored* ScriptTrace::stored(const Tensor& tensor) const {
  if (!tensor.defined() || tensor.numel() == 0) return nullptr;
  const auto found = stored_.find(tensor.data_ptr());
  if (found == stored_.end()) return nullptr;
  int64_t numbers = 1;  // different ones
  for (int64_t dim = 0; dim < tensor.dim(); ++dim) numbers *= tensor.stride(dim) == 0 ? 1 : tensor.size(dim);
  for (const auto& [whole, stored] : found->second) {
    if (whole.numel() == numbers) return &stored;
  }
  return nullptr;
}

int ScriptTrace::owner(const Stored& stored) const {
  const auto found = owners_.find(stored.place);
  return found == owners_.end() ? -1 : found->second;
}

bool ScriptTrace::depends_on_input(const IValue& value) const {
  if (value.isTensor()) return symbol(value.toTensor()) != nullptr;
  if (!value.isList() && !value.isTuple()) return false;
  const std::vector<IValue> elements = elements_of(value);
  return std::any_of(elements.begin(), elements.end(), [this](const IValue& each) { return depends_on_input(each); });
}

std::string ScriptTrace::scope(const Node& node) const {
  const std::string name = node.kind().toUnqualString();
  const std::string path = running_.empty() ? "" : paths_.at(running_.back());
  if (path.empty()) return name;
  return leaves_.count(running_.back()) > 0 ? path : path + "." + name;
}

std::string ScriptTrace::describe(const Node& node) const {
  std::string text = operator_name(node);
  const std::string source = source_of(node), path = running_.empty() ? "" : paths_.at(running_.back());
  if (!source.empty()) text += " at " + source;
  return path.empty() ? text : text + " in " + path;
}

Tensor ScriptTrace::run(const Tensor& images, const spaces::FeatureShape& input) {
  Symbol symbol = draft_.input(input);
  if (input.tokens) symbol.layout.dims.pop_back();  // words (N, T)
  symbols_[images.unsafeGetTensorImpl()] = symbol;
  kept_.push_back(images);
  torch::jit::Function* forward = module_.type()->findMethod("forward");
  if (forward == nullptr) throw Error("the module has no forward()");
  const size_t parameters = forward->getSchema().arguments().size();
  if (parameters < 2) throw Error("forward() of the module reads no input");
  std::vector<IValue> arguments = {module_._ivalue(), images};
  for (size_t i = 2; i < parameters; ++i) {
    const c10::Argument& argument = forward->getSchema().arguments()[i];
    if (!argument.default_value()) throw Error("forward() of the module reads more than one input");
    arguments.push_back(*argument.default_value());
  }
  running_ = {module_._ivalue().get()};
  IValue output = call(*forward, arguments);
  while (output.isTuple() && !output.toTupleRef().elements().empty()) output = elements_of(output)[0];
  if (!output.isTensor()) throw Error("the module returns " + output.tagKind() + " where logits are wanted");
  return output.toTensor();
}

IValue ScriptTrace::call(torch::jit::Function& function, const std::vector<IValue>& arguments) {
  const auto& graph = torch::jit::toGraphFunction(function).graph();
  Frame frame;
  ZEROTH_CHECK(graph->inputs().size() == arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) frame[graph->inputs()[i]] = arguments[i];
  run_block(*graph->block(), frame);
  return frame.at(graph->outputs()[0]);
}

IValue ScriptTrace::call_method(const IValue& object, const Node& node, const std::vector<IValue>& arguments) {
  const auto* self = object.toObject().get();
  const bool is_module = paths_.count(self) > 0;
  if (is_module) running_.push_back(self);
  const IValue result = call(self->type()->getMethod(node.s(c10::attr::name)), arguments);
  if (is_module) running_.pop_back();
  return result;
}

void ScriptTrace::run_block(torch::jit::Block& block, Frame& frame) {
  for (Node* node : block.nodes()) run_node(*node, frame);
}

void ScriptTrace::run_node(Node& node, Frame& frame) {
  try {
    if (!run_language(node, frame)) run_operator(node, frame);
  } catch (const c10::Error& error) {
    throw Error(fmt::format("{}: {}", describe(node), first_line(error.what_without_backtrace())));
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw Error(fmt::format("{}: {}", describe(node), first_line(error.what())));
  }
}

void ScriptTrace::run_loop(Node& node, Frame& frame) {
  const int64_t turns = frame.at(node.inputs()[0]).toInt();
  bool go_on = frame.at(node.inputs()[1]).toBool();
  torch::jit::Block& body = *node.blocks()[0];
  std::vector<IValue> carried;
  for (size_t i = 2; i < node.inputs().size(); ++i) carried.push_back(frame.at(node.inputs()[i]));
  for (int64_t turn = 0; turn < turns && go_on; ++turn) {
    if (turn == kMostTurns) throw Error(fmt::format("{}: more than {} turns", describe(node), kMostTurns));
    frame[body.inputs()[0]] = turn;
    for (size_t i = 0; i < carried.size(); ++i) frame[body.inputs()[i + 1]] = carried[i];
    run_block(body, frame);
    go_on = frame.at(body.outputs()[0]).toBool();
    for (size_t i = 0; i < carried.size(); ++i) carried[i] = frame.at(body.outputs()[i + 1]);
  }
  for (size_t i = 0; i < carried.size(); ++i) frame[node.outputs()[i]] = carried[i];
}

bool ScriptTrace::run_language(Node& node, Frame& frame) {
  std::vector<IValue> inputs;
  for (const auto* input : node.inputs()) inputs.push_back(frame[input]);
  return run_object(node, inputs, frame) || run_control(node, inputs, frame) || run_container(node, inputs, frame);
}

bool ScriptTrace::run_object(Node& node, const std::vector<IValue>& inputs, Frame& frame) {
  switch (node.kind()) {
    case prim::Constant: {
      const auto value = torch::jit::toIValue(node.output());  // none for a function, which its call names
      if (value && value->isTensor()) note_stored(value->toTensor(), "", false);
      frame[node.output()] = value ? *value : IValue();
      return true;
    }
    case prim::GetAttr: {
      const auto object = inputs[0].toObject();
      const std::string& name = node.s(c10::attr::name);
      const auto slot = object->type()->findAttributeSlot(name);
      frame[node.output()] = slot ? object->getSlot(*slot) : object->type()->getConstant(name);
      return true;
    }
    case prim::SetAttr:
      inputs[0].toObject()->setAttr(node.s(c10::attr::name), inputs[1]);
      return true;
    case prim::isinstance:
      frame[node.output()] = is_instance(node, inputs[0]);
      return true;
    case prim::unchecked_cast:
      frame[node.output()] = inputs[0];
      return true;
    case prim::Uninitialized:
      frame[node.output()] = IValue();
      return true;
    default:
      return false;
  }
}

bool ScriptTrace::run_control(Node& node, const std::vector<IValue>& inputs, Frame& frame) {
  switch (node.kind()) {
    case prim::CallMethod:
      frame[node.output()] = call_method(inputs[0], node, inputs);
      return true;
    case prim::CallFunction: {
      torch::jit::Function* function = node.input(0)->type()->expectRef<c10::FunctionType>().function();
      frame[node.output()] = call(*function, std::vector<IValue>(inputs.begin() + 1, inputs.end()));
      return true;
    }
    case prim::If: {
      torch::jit::Block& taken = *node.blocks()[inputs[0].toBool() ? 0 : 1];
      run_block(taken, frame);
      for (size_t i = 0; i < node.outputs().size(); ++i) frame[node.outputs()[i]] = frame.at(taken.outputs()[i]);
      return true;
    }
    case prim::Loop:
      run_loop(node, frame);
      return true;
    case prim::RaiseException:
      throw Error(fmt::format("{}: the module raises {}", describe(node),
                              inputs[0].isString() ? inputs[0].toStringRef() : "an exception"));
    case prim::Print:
    case c10::aten::warn:
      return true;
    default:
      return false;
  }
}

bool ScriptTrace::run_container(Node& node, const std::vector<IValue>& inputs, Frame& frame) {
  switch (node.kind()) {
    case prim::ListConstruct:
      frame[node.output()] = list_of(node, inputs);
      return true;
    case prim::DictConstruct:
      frame[node.output()] = dictionary_of(node, inputs);
      return true;
    case prim::TupleConstruct:
      frame[node.output()] = c10::ivalue::Tuple::create(inputs);
      return true;
    case prim::TupleUnpack:
    case prim::ListUnpack: {
      const std::vector<IValue> elements = elements_of(inputs[0]);
      if (elements.size() != node.outputs().size()) throw Error(describe(node) + ": a list of another length");
      for (size_t i = 0; i < elements.size(); ++i) frame[node.outputs()[i]] = elements[i];
      return true;
    }
    case prim::TupleSlice: {
      const std::vector<IValue> elements = elements_of(inputs[0]);
      frame[node.output()] = c10::ivalue::Tuple::create(
          std::vector<IValue>(elements.begin() + node.i(c10::attr::beg), elements.begin() + node.i(c10::attr::end)));
      return true;
    }
    default:
      return false;
  }
}

std::vector<IValue> ScriptTrace::evaluate(Node& node, const std::vector<IValue>& arguments) {
  if (is_dropout(node)) return {arguments[0]};
  const std::string name = operator_name(node);
  if (name == "aten::batch_norm") return {batch_normalised(node, arguments)};
  // Fused kernels without a gradient stand behind this question.
  if (name == "aten::is_grad_enabled") return {true};
  if (node.maybeOperator() == nullptr) throw Error(describe(node) + ": no operator of this name");
  torch::jit::Stack stack(arguments.begin(), arguments.end());
  if (node.schema().is_vararg()) stack.emplace_back(static_cast<int64_t>(arguments.size()));
  node.getOperation()(stack);
  return stack;
}

void ScriptTrace::run_operator(Node& node, Frame& frame) {
  std::vector<IValue> arguments;
  for (const auto* input : node.inputs()) arguments.push_back(frame.at(input));
  const bool symbolic =
      std::any_of(arguments.begin(), arguments.end(), [this](const IValue& value) { return depends_on_input(value); });
  if (symbolic && reads_numbers(node)) {
    throw Error(describe(node) + ": what follows depends on the numbers of the input");
  }
  const at::NoGradGuard no_gradients;
  const std::vector<IValue> results = evaluate(node, arguments);
  ZEROTH_CHECK(results.size() == node.outputs().size());
  for (size_t i = 0; i < results.size(); ++i) frame[node.outputs()[i]] = results[i];
  if (symbolic) {
    note_results(node, arguments, results);
  } else if (operator_name(node) == "aten::embedding") {
    note_position_table(arguments, results[0]);
  }
}

// A table looked up at 0, 1, 2, ... to its end is the table.
void ScriptTrace::note_position_table(const std::vector<IValue>& arguments, const IValue& result) {
  const Tensor table = arguments[0].toTensor(), places = arguments[1].toTensor().flatten();
  const Stored* stored = this->stored(table);
  const bool in_order =
      places.numel() == table.size(0) && at::equal(places, at::arange(table.size(0), places.options()));
  if (stored == nullptr || !in_order) return;
  kept_.push_back(result.toTensor());
  stored_[result.toTensor().data_ptr()].push_back({result.toTensor(), *stored});
}

void ScriptTrace::note_results(Node& node, const std::vector<IValue>& arguments, const std::vector<IValue>& results) {
  std::vector<Tensor> tensors;
  for (const IValue& result : results) {
    if (result.isTensor()) tensors.push_back(result.toTensor());
    if (!result.isTensorList()) continue;
    for (const IValue& each : elements_of(result)) tensors.push_back(each.toTensor());
  }
  // Lists are the language's own: what stands in them keeps its symbol.
  const bool of_tensors = arguments[0].isTensor() || is_joining(operator_name(node));
  if (tensors.empty() || !of_tensors) return;
  const std::string scope = this->scope(node);
  ScriptCall call{*this, node, arguments, results, scope};
  std::vector<Symbol> symbols;
  try {
    symbols = apply_rule(call);
  } catch (const Obstructed& obstructed) {
    symbols.assign(tensors.size(), {-1, {}, 1.0, obstructed.what()});
  } catch (const Error& error) {
    symbols.assign(tensors.size(), {-1, {}, 1.0, fmt::format("{}: {}", describe(node), error.what())});
  }
  symbols.resize(tensors.size(), {-1, {}, 1.0, describe(node) + ": its other results have no counterpart"});
  for (size_t i = 0; i < tensors.size(); ++i) {
    const bool kept = !symbols[i].obstacle.empty() || symbols[i].layout.sizes() == tensors[i].sizes().vec();
    if (!kept) symbols[i] = {-1, {}, 1.0, describe(node) + ": a result of another size than expected"};
    symbols_[tensors[i].unsafeGetTensorImpl()] = symbols[i];
    kept_.push_back(tensors[i]);
  }
}

}  // namespace zeroth::nn
