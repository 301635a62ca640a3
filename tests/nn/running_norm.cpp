#include "nn/running_norm.h"

#include <catch2/catch.hpp>

#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

using tests::largest_difference;
using torch::Tensor;

Tensor images(uint64_t seed) {
  const Tensor x = torch::empty({6, 3, 8, 8});
  core::Stream(seed, "images").fill_normal(x.data_ptr<float>(), static_cast<size_t>(x.numel()), 2.0);
  return x;
}

Network branched() {
  const spaces::OpGraph graph = tests::branched_graph();
  return {graph, initial_params(graph, Init::kPytorch, DType::kFloat32, 1, 0, 2)};
}

TEST_CASE("training normalises by the batch, as scoring does") {
  const Network network = branched();
  RunningNorms norms(network.graph());
  CHECK(largest_difference(norms.train(network, images(1)), network.forward(images(1), Norm::kBatch)) < 1e-5);
}

TEST_CASE("before any training the tracked statistics are those of an initialisation") {
  const Network network = branched();
  const RunningNorms norms(network.graph());
  CHECK(largest_difference(norms.evaluate(network, images(1)), network.forward(images(1), Norm::kRunning)) < 1e-6);
}

TEST_CASE("each batch moves the tracked statistics a tenth of the way to its own") {
  spaces::OpGraph graph;
  graph.batch_norm(graph.input({2, 3, 3}), "bn");
  const Network network(graph, initial_params(graph, Init::kPytorch, DType::kFloat32, 1, 0, 2));
  RunningNorms norms(graph);
  REQUIRE(norms.tensors().size() == 2);
  Tensor mean = torch::zeros({2}), variance = torch::ones({2});
  for (const uint64_t seed : {1, 2, 3}) {
    const Tensor x = images(seed).narrow(1, 0, 2).narrow(2, 0, 3).narrow(3, 0, 3) + 5.0;
    norms.train(network, x);
    mean = 0.9 * mean + 0.1 * x.mean({0, 2, 3});
    variance = 0.9 * variance + 0.1 * x.transpose(0, 1).reshape({2, -1}).var(1);  // the unbiased one
  }
  CHECK(largest_difference(norms.tensors()[0], mean) < 1e-5);
  CHECK(largest_difference(norms.tensors()[1], variance) < 1e-4);

  // An image is evaluated alone, whatever stands beside it.
  const Tensor x = images(4).narrow(1, 0, 2).narrow(2, 0, 3).narrow(3, 0, 3);
  const auto column = [](const Tensor& v) { return v.reshape({1, 2, 1, 1}); };
  const Tensor expected = (x - column(mean)) / at::sqrt(column(variance) + spaces::kNormEpsilon);
  CHECK(largest_difference(norms.evaluate(network, x), expected) < 1e-4);
  CHECK(largest_difference(norms.evaluate(network, x.narrow(0, 2, 1)), expected.narrow(0, 2, 1)) < 1e-4);
}

TEST_CASE("batch norms of vectors are tracked too") {
  const spaces::OpGraph graph = tests::vector_graph();
  const Network network(graph, initial_params(graph, Init::kPytorch, DType::kFloat32, 1, 0, 2));
  RunningNorms norms(graph);
  const Tensor x = torch::rand({5, 6, 1, 1});
  norms.train(network, x);
  CHECK(norms.tensors()[0].abs().sum().item<double>() > 0.0);
  CHECK(norms.evaluate(network, x).sizes() == at::IntArrayRef({5, 5}));
}

}  // namespace
}  // namespace zeroth::nn
