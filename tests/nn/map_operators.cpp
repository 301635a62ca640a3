// The operators of mobile and cell networks against LibTorch's own calls, written out once.
#include "nn/map_operators.h"

#include <catch2/catch.hpp>

#include "core/random.h"
#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

using spaces::Window;
using tests::largest_difference;
using torch::Tensor;

Network mixed() {
  const spaces::OpGraph graph = tests::mixed_graph();
  return {graph, initial_params(graph, Init::kPytorch, DType::kFloat64, /*seed=*/3, /*repeat=*/0, /*identity=*/1)};
}

Tensor random_images(int64_t batch) {
  const Tensor images = torch::empty({batch, 3, 8, 8}, torch::kFloat64);
  core::Stream(4, "images").fill_normal(images.data_ptr<double>(), static_cast<size_t>(images.numel()), 1.0);
  return images;
}

Tensor logistic(const Tensor& x) { return 1.0 / (1.0 + at::exp(-x)); }
Tensor clipped(const Tensor& x) { return x.clamp(0.0, 6.0); }

// tests::mixed_graph() with each activation by its formula.
Tensor by_hand(const Network& network, const Tensor& images) {
  const auto weight = [&](const std::string& layer) { return tests::param(network, layer + ".weight"); };
  const auto linear = [&](const Tensor& x, const std::string& layer) {
    return at::matmul(x, weight(layer).t()) + tests::param(network, layer + ".bias");
  };
  Tensor x = at::conv2d(images, weight("stem"), tests::param(network, "stem.bias"), 1, 1);
  x = x * clipped(x + 3.0) / 6.0;
  const Tensor depthwise = at::conv2d(x, weight("depthwise"), {}, 1, 1, 1, 8);
  const Tensor dilated = at::conv2d(x, weight("dilated"), {}, 1, 2, 2, 2);
  const Tensor rectangle = at::conv2d(x, weight("wide"), {}, {1, 1}, torch::IntArrayRef({0, 2}));
  const Tensor right = at::cat({dilated, rectangle}, 1);
  x = depthwise * logistic(depthwise) + at::where(right.gt(0.0), right, 0.01 * right) + at::tanh(x);
  const Tensor pooled = at::max_pool2d(x, 3, 2, 1);
  using torch::indexing::Slice;
  const Tensor shifted = at::conv2d(x.index({Slice(), Slice(), Slice(1), Slice(1)}), weight("shifted"), {}, 2);
  x = at::cat({pooled.index({Slice(), Slice(0, 5)}), shifted}, 1);
  x = x.index_select(1, torch::tensor({0, 3, 6, 1, 4, 7, 2, 5, 8}));  // three groups of three, dealt out
  const Tensor squeezed = at::matmul(x.mean({2, 3}), weight("reduce").t());
  const Tensor gate = linear(1.0 - logistic(squeezed), "expand");
  x = x * (clipped(gate + 3.0) / 6.0).reshape({images.size(0), 9, 1, 1});
  return linear(clipped(x * x).mean({2, 3}), "classifier");
}

}  // namespace

TEST_CASE("a network of mobile and cell operators has the logits of the same written out") {
  const Network network = mixed();
  const Tensor images = random_images(4);
  CHECK(largest_difference(network.forward(images, Norm::kBatch), by_hand(network, images)) < 1e-12);
  const Tensor last = images.contiguous(at::MemoryFormat::ChannelsLast);
  CHECK(largest_difference(network.forward(last, Norm::kBatch), by_hand(network, images)) < 1e-12);
}

TEST_CASE("shapes of the graph are those of the tensors") {
  const Network network = mixed();
  network.forward(random_images(2), Norm::kBatch, [&](const NodeResult& result) {
    const spaces::FeatureShape& shape = network.graph().nodes()[static_cast<size_t>(result.node)].shape;
    UNSCOPED_INFO(network.graph().nodes()[static_cast<size_t>(result.node)].scope);
    CHECK(result.value.size(1) == shape.channels);
    CHECK((result.value.dim() == 2 || result.value.size(2) == shape.height));
    CHECK((result.value.dim() == 2 || result.value.size(3) == shape.width));
  });
}

TEST_CASE("second derivatives through grouped and dilated convolutions are those of the same written out") {
  const Network network = mixed();
  const Tensor images = random_images(3);
  const auto second_derivative = [&](const Tensor& logits) {
    const auto first = torch::autograd::grad({logits.pow(2).sum()}, network.weights(), {}, /*retain_graph=*/true,
                                             /*create_graph=*/true);
    Tensor squares = torch::zeros({}, torch::kFloat64);
    for (const Tensor& gradient : first) squares = squares + gradient.pow(2).sum();
    return torch::autograd::grad({squares}, network.weights());
  };
  const auto expected = second_derivative(by_hand(network, images));
  const auto found = second_derivative(network.forward_for_second_order(images));
  REQUIRE(found.size() == 8);
  for (size_t i = 0; i < found.size(); ++i) {
    CHECK(largest_difference(found[i], expected[i]) < 1e-11 * (1.0 + expected[i].abs().max().item<double>()));
  }
}

TEST_CASE("an average over a window that is no square leaves padding out of the count") {
  Window window;
  window.height = 1;
  window.width = 3;
  window.pad_width = 1;
  const Tensor pooled = average_pool(torch::tensor({{{{1.0, 2.0, 6.0}}}}, torch::kFloat64), window);
  CHECK(largest_difference(pooled, torch::tensor({{{{1.5, 3.0, 4.0}}}}, torch::kFloat64)) < 1e-15);
}

TEST_CASE("tokens become the map that they came from, and a linear layer is used again") {
  spaces::OpGraph graph;
  const int image = graph.input({3, 2, 4});
  const int tokens = graph.prepend_token(graph.global_avg_pool(image, "mean"), graph.tokens(image, "tokens"), "with");
  const int map = graph.map(tokens, 2, 4, "map");
  const int first = graph.linear(graph.token(tokens, 0, "front"), 2, "layer");
  const int again = graph.linear_again(graph.token(tokens, 8, "last"), first, "layer");
  graph.add({first, again}, "sum");
  const Network network(graph, initial_params(graph, Init::kPytorch, DType::kFloat64, 3, 0, 1));
  const Tensor images = random_images(2).narrow(2, 0, 2).narrow(3, 0, 4);
  Tensor seen;
  const Tensor sum = network.forward(images, Norm::kBatch, [&](const NodeResult& result) {
    if (result.node == map) seen = result.value;
  });
  CHECK(largest_difference(seen, images) == 0.0);
  const Tensor features = images.mean({2, 3}) + images.select(2, 1).select(2, 3);
  CHECK(largest_difference(sum, at::matmul(features, network.params()[0].t()) + 2.0 * network.params()[1]) < 1e-14);
}

TEST_CASE("vectors are normalised over the batch, and have the gradients of the same written out") {
  const spaces::OpGraph graph = tests::vector_graph();
  const Network network(graph, initial_params(graph, Init::kPytorch, DType::kFloat64, 3, 0, 1));
  const Tensor images = random_images(4).flatten(1).narrow(1, 0, 6).reshape({4, 6, 1, 1});
  Tensor x =
      at::matmul(images.flatten(1), tests::param(network, "first.weight").t()) + tests::param(network, "first.bias");
  x = (x - x.mean(0)) / (x.var(0, /*unbiased=*/false) + 1e-5).sqrt() * tests::param(network, "bn.weight") +
      tests::param(network, "bn.bias");
  const Tensor expected = at::matmul(at::gelu(x), tests::param(network, "classifier.weight").t()) +
                          tests::param(network, "classifier.bias");
  const Tensor logits = network.forward(images, Norm::kBatch);
  CHECK(largest_difference(logits, expected) < 1e-13);
  const auto gradient_of = [&](const Tensor& y) { return torch::autograd::grad({y.pow(2).sum()}, network.params()); };
  const auto found = gradient_of(logits), wanted = gradient_of(expected);
  for (size_t i = 0; i < found.size(); ++i) CHECK(largest_difference(found[i], wanted[i]) < 1e-12);
}

}  // namespace zeroth::nn
