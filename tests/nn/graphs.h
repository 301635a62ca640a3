// Small operator graphs for tests, and a network's weights by the name of its parameter.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "nn/initialiser.h"
#include "nn/network.h"
#include "spaces/search_space.h"

namespace zeroth::tests {

// A network that has one of each operator but the zero: two convolutions behind one feature map whose ReLU they share,
// two equal pools, a sum, a strided convolution.
//
//   stem - bn -+- relu - conv a - bn -+
//              +- relu - conv b - bn -+- sum - relu - conv c (stride 2) - bn - relu - pool - linear
//              +- avg pool -----------+
//              +- avg pool -----------+
inline spaces::OpGraph branched_graph(int64_t channels = 4, int64_t resolution = 8, int64_t classes = 5) {
  spaces::OpGraph net;
  const auto convolution = [&](int x, int64_t out, int kernel, int stride, const std::string& scope) {
    x = net.conv2d(x, out, kernel, stride, kernel / 2, scope + ".conv");
    return net.batch_norm(x, scope + ".bn");
  };
  const int stem = convolution(net.input({3, resolution, resolution}), channels, 3, 1, "stem");
  const int a = convolution(net.relu(stem, "a.relu"), channels, 3, 1, "a");
  const int b = convolution(net.relu(stem, "b.relu"), channels, 1, 1, "b");
  const int left = net.avg_pool(stem, 3, 1, 1, "left"), right = net.avg_pool(stem, 3, 1, 1, "right");
  const int sum = net.add({a, b, left, right}, "sum");
  const int c = convolution(net.relu(sum, "c.relu"), 2 * channels, 3, 2, "c");
  net.linear(net.global_avg_pool(net.relu(c, "last"), "pool"), classes, "classifier");
  return net;
}

// What branched_graph() lacks: groups, dilation, windows that are no squares, a bias on a map, max pooling, joined,
// narrowed, cropped and shuffled maps, a gate of squeeze and excite, every activation. No batch norm, so that images
// are apart.
inline spaces::OpGraph mixed_graph(int64_t classes = 5) {
  using spaces::Activation;
  using spaces::Role;
  using spaces::Window;
  spaces::OpGraph net;
  int x = net.bias(net.conv2d(net.input({3, 8, 8}), 8, 3, 1, 1, "stem"), "stem");
  x = net.activation(x, Activation::kHardSwish, "stem.act");
  Window wide;
  wide.height = 1;
  wide.width = 5;
  wide.pad_width = 2;
  const int depthwise = net.conv2d(x, 8, Window::square(3, 1, 1), 8, "depthwise");
  const int dilated = net.conv2d(x, 4, Window::square(3, 1, 2, 2), 2, "dilated");
  const int rectangle = net.conv2d(x, 4, wide, 1, "wide");
  const int left = net.activation(depthwise, Activation::kSwish, "swish");
  const int right = net.activation(net.concat({dilated, rectangle}, "right"), Activation::kLeakyRelu, "leaky");
  x = net.add({left, right, net.activation(x, Activation::kTanh, "tanh")}, "sum");
  const int pooled = net.max_pool(x, 3, 2, 1, "pool");
  const int shifted = net.conv2d(net.crop(x, "crop"), 4, 1, 2, 0, "shifted");
  x = net.shuffle(net.concat({net.narrow(pooled, 5, "narrow"), shifted}, "joined"), 3, "shuffle");
  int gate = net.linear(net.global_avg_pool(x, "squeeze"), 3, "reduce", Role::kNone, /*bias=*/false);
  gate = net.complement(net.activation(gate, Activation::kSigmoid, "sigmoid"), "complement");
  gate = net.linear(gate, 9, "expand");
  x = net.multiply(x, net.activation(gate, Activation::kHardSigmoid, "gate"), "gated");
  x = net.activation(net.multiply(x, x, "square"), Activation::kRelu6, "relu6");
  net.linear(net.global_avg_pool(x, "mean"), classes, "classifier");
  return net;
}

// Two layers for a vector, with batch norm and a GELU.
inline spaces::OpGraph vector_graph(int64_t classes = 5) {
  spaces::OpGraph net;
  int x = net.global_avg_pool(net.input({6, 1, 1}), "vector");
  x = net.gelu(net.batch_norm(net.linear(x, 8, "first"), "bn"), "gelu");
  net.linear(net.global_avg_pool(x, "pool"), classes, "classifier");  // of a vector: itself
  return net;
}

// A vision transformer of two blocks on 4x4 images: four patches and a class token, norms in front of attention and of
// the feed-forward layers, two heads, 8 channels for 6 of attention's input.
inline spaces::OpGraph encoder_graph(int64_t classes = 5, int64_t hidden = 10) {
  using spaces::Role;
  constexpr int64_t kWidth = 6, kAttention = 8;
  spaces::OpGraph net;
  int x = net.tokens(net.conv2d(net.input({3, 4, 4}), kWidth, 2, 2, 0, "patch"), "tokens");
  x = net.class_token(net.bias(x, "patch"), "cls_token");
  x = net.position_embedding(x, "pos_embed");
  for (const std::string& block : {std::string("0."), std::string("1.")}) {
    const int normed = net.layer_norm(x, block + "norm1");
    const int query = net.linear(normed, kAttention, block + "query", Role::kQuery);
    const int key = net.linear(normed, kAttention, block + "key", Role::kKey);
    const int value = net.linear(normed, kAttention, block + "value", Role::kValue);
    const int scores = net.attention_scores(query, key, 2, block + "scores");
    const int context = net.attention_context(scores, value, block + "context");
    x = net.add({x, net.linear(context, kWidth, block + "out", Role::kAttentionOutput)}, block + "sum1");
    int y = net.linear(net.layer_norm(x, block + "norm2"), hidden, block + "fc1", Role::kFeedForward);
    y = net.linear(net.gelu(y, block + "gelu"), kWidth, block + "fc2", Role::kFeedForward);
    x = net.add({x, y}, block + "sum2");
  }
  x = net.first_token(net.layer_norm(x, "norm"), "first");
  net.linear(x, classes, "head", Role::kClassifier);
  return net;
}

inline const torch::Tensor& param(const nn::Network& network, const std::string& name) {
  const auto& specs = network.graph().params();
  for (size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].name == name) return network.params()[i];
  }
  FAIL("no parameter is called " << name);
  return network.params().front();
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

}  // namespace zeroth::tests
