#include "spaces/export_onnx_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace zeroth::spaces {

OnnxBuilder::Attributes& OnnxBuilder::Attributes::set(const std::string& name, int64_t value) {
  onnx::AttributeProto& attribute = list_.emplace_back();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
  return *this;
}

OnnxBuilder::Attributes& OnnxBuilder::Attributes::set(const std::string& name, const std::vector<int64_t>& values) {
  onnx::AttributeProto& attribute = list_.emplace_back();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const int64_t value : values) attribute.add_ints(value);
  return *this;
}

OnnxBuilder::Attributes& OnnxBuilder::Attributes::set_float(const std::string& name, double value) {
  onnx::AttributeProto& attribute = list_.emplace_back();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(static_cast<float>(value));
  return *this;
}

std::string OnnxBuilder::add(const std::string& op, const std::vector<std::string>& inputs,
                             const Attributes& attributes) {
  const std::string result = fmt::format("{}.{}", prefix_, made_++);
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(op);
  node.set_name(result);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(result);
  for (const onnx::AttributeProto& attribute : attributes.list_) *node.add_attribute() = attribute;
  return result;
}

onnx::TensorProto& OnnxBuilder::new_tensor(const std::string& name, const std::vector<int64_t>& shape, int type) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const int64_t size : shape) tensor.add_dims(size);
  return tensor;
}

void OnnxBuilder::initialiser(const std::string& name, const std::vector<int64_t>& shape,
                              const std::vector<float>& values) {
  onnx::TensorProto& tensor = new_tensor(name, shape, onnx::TensorProto::FLOAT);
  tensor.mutable_float_data()->Add(values.begin(), values.end());
}

std::string OnnxBuilder::constant(const std::string& name, const std::vector<int64_t>& shape,
                                  const std::vector<float>& values) {
  if (constants_.insert(name).second) initialiser(name, shape, values);
  return name;
}

std::string OnnxBuilder::integers(const std::vector<int64_t>& values) {
  const std::string name = fmt::format("[{}]", fmt::join(values, ","));
  if (!constants_.insert(name).second) return name;
  onnx::TensorProto& tensor = new_tensor(name, {static_cast<int64_t>(values.size())}, onnx::TensorProto::INT64);
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return name;
}

std::string OnnxBuilder::scalar(float value) { return constant(fmt::format("{}", value), {}, {value}); }

}  // namespace zeroth::spaces
