// Adds nodes to an ONNX graph.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace zeroth::spaces {

class OnnxBuilder {
 public:
  explicit OnnxBuilder(onnx::GraphProto& graph) : graph_(graph) {}

  // The names of values that are made from here on begin with this.
  void name_values(const std::string& prefix) {
    prefix_ = prefix;
    made_ = 0;
  }

  // Attributes of a node: whole numbers, lists of them and fractions.
  class Attributes {
   public:
    Attributes& set(const std::string& name, int64_t value);
    Attributes& set(const std::string& name, const std::vector<int64_t>& values);
    Attributes& set_float(const std::string& name, double value);

   private:
    friend class OnnxBuilder;
    std::vector<onnx::AttributeProto> list_;
  };

  // A node with one result, whose name is returned.
  std::string add(const std::string& op, const std::vector<std::string>& inputs, const Attributes& attributes = {});

  // Initialisers. A constant is kept once: its name says what is in it.
  void initialiser(const std::string& name, const std::vector<int64_t>& shape, const std::vector<float>& values);
  std::string constant(const std::string& name, const std::vector<int64_t>& shape, const std::vector<float>& values);
  std::string integers(const std::vector<int64_t>& values);
  std::string scalar(float value);

 private:
  onnx::TensorProto& new_tensor(const std::string& name, const std::vector<int64_t>& shape, int type);

  onnx::GraphProto& graph_;
  std::string prefix_;
  int made_ = 0;
  std::set<std::string> constants_;
};

}  // namespace zeroth::spaces
