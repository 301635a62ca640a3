#include "spaces/export_onnx.h"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#undef fail_check  // a macro of ONNX's, and a function of ours

#include <cstdint>
#include <limits>

#include "core/error.h"
#include "spaces/export_onnx_operators.h"
#include "spaces/export_tensors.h"

namespace zeroth::spaces {
namespace {

constexpr int64_t kOpset = 17;
constexpr int64_t kIrVersion = 8;  // the one that came with the opset

// A value of the graph's border, of any batch size.
void set_value(onnx::ValueInfoProto& info, const char* name, int type, const std::vector<int64_t>& shape) {
  info.set_name(name);
  onnx::TypeProto::Tensor& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  for (const int64_t size : shape) tensor.mutable_shape()->add_dim()->set_dim_value(size);
}

void add_nodes(const OpGraph& graph, onnx::GraphProto& result) {
  OnnxBuilder onnx(result);
  const auto shapes = tensor_shapes(graph);
  std::vector<std::string> names;
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const OpNode& node = graph.nodes()[i];
    if (node.kind == OpKind::kInput) {
      names.emplace_back("input");
      continue;
    }
    OnnxInputs in;
    for (const int operand : node.operands) {
      in.values.push_back(names[static_cast<size_t>(operand)]);
      in.shapes.push_back(shapes[static_cast<size_t>(operand)]);
    }
    for (const int param : node.params) in.params.push_back(graph.params()[static_cast<size_t>(param)].name);
    if (!node.params.empty()) in.parameter_rank = graph.params()[static_cast<size_t>(node.params[0])].shape.size();
    // A scope may name several operators.
    onnx.name_values(fmt::format("{}:{}", node.scope, i));
    names.push_back(onnx_operator(onnx, node, in));
  }
  onnx::NodeProto& last = *result.add_node();
  last.set_op_type("Identity");
  last.set_name("output");
  last.add_input(names.back());
  last.add_output("output");
}

void add_parameters(const OpGraph& graph, const ParameterValues& values, onnx::GraphProto& result) {
  OnnxBuilder onnx(result);
  for (size_t i = 0; i < graph.params().size(); ++i) {
    const ParamSpec& param = graph.params()[i];
    const std::vector<float> numbers = values(static_cast<int>(i));
    ZEROTH_CHECK(static_cast<int64_t>(numbers.size()) == param.numel());
    onnx.initialiser(param.name, param.shape, numbers);
  }
}

// ONNX's own judgement, shapes inferred through every node.
void check(const onnx::ModelProto& model) {
  try {
    onnx::checker::check_model(model);
    onnx::ModelProto inferred = model;
    onnx::shape_inference::InferShapes(inferred, onnx::OpSchemaRegistry::Instance(),
                                       onnx::ShapeInferenceOptions(/*check_type=*/true, /*strict_mode=*/1));
  } catch (const std::exception& error) {
    throw core::Bug(fmt::format("the ONNX model is refused: {}", error.what()));
  }
}

}  // namespace

std::string onnx_model(const OpGraph& graph, const ParameterValues& values, std::string_view title) {
  // Protocol buffers count bytes in 31 bits; the rest of a model is far below what is left here.
  constexpr int64_t kLargest = int64_t{std::numeric_limits<int32_t>::max()} - (int64_t{1} << 26);
  const auto bytes = graph.parameter_count() * static_cast<int64_t>(sizeof(float));
  if (bytes > kLargest) {
    throw core::Error(fmt::format("{} bytes of parameters do not fit in an ONNX file, which holds 2 GB", bytes));
  }
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("zeroth");
  model.set_producer_version(ZEROTH_VERSION);
  model.set_doc_string(std::string(title));
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& result = *model.mutable_graph();
  result.set_name("network");
  const auto shapes = tensor_shapes(graph);
  const bool text = vocabulary(graph) > 0;
  set_value(*result.add_input(), "input", text ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT, shapes.front());
  set_value(*result.add_output(), "output", onnx::TensorProto::FLOAT, shapes.back());
  add_parameters(graph, values, result);
  add_nodes(graph, result);
  check(model);
  return model.SerializeAsString();
}

}  // namespace zeroth::spaces
