// The executor against the same network written out in plain tensor operations, and against finite differences.
#include "nn/network.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "core/random.h"
#include "nn/channel_sums.h"
#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

using spaces::OpKind;
using tests::branched_graph;
using tests::largest_difference;
using torch::Tensor;

std::vector<Tensor> random_params(const spaces::OpGraph& graph, DType dtype = DType::kFloat64) {
  std::vector<Tensor> params = initial_params(graph, Init::kPytorch, dtype, /*seed=*/3, /*repeat=*/0, /*identity=*/1);
  // Norms away from 1 and 0, so that their gains and shifts are seen to act.
  for (size_t i = 0; i < params.size(); ++i) {
    if (graph.params()[i].role != spaces::ParamRole::kNormWeight &&
        graph.params()[i].role != spaces::ParamRole::kNormBias) {
      continue;
    }
    const Tensor ramp = torch::arange(params[i].numel(), params[i].options().requires_grad(false));
    params[i] = (params[i].detach() + 0.1 * (ramp + 1)).set_requires_grad(true);
  }
  return params;
}

Tensor random_images(int64_t batch, int64_t channels = 3, int64_t resolution = 8) {
  const Tensor images = torch::empty({batch, channels, resolution, resolution}, torch::kFloat64);
  core::Stream(4, "images").fill_normal(images.data_ptr<double>(), static_cast<size_t>(images.numel()), 1.0);
  return images;
}

// Over all images or over each image, as the norm says.
Tensor standardised(const Tensor& x, Norm norm) {
  const std::vector<int64_t> over = norm == Norm::kBatch ? std::vector<int64_t>{0, 2, 3} : std::vector<int64_t>{2, 3};
  const Tensor centred = x - x.mean(over, /*keepdim=*/true);
  return centred / (centred.pow(2).mean(over, /*keepdim=*/true) + 1e-5).sqrt();
}

// branched_graph() with nothing shared: each ReLU and each pool is computed where it stands.
Tensor by_hand(const Network& network, const Tensor& images, Norm norm) {
  const auto conv = [&](const Tensor& x, const std::string& scope, int64_t stride, int64_t padding) {
    return at::conv2d(x, tests::param(network, scope + ".conv.weight"), {}, stride, padding);
  };
  const auto bn = [&](const Tensor& x, const std::string& scope) {
    const auto by_channel = [](const Tensor& t) { return t.reshape({1, -1, 1, 1}); };
    if (norm == Norm::kBypass) return x;
    Tensor standard = x / std::sqrt(1.0 + 1e-5);
    if (norm == Norm::kBatch || norm == Norm::kEachImage) standard = standardised(x, norm);
    return standard * by_channel(tests::param(network, scope + ".bn.weight")) +
           by_channel(tests::param(network, scope + ".bn.bias"));
  };
  const auto pool = [](const Tensor& x) { return at::avg_pool2d(x, 3, 1, 1, false, /*count_include_pad=*/false); };
  const Tensor stem = bn(conv(images, "stem", 1, 1), "stem");
  const Tensor a = bn(conv(stem.clamp_min(0), "a", 1, 1), "a"), b = bn(conv(stem.clamp_min(0), "b", 1, 0), "b");
  const Tensor sum = a + b + pool(stem) + pool(stem);
  const Tensor c = bn(conv(sum.clamp_min(0), "c", 2, 1), "c");
  const Tensor features = c.clamp_min(0).mean({2, 3});
  return at::matmul(features, tests::param(network, "classifier.weight").t()) +
         tests::param(network, "classifier.bias");
}

Network branched(DType dtype = DType::kFloat64) {
  const spaces::OpGraph graph = branched_graph();
  return {graph, random_params(graph, dtype)};
}

}  // namespace

TEST_CASE("a network's logits are those of the same operations written out, under every norm policy") {
  const Norm norm = GENERATE(Norm::kBatch, Norm::kRunning, Norm::kBypass, Norm::kEachImage);
  const Network network = branched();
  const Tensor images = random_images(6);
  const Tensor logits = network.forward(images, norm);
  CHECK(logits.sizes() == torch::IntArrayRef({6, 5}));
  CHECK(largest_difference(logits, by_hand(network, images, norm)) < 1e-12);
}

TEST_CASE("norm policies differ") {
  const Network network = branched();
  const Tensor images = random_images(6);
  const Tensor batch = network.forward(images, Norm::kBatch), running = network.forward(images, Norm::kRunning),
               bypass = network.forward(images, Norm::kBypass);
  CHECK(largest_difference(batch, running) > 1e-3);
  CHECK(largest_difference(running, bypass) > 1e-3);
  // Only batch statistics make an image's logits depend on the other images.
  const Tensor one = images.narrow(0, 0, 1);
  CHECK(largest_difference(network.forward(one, Norm::kRunning), running.narrow(0, 0, 1)) < 1e-12);
  CHECK(largest_difference(network.forward(one, Norm::kBatch), batch.narrow(0, 0, 1)) > 1e-3);
}

TEST_CASE("channels-last float32 agrees with plain float64") {
  const Network exact = branched(), fast = branched(DType::kFloat32);
  const Tensor images = random_images(6);
  const Tensor logits =
      fast.forward(images.to(torch::kFloat32).contiguous(at::MemoryFormat::ChannelsLast), Norm::kBatch);
  CHECK(logits.scalar_type() == torch::kFloat32);
  CHECK(largest_difference(logits, exact.forward(images, Norm::kBatch)) < 1e-4);
}

TEST_CASE("equal ReLUs and pools of one feature map are executed once and counted for all") {
  const Network network = branched();
  std::map<std::string, int> uses;
  int last = -1;
  bool ascending = true;
  network.forward(random_images(2), Norm::kBatch, [&](const NodeResult& result) {
    ascending = ascending && result.node > last;
    last = result.node;
    CHECK(network.executed(result.node) == result.node);
    uses[network.graph().nodes()[static_cast<size_t>(result.node)].scope] = result.uses;
  });
  CHECK(ascending);
  CHECK(last == network.graph().output());
  CHECK(uses.at("a.relu") == 2);
  CHECK(uses.count("b.relu") == 0);
  CHECK(uses.at("left") == 2);
  CHECK(uses.count("right") == 0);
  CHECK(uses.at("c.relu") == 1);
  CHECK(uses.at("a.conv") == 1);
  int total = 0;
  for (const auto& [scope, count] : uses) total += count;
  CHECK(total == static_cast<int>(network.graph().nodes().size()));
}

TEST_CASE("convolutions with equal inputs stay two, and so do pools with other windows") {
  spaces::OpGraph graph;
  const int x = graph.input({4, 8, 8});
  const int a = graph.conv2d(x, 4, 1, 1, 0, "a"), b = graph.conv2d(x, 4, 1, 1, 0, "b");
  const int p = graph.avg_pool(x, 3, 1, 1, "p"), q = graph.avg_pool(x, 2, 2, 0, "q");
  graph.add({a, b, p}, "sum");
  graph.relu(q, "end");
  const Network network(graph, random_params(graph));
  for (const int node : {a, b, p, q}) CHECK(network.executed(node) == node);
}

TEST_CASE("the observer sees the value of every node and what a batch norm multiplied by") {
  const Network network = branched();
  std::map<std::string, Tensor> values, inverse;
  network.forward(random_images(6), Norm::kBatch, [&](const NodeResult& result) {
    const spaces::OpNode& node = network.graph().nodes()[static_cast<size_t>(result.node)];
    CHECK(result.value.size(1) == node.shape.channels);
    if (node.shape.height > 1) CHECK(result.value.size(2) == node.shape.height);
    CHECK(result.inverse_deviation.defined() == (node.kind == OpKind::kBatchNorm));
    values[node.scope] = result.value.detach().clone();
    if (node.kind == OpKind::kBatchNorm) inverse[node.scope] = result.inverse_deviation.detach();
  });
  const Tensor x = values.at("c.conv");
  const Tensor expected = (x.var({0, 2, 3}, /*unbiased=*/false) + 1e-5).rsqrt();
  CHECK(largest_difference(inverse.at("c.bn"), expected) < 1e-10);
}

TEST_CASE("gradients agree with central differences") {
  const Norm norm = GENERATE(Norm::kBatch, Norm::kEachImage);
  const Network network = branched();
  const Tensor images = random_images(4).set_requires_grad(true);
  const auto loss_of = [&](const std::vector<Tensor>& params, const Tensor& x) {
    const Tensor labels = torch::arange(4, torch::kInt64);
    return at::nll_loss(at::log_softmax(network.forward_with(params, x, norm), 1), labels);
  };
  std::vector<Tensor> variables = network.params();
  variables.push_back(images);
  const auto gradients = torch::autograd::grad({loss_of(network.params(), images)}, variables);
  constexpr double kStep = 1e-6;
  const at::NoGradGuard no_gradients;
  for (size_t v = 0; v < variables.size(); ++v) {
    const int64_t count = variables[v].numel();
    for (const int64_t element : {int64_t{0}, count / 2, count - 1}) {
      const auto loss_at = [&](double step) {
        std::vector<Tensor> moved = variables;
        moved[v] = variables[v].detach().clone();
        moved[v].view(-1)[element] += step;
        const Tensor x = moved.back();
        moved.pop_back();
        return loss_of(moved, x).item<double>();
      };
      const double slope = (loss_at(kStep) - loss_at(-kStep)) / (2.0 * kStep);
      INFO("variable " << v << " element " << element);
      CHECK(gradients[v].reshape(-1)[element].item<double>() == Approx(slope).epsilon(1e-6).margin(1e-8));
    }
  }
}

TEST_CASE("the second derivative of a batch norm is that of the same operations written out") {
  const Norm norm = GENERATE(Norm::kBatch, Norm::kEachImage);
  const Tensor x = random_images(4).detach().clone().set_requires_grad(true);
  const Tensor gain = torch::tensor({1.5, -0.5, 2.0}, torch::kFloat64), shift = torch::zeros({3}, torch::kFloat64);
  const auto second_derivative = [&](const Tensor& y) {
    const Tensor first =
        torch::autograd::grad({y.pow(3).sum()}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
    return torch::autograd::grad({first.pow(2).sum()}, {x})[0];
  };
  const Tensor expected = second_derivative(standardised(x, norm) * gain.reshape({1, -1, 1, 1}));
  CHECK(largest_difference(second_derivative(batch_norm(x, gain, shift, norm).first), expected) <
        1e-11 * expected.abs().max().item<double>());
}

TEST_CASE("a batch norm's gradient to its input follows from the normalised map") {
  const Norm norm = GENERATE(Norm::kBatch, Norm::kEachImage);
  const Tensor x = channels_last(random_images(4)).detach().set_requires_grad(true);
  const Tensor gain = torch::tensor({1.5, -0.5, 2.0}, torch::kFloat64), shift = torch::ones({3}, torch::kFloat64);
  const auto [y, inverse_deviation] = batch_norm(x, gain, shift, norm);
  const Tensor u = channels_last(y.detach().sin());
  const Tensor expected = torch::autograd::grad({y}, {x}, {u})[0];
  const Tensor factor = inverse_deviation.reshape({-1, 3}) * gain;
  const Tensor normalised = channels_last(standardised(x.detach(), norm));
  CHECK(largest_difference(batch_norm_gradient_to_input(u, normalised, channel_values(factor)), expected) < 1e-12);
}

TEST_CASE("other parameters take the place of the network's own") {
  const Network network = branched();
  const Tensor images = random_images(4);
  std::vector<Tensor> doubled = network.params();
  // The classifier is linear: twice its weight and bias, twice the logits.
  for (size_t i = doubled.size() - 2; i < doubled.size(); ++i) doubled[i] = 2.0 * doubled[i].detach();
  CHECK(largest_difference(network.forward_with(doubled, images, Norm::kBatch),
                           2.0 * network.forward(images, Norm::kBatch)) < 1e-12);
}

TEST_CASE("weights are those of convolutions and linear layers, gains are added by the longer list") {
  const Network network = branched();
  CHECK(network.weights().size() == 5);
  CHECK(network.weights_and_gains().size() == 9);
  CHECK(network.weights().front().is_same(tests::param(network, "stem.conv.weight")));
  CHECK(network.weights().back().is_same(tests::param(network, "classifier.weight")));
}

TEST_CASE("a zero cuts the signal and keeps the graph connected") {
  spaces::OpGraph graph;
  const int x = graph.conv2d(graph.input({3, 8, 8}), 4, 3, 1, 1, "stem");
  graph.linear(graph.global_avg_pool(graph.zero(x, "none"), "pool"), 5, "classifier");
  const Network network(graph, random_params(graph));
  const Tensor logits = network.forward(random_images(2), Norm::kBatch);
  CHECK(at::equal(logits[0], tests::param(network, "classifier.bias")));
  const auto gradient = torch::autograd::grad({logits.sum()}, {network.weights()[0]})[0];
  CHECK(gradient.eq(0.0).all().item<bool>());
}

TEST_CASE("a map of one pixel is added to every pixel of a larger one, whichever comes first") {
  const bool pixel_first = GENERATE(false, true);
  spaces::OpGraph graph;
  const int x = graph.input({3, 4, 4});
  const int pixel = graph.avg_pool(x, 4, 4, 0, "mean");
  graph.add(pixel_first ? std::vector<int>{pixel, x, x} : std::vector<int>{x, pixel, x}, "sum");
  const Network network(graph, {});
  const Tensor images = random_images(2, 3, 4);
  const Tensor expected = 2.0 * images + images.mean({2, 3}, /*keepdim=*/true);
  CHECK(largest_difference(network.forward(images, Norm::kBatch), expected) < 1e-12);
}

}  // namespace zeroth::nn
