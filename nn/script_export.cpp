#include "nn/script_export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/algorithm/string.hpp>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "core/error.h"
#include "spaces/export_tensors.h"

namespace zeroth::nn {
namespace {

using spaces::Activation;
using spaces::FeatureShape;
using spaces::OpGraph;
using spaces::OpKind;
using spaces::OpNode;
using spaces::Window;
using torch::Tensor;
using torch::jit::Module;

constexpr double kPi = 3.14159265358979323846;

// A module whose parameters and buffers lie in submodules, as their names say: "cells.0.conv.weight".
class ModuleTree {
 public:
  ModuleTree() : unit_(std::make_shared<torch::jit::CompilationUnit>()), root_(make("Network")) {}

  Module& root() { return root_; }

  // The expression that reads it. A name that is taken gets underscores.
  std::string add(std::string name, const Tensor& value, bool parameter) {
    while (names_.count(name) > 0 || owners_.count(name) > 0) name += '_';
    names_.insert(name);
    const size_t dot = name.rfind('.');
    Module owner = dot == std::string::npos ? root_ : submodule(name.substr(0, dot));
    const std::string last = dot == std::string::npos ? name : name.substr(dot + 1);
    if (parameter) {
      owner.register_parameter(last, value, /*is_buffer=*/false);
    } else {
      owner.register_buffer(last, value);
    }
    std::vector<std::string> segments;
    boost::split(segments, name, boost::is_any_of("."));
    std::string expression = "self";
    for (const std::string& segment : segments) expression = fmt::format("getattr({}, \"{}\")", expression, segment);
    return expression;
  }

 private:
  Module make(const std::string& type) const {
    Module module(c10::QualifiedName("__torch__." + type), unit_);
    module.register_attribute("training", c10::BoolType::get(), true);
    return module;
  }

  Module submodule(const std::string& path) {
    const auto known = owners_.find(path);
    if (known != owners_.end()) return known->second;
    const size_t dot = path.rfind('.');
    Module parent = dot == std::string::npos ? root_ : submodule(path.substr(0, dot));
    Module module = make(fmt::format("Part{}", owners_.size()));
    parent.register_module(dot == std::string::npos ? path : path.substr(dot + 1), module);
    return owners_.emplace(path, module).first->second;
  }

  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  Module root_;
  std::map<std::string, Module> owners_;
  std::set<std::string> names_;
};

std::string window_arguments(const Window& w) {
  return fmt::format("[{}, {}], [{}, {}], [{}, {}]", w.height, w.width, w.stride, w.stride, w.pad_height, w.pad_width);
}

std::string activation(Activation function, const std::string& x) {
  switch (function) {
    case Activation::kRelu6:
      return fmt::format("torch.hardtanh({}, 0.0, 6.0)", x);
    case Activation::kSwish:
      return fmt::format("torch.silu({})", x);
    case Activation::kHardSwish:
      return fmt::format("torch.hardswish({})", x);
    case Activation::kSigmoid:
      return fmt::format("torch.sigmoid({})", x);
    case Activation::kHardSigmoid:
      return fmt::format("torch.hardsigmoid({})", x);
    case Activation::kTanh:
      return fmt::format("torch.tanh({})", x);
    case Activation::kLeakyRelu:
      return fmt::format("torch.leaky_relu({}, 0.01)", x);
  }
  throw core::Bug("an activation without TorchScript source");
}

// (N, T, C) to (N, heads, T, C / heads), and back.
std::string by_head(const std::string& x, const FeatureShape& shape, int64_t heads) {
  return fmt::format("torch.transpose(torch.reshape({}, [-1, {}, {}, {}]), 1, 2)", x, shape.height, heads,
                     shape.channels / heads);
}
std::string heads_joined(const std::string& x, const FeatureShape& shape) {
  return fmt::format("torch.reshape(torch.transpose({}, 1, 2), [-1, {}, {}])", x, shape.height, shape.channels);
}

// The source of forward(), operator by operator.
class Source {
 public:
  Source(const OpGraph& graph, const std::vector<Tensor>& params, ModuleTree& tree)
      : graph_(graph), shapes_(spaces::tensor_shapes(graph)), tree_(tree) {
    for (size_t i = 0; i < params.size(); ++i) {
      const Tensor value = params[i].detach().clone().set_requires_grad(true);
      params_.push_back(tree_.add(graph.params()[i].name, value, /*parameter=*/true));
    }
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
      const OpNode& node = graph.nodes()[i];
      const std::string value = node.kind == OpKind::kInput ? "x" : expression(node);
      text_ += fmt::format("  v{} = {}\n", i, value);
    }
    text_ += fmt::format("  return v{}\n", graph.output());
  }

  const std::string& text() const { return text_; }

 private:
  std::string x(const OpNode& node, size_t k = 0) const { return fmt::format("v{}", node.operands.at(k)); }
  const FeatureShape& shape(const OpNode& node, size_t k) const {
    return graph_.nodes()[static_cast<size_t>(node.operands.at(k))].shape;
  }
  size_t rank(const OpNode& node, size_t k) const { return shapes_[static_cast<size_t>(node.operands.at(k))].size(); }
  const std::string& param(const OpNode& node, size_t k) const {
    return params_[static_cast<size_t>(node.params.at(k))];
  }

  std::string batch_norm(const OpNode& node) {
    const std::string mean =
        tree_.add(node.scope + ".running_mean", torch::zeros({node.shape.channels}), /*parameter=*/false);
    const std::string variance =
        tree_.add(node.scope + ".running_var", torch::ones({node.shape.channels}), /*parameter=*/false);
    return fmt::format("torch.batch_norm({}, {}, {}, {}, {}, self.training, 0.1, {}, False)", x(node), param(node, 0),
                       param(node, 1), mean, variance, node.epsilon);
  }

  // entry(k, n) = 2 cos(pi k (2 n + 1) / (2 size)), as a buffer.
  std::string cosines(int64_t size, const std::string& scope) {
    std::vector<float> entries;
    for (int64_t k = 0; k < size; ++k) {
      for (int64_t n = 0; n < size; ++n) {
        const auto turns = static_cast<double>(k * (2 * n + 1) % (4 * size)) / static_cast<double>(2 * size);
        entries.push_back(static_cast<float>(2.0 * std::cos(kPi * turns)));
      }
    }
    return tree_.add(fmt::format("{}.cosines_{}", scope, size), torch::tensor(entries).reshape({size, size}),
                     /*parameter=*/false);
  }

  std::string transform(const OpNode& node) {
    const std::string heads = by_head(x(node), node.shape, node.heads);
    if (node.kind == OpKind::kFourierTransform) {
      return heads_joined(fmt::format("torch.real(torch.fft_fft2({}))", heads), node.shape);
    }
    const std::string rows = cosines(node.shape.height, node.scope);
    const std::string columns = cosines(node.shape.channels / node.heads, node.scope);
    return heads_joined(fmt::format("torch.matmul(torch.matmul({}, {}), torch.t({}))", rows, heads, columns),
                        node.shape);
  }

  std::string dynamic_convolution(const OpNode& node) const {
    const int64_t tokens = node.shape.height, span = shape(node, 0).channels / node.heads;
    const std::string windows = fmt::format(
        "torch.reshape(torch.unfold(torch.constant_pad_nd({}, [0, 0, {}, {}]), 1, {}, 1), [-1, {}, {}, {}, {}])",
        x(node, 1), span / 2, span / 2, span, tokens, node.heads, node.shape.channels / node.heads, span);
    const std::string weights =
        fmt::format("torch.softmax(torch.reshape({}, [-1, {}, {}, {}]), -1)", x(node), tokens, node.heads, span);
    return fmt::format("torch.reshape(torch.matmul({}, torch.unsqueeze({}, -1)), [-1, {}, {}])", windows, weights,
                       tokens, node.shape.channels);
  }

  std::string attention_scores(const OpNode& node) const {
    const double width = static_cast<double>(shape(node, 0).channels) / node.heads;
    return fmt::format("torch.softmax(torch.matmul({}, torch.transpose({}, 2, 3)) * {}, -1)",
                       by_head(x(node), shape(node, 0), node.heads), by_head(x(node, 1), shape(node, 1), node.heads),
                       1.0 / std::sqrt(width));
  }

  std::string token_expression(const OpNode& node) {
    const FeatureShape& out = node.shape;
    switch (node.kind) {
      case OpKind::kLayerNorm:
        return fmt::format("torch.layer_norm({}, [{}], {}, {}, {})", x(node), out.channels, param(node, 0),
                           param(node, 1), node.epsilon);
      case OpKind::kGelu:
        return fmt::format("torch.gelu({})", x(node));
      case OpKind::kTokens:
        return fmt::format("torch.transpose(torch.flatten({}, 2), 1, 2)", x(node));
      case OpKind::kMap:
        return fmt::format("torch.reshape(torch.transpose({}[:, {}:], 1, 2), [-1, {}, {}, {}])", x(node),
                           shape(node, 0).height - out.height * out.width, out.channels, out.height, out.width);
      case OpKind::kEmbedding:
        return fmt::format("torch.embedding({}, {}.to(torch.int64))", param(node, 0), x(node));
      case OpKind::kClassToken:
        return fmt::format("torch.cat([{}.expand([{}.size(0), 1, {}]), {}], 1)", param(node, 0), x(node), out.channels,
                           x(node));
      case OpKind::kPrependToken:
        return fmt::format("torch.cat([torch.unsqueeze({}, 1), {}], 1)", x(node), x(node, 1));
      case OpKind::kAttentionScores:
        return attention_scores(node);
      case OpKind::kAttentionContext:
        return heads_joined(
            fmt::format("torch.matmul({}, {})", x(node), by_head(x(node, 1), shape(node, 1), node.heads)), out);
      case OpKind::kFourierTransform:
      case OpKind::kCosineTransform:
        return transform(node);
      case OpKind::kDynamicConvolution:
        return dynamic_convolution(node);
      case OpKind::kToken:
        return fmt::format("torch.select({}, 1, {})", x(node), node.token);
      default:
        throw core::Bug("an operator without TorchScript source: " + node.scope);
    }
  }

  std::string sum(const OpNode& node) const {
    std::string text = x(node);
    for (size_t k = 1; k < node.operands.size(); ++k) text += " + " + x(node, k);
    return text;
  }

  std::string concatenation(const OpNode& node) const {
    std::vector<std::string> parts;
    for (size_t k = 0; k < node.operands.size(); ++k) parts.push_back(x(node, k));
    return fmt::format("torch.cat([{}], 1)", fmt::join(parts, ", "));
  }

  std::string shuffle(const OpNode& node) const {
    const FeatureShape& s = node.shape;
    return fmt::format(
        "torch.reshape(torch.transpose(torch.reshape({}, [-1, {}, {}, {}, {}]), 1, 2), [-1, {}, {}, {}])", x(node),
        node.groups, s.channels / node.groups, s.height, s.width, s.channels, s.height, s.width);
  }

  std::string expression(const OpNode& node) {
    const int dilation = node.window.dilation;
    switch (node.kind) {
      case OpKind::kConv2d:
        return fmt::format("torch.conv2d({}, {}, None, [{}, {}], [{}, {}], [{}, {}], {})", x(node), param(node, 0),
                           node.window.stride, node.window.stride, node.window.pad_height, node.window.pad_width,
                           dilation, dilation, node.groups);
      case OpKind::kBatchNorm:
        return batch_norm(node);
      case OpKind::kRelu:
        return fmt::format("torch.relu({})", x(node));
      case OpKind::kActivation:
        return activation(node.activation, x(node));
      case OpKind::kAvgPool:
        return fmt::format("torch.avg_pool2d({}, {}, False, False)", x(node), window_arguments(node.window));
      case OpKind::kMaxPool:
        return fmt::format("torch.max_pool2d({}, {}, [{}, {}], False)", x(node), window_arguments(node.window),
                           dilation, dilation);
      case OpKind::kGlobalAvgPool:
        if (rank(node, 0) == 1) return x(node);
        return fmt::format("torch.mean({}, {})", x(node), rank(node, 0) == 3 ? "[2, 3]" : "[1]");
      case OpKind::kLinear:
        return fmt::format("torch.linear({}, {}, {})", x(node), param(node, 0),
                           node.params.size() > 1 ? param(node, 1) : "None");
      case OpKind::kAdd:
        return sum(node);
      case OpKind::kZero:
        return fmt::format("{} * 0", x(node));
      case OpKind::kConcat:
        return concatenation(node);
      case OpKind::kNarrow:
        return fmt::format("torch.narrow({}, {}, {}, {})", x(node), node.shape.tokens ? 2 : 1, node.first_channel,
                           node.shape.channels);
      case OpKind::kCrop:
        return fmt::format("{}[:, :, 1:, 1:]", x(node));
      case OpKind::kFlatten:
        return fmt::format("torch.flatten({}, 1)", x(node));
      case OpKind::kShuffle:
        return shuffle(node);
      case OpKind::kMultiply: {
        const bool gate = rank(node, 1) < rank(node, 0);
        return fmt::format(gate ? "{} * torch.unsqueeze(torch.unsqueeze({}, -1), -1)" : "{} * {}", x(node), x(node, 1));
      }
      case OpKind::kComplement:
        return fmt::format("torch.rsub({}, 1.0)", x(node));
      case OpKind::kAddParameter: {
        // A bias, one number a channel, reaches every pixel of a map.
        const bool spread =
            rank(node, 0) == 3 && graph_.params()[static_cast<size_t>(node.params[0])].shape.size() == 1;
        return fmt::format(spread ? "{} + torch.reshape({}, [-1, 1, 1])" : "{} + {}", x(node), param(node, 0));
      }
      default:
        return token_expression(node);
    }
  }

  const OpGraph& graph_;
  std::vector<std::vector<int64_t>> shapes_;
  ModuleTree& tree_;
  std::vector<std::string> params_;  // expressions
  std::string text_ = "def forward(self, x: Tensor) -> Tensor:\n";
};

}  // namespace

Module script_module(const OpGraph& graph, const std::vector<Tensor>& params) {
  ZEROTH_CHECK(params.size() == graph.params().size());
  ModuleTree tree;
  const Source source(graph, params, tree);
  tree.root().define(source.text());
  return tree.root();
}

std::string script_bytes(const Module& module) {
  std::ostringstream bytes;
  module.save(bytes);
  return bytes.str();
}

}  // namespace zeroth::nn
