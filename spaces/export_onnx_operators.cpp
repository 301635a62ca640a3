#include "spaces/export_onnx_operators.h"

#include "core/error.h"

namespace zeroth::spaces {
namespace {

using Attributes = OnnxBuilder::Attributes;

Attributes window_attributes(const Window& w) {
  return Attributes()
      .set("kernel_shape", {w.height, w.width})
      .set("strides", {w.stride, w.stride})
      .set("pads", {w.pad_height, w.pad_width, w.pad_height, w.pad_width});
}

std::string batch_norm(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in) {
  const auto channels = static_cast<size_t>(node.shape.channels);
  const std::string mean = node.scope + ".running_mean", variance = node.scope + ".running_var";
  onnx.initialiser(mean, {node.shape.channels}, std::vector<float>(channels, 0.0F));
  onnx.initialiser(variance, {node.shape.channels}, std::vector<float>(channels, 1.0F));
  return onnx.add("BatchNormalization", {in.values[0], in.params[0], in.params[1], mean, variance},
                  Attributes().set_float("epsilon", node.epsilon));
}

std::string activation(OnnxBuilder& onnx, Activation function, const std::string& x) {
  const auto hard_sigmoid = Attributes().set_float("alpha", 1.0 / 6.0).set_float("beta", 0.5);
  switch (function) {
    case Activation::kRelu6:
      return onnx.add("Clip", {x, onnx.scalar(0.0F), onnx.scalar(6.0F)});
    case Activation::kSwish:
      return onnx.add("Mul", {x, onnx.add("Sigmoid", {x})});
    case Activation::kHardSwish:
      return onnx.add("HardSwish", {x});
    case Activation::kSigmoid:
      return onnx.add("Sigmoid", {x});
    case Activation::kHardSigmoid:
      return onnx.add("HardSigmoid", {x}, hard_sigmoid);
    case Activation::kTanh:
      return onnx.add("Tanh", {x});
    case Activation::kLeakyRelu:
      return onnx.add("LeakyRelu", {x}, Attributes().set_float("alpha", 0.01));
  }
  throw core::Bug("an activation without an ONNX operator");
}

std::string global_avg_pool(OnnxBuilder& onnx, const OnnxInputs& in) {
  const bool map = in.shapes[0].size() == 3;
  return onnx.add(
      "ReduceMean", {in.values[0]},
      Attributes().set("axes", map ? std::vector<int64_t>{2, 3} : std::vector<int64_t>{1}).set("keepdims", 0));
}

std::string linear(OnnxBuilder& onnx, const OnnxInputs& in) {
  const bool bias = in.params.size() > 1;
  if (in.shapes[0].size() == 1) {
    std::vector<std::string> inputs = {in.values[0], in.params[0]};
    if (bias) inputs.push_back(in.params[1]);
    return onnx.add("Gemm", inputs, Attributes().set("transB", 1));
  }
  const std::string weight = onnx.add("Transpose", {in.params[0]}, Attributes().set("perm", {1, 0}));
  const std::string product = onnx.add("MatMul", {in.values[0], weight});
  return bias ? onnx.add("Add", {product, in.params[1]}) : product;
}

std::string shuffle(OnnxBuilder& onnx, const OpNode& node, const std::string& x) {
  const FeatureShape& shape = node.shape;
  const int64_t groups = node.groups, in_group = shape.channels / groups;
  const std::string dealt = onnx.add("Reshape", {x, onnx.integers({-1, groups, in_group, shape.height, shape.width})});
  const std::string turned = onnx.add("Transpose", {dealt}, Attributes().set("perm", {0, 2, 1, 3, 4}));
  return onnx.add("Reshape", {turned, onnx.integers({-1, shape.channels, shape.height, shape.width})});
}

// A sum whose terms may be maps of one pixel: "Sum" broadcasts as Add does.
std::string sum(OnnxBuilder& onnx, const OnnxInputs& in) {
  return in.values.size() == 1 ? onnx.add("Identity", in.values) : onnx.add("Sum", in.values);
}

}  // namespace

std::string onnx_operator(OnnxBuilder& onnx, const OpNode& node, const OnnxInputs& in) {
  const std::string& x = in.values.at(0);
  switch (node.kind) {
    case OpKind::kConv2d: {
      const int64_t dilation = node.window.dilation;
      return onnx.add(
          "Conv", {x, in.params[0]},
          window_attributes(node.window).set("dilations", {dilation, dilation}).set("group", int64_t{node.groups}));
    }
    case OpKind::kBatchNorm:
      return batch_norm(onnx, node, in);
    case OpKind::kRelu:
      return onnx.add("Relu", {x});
    case OpKind::kActivation:
      return activation(onnx, node.activation, x);
    case OpKind::kAvgPool:
      return onnx.add("AveragePool", {x}, window_attributes(node.window).set("count_include_pad", 0));
    case OpKind::kMaxPool: {
      const int64_t dilation = node.window.dilation;
      return onnx.add("MaxPool", {x}, window_attributes(node.window).set("dilations", {dilation, dilation}));
    }
    case OpKind::kGlobalAvgPool:
      return global_avg_pool(onnx, in);
    case OpKind::kLinear:
      return linear(onnx, in);
    case OpKind::kAdd:
      return sum(onnx, in);
    case OpKind::kZero:
      return onnx.add("Mul", {x, onnx.scalar(0.0F)});
    case OpKind::kConcat:
      return onnx.add("Concat", in.values, Attributes().set("axis", 1));
    case OpKind::kNarrow:
      return onnx.add(
          "Slice", {x, onnx.integers({node.first_channel}), onnx.integers({node.first_channel + node.shape.channels}),
                    onnx.integers({node.shape.tokens ? 2 : 1})});
    case OpKind::kFlatten:
      return onnx.add("Flatten", {x}, Attributes().set("axis", 1));
    case OpKind::kCrop:
      return onnx.add("Slice", {x, onnx.integers({1, 1}), onnx.integers({node.shape.height + 1, node.shape.width + 1}),
                                onnx.integers({2, 3})});
    case OpKind::kShuffle:
      return shuffle(onnx, node, x);
    case OpKind::kMultiply: {
      const bool gate = in.shapes[1].size() < in.shapes[0].size();
      return onnx.add("Mul", {x, gate ? onnx.add("Unsqueeze", {in.values[1], onnx.integers({2, 3})}) : in.values[1]});
    }
    case OpKind::kComplement:
      return onnx.add("Sub", {onnx.scalar(1.0F), x});
    default:
      return onnx_token_operator(onnx, node, in);
  }
}

}  // namespace zeroth::spaces
