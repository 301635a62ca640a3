// What the passes compute, against brute force in float64: one backward an image, finite differences, sums written out.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <vector>

#include "proxies/coupled_kernel.h"
#include "proxies/sample_kernel.h"
#include "tests/nn/graphs.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using spaces::OpKind;
using tests::branched_graph;
using tests::TinyNetwork;
using torch::Tensor;

constexpr int64_t kImages = 5, kClasses = 5;

// Norms' gains and shifts away from 1 and 0.
std::vector<Tensor> params_of(const spaces::OpGraph& graph) {
  std::vector<Tensor> params = tests::drawn_params(graph);
  for (size_t i = 0; i < params.size(); ++i) {
    const spaces::ParamRole role = graph.params()[i].role;
    if (role != spaces::ParamRole::kNormWeight && role != spaces::ParamRole::kNormBias) continue;
    const Tensor ramp = torch::arange(params[i].numel(), torch::kFloat64);
    params[i] = (params[i].detach() + 0.05 * (ramp + 1.0)).set_requires_grad(true);
  }
  return params;
}

TinyNetwork branched() { return {branched_graph(), params_of(branched_graph()), kImages, kClasses}; }

// Mean and 1 / deviation of each batch norm, by node.
using Statistics = std::map<size_t, std::pair<Tensor, Tensor>>;

// The network's logits node by node, nothing shared. A batch norm that `statistics` knows uses those as constants;
// another one takes the batch's and leaves them there.
Tensor plain_logits(const nn::Network& network, const Tensor& images, Statistics& statistics) {
  std::vector<Tensor> values;
  const auto param = [&](const spaces::OpNode& node, size_t k) {
    return network.params()[static_cast<size_t>(node.params[k])];
  };
  for (const spaces::OpNode& node : network.graph().nodes()) {
    const auto x = [&](size_t k = 0) { return values[static_cast<size_t>(node.operands[k])]; };
    const auto by_channel = [](const Tensor& t) { return t.reshape({1, -1, 1, 1}); };
    switch (node.kind) {
      case OpKind::kInput:
        values.push_back(images);
        break;
      case OpKind::kConv2d:
        values.push_back(at::conv2d(x(), param(node, 0), {}, node.window.stride, node.window.pad_height));
        break;
      case OpKind::kBatchNorm: {
        auto found = statistics.find(values.size());
        if (found == statistics.end()) {
          const Tensor map = x().detach();
          const Tensor deviation = (map.var({0, 2, 3}, /*unbiased=*/false) + 1e-5).sqrt();
          found = statistics.emplace(values.size(), std::pair(map.mean({0, 2, 3}), deviation.reciprocal())).first;
        }
        const auto& [mean, inverse] = found->second;
        values.push_back((x() - by_channel(mean)) * by_channel(inverse) * by_channel(param(node, 0)) +
                         by_channel(param(node, 1)));
        break;
      }
      case OpKind::kRelu:
        values.push_back(x().clamp_min(0));
        break;
      case OpKind::kAvgPool:
        values.push_back(
            at::avg_pool2d(x(), node.window.height, node.window.stride, node.window.pad_height, false, false));
        break;
      case OpKind::kGlobalAvgPool:
        values.push_back(x().mean({2, 3}));
        break;
      case OpKind::kLinear:
        values.push_back(at::matmul(x(), param(node, 0).t()) + param(node, 1));
        break;
      case OpKind::kZero:
        values.push_back(x() * 0.0);
        break;
      case OpKind::kAdd: {
        Tensor sum = x(0);
        for (size_t k = 1; k < node.operands.size(); ++k) sum = sum + x(k);
        values.push_back(sum);
        break;
      }
      default:
        FAIL("an operator of transformers: " << node.scope);
    }
  }
  return values.back();
}

Tensor flat(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> parts;
  for (const Tensor& tensor : tensors) parts.push_back(tensor.detach().reshape({-1}));
  return at::cat(parts);
}

Eigen::MatrixXd gram(const std::vector<Tensor>& rows) {
  Eigen::MatrixXd kernel(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = 0; j < rows.size(); ++j) {
      kernel(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = at::dot(rows[i], rows[j]).item<double>();
    }
  }
  return kernel;
}

double relative_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return (a - b).cwiseAbs().maxCoeff() / b.cwiseAbs().maxCoeff();
}

Tensor loss_of(const nn::Network& network, const std::vector<Tensor>& params, const nn::Minibatch& batch) {
  return at::nll_loss(at::log_softmax(network.forward_with(params, batch.images, nn::Norm::kBatch), 1), batch.labels);
}

}  // namespace

TEST_CASE("the coupled kernel is the Gram matrix of one gradient an image") {
  const TinyNetwork tiny = branched();
  const nn::Network& network = tiny.network();
  const Tensor images = tiny.batch().images;
  std::vector<Tensor> rows;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor logits = network.forward(images, nn::Norm::kBatch);
    rows.push_back(flat(torch::autograd::grad({logits[n].sum()}, network.weights_and_gains())));
  }
  const Eigen::MatrixXd expected = gram(rows);
  const Tensor logits = network.forward(images, nn::Norm::kBatch);
  CHECK(relative_difference(coupled_kernel(logits, network.weights_and_gains()), expected) < 1e-12);
  CHECK(relative_difference(tiny.probe({Pass::kCoupledKernel}).kernel(), expected) < 1e-12);
}

TEST_CASE("the coupled kernel counts a parameter without gradient as zero") {
  const Tensor used = torch::ones({2}, torch::kFloat64).set_requires_grad(true);
  const Tensor unused = torch::ones({3}, torch::kFloat64).set_requires_grad(true);
  const Tensor images = torch::tensor({1.0, 2.0, 3.0, 4.0}, torch::kFloat64).reshape({2, 2});
  const Eigen::MatrixXd kernel = coupled_kernel(images * used, {unused, used});
  Eigen::MatrixXd expected(2, 2);
  expected << 5.0, 11.0, 11.0, 25.0;
  CHECK(kernel == expected);
}

TEST_CASE("the per-sample kernel is the Gram matrix of each image's own gradient with the batch's statistics frozen") {
  const TinyNetwork tiny = branched();
  const nn::Network& network = tiny.network();
  const Tensor images = tiny.batch().images;
  Statistics statistics;
  const Tensor together = plain_logits(network, images, statistics);
  REQUIRE(statistics.size() == 4);
  REQUIRE(tests::largest_difference(together, network.forward(images, nn::Norm::kBatch)) < 1e-12);
  std::vector<Tensor> rows;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor logits = plain_logits(network, images.narrow(0, n, 1), statistics);
    rows.push_back(flat(torch::autograd::grad({logits.sum()}, network.weights_and_gains())));
  }
  CHECK(relative_difference(tiny.probe({Pass::kSampleKernel}).kernel(), gram(rows)) < 1e-11);
}

TEST_CASE("the two tangent kernels are the same where no batch norm couples the images") {
  spaces::OpGraph graph;
  int x = graph.conv2d(graph.input({3, 6, 6}), 4, 3, 1, 1, "a");
  x = graph.conv2d(graph.relu(x, "relu"), 6, 3, 2, 1, "b");
  graph.linear(graph.global_avg_pool(graph.relu(x, "last"), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Eigen::MatrixXd coupled = tiny.probe({Pass::kCoupledKernel}).kernel();
  CHECK(relative_difference(tiny.probe({Pass::kSampleKernel}).kernel(), coupled) < 1e-12);
}

TEST_CASE("the Hessian times the gradient agrees with central differences of the gradient") {
  const TinyNetwork tiny = branched();
  const nn::Network& network = tiny.network();
  const std::vector<Tensor> gradient = tiny.probe({Pass::kLossGradient}).loss_gradient();
  constexpr double kStep = 1e-5;
  const auto gradient_at = [&](double step) {
    std::vector<Tensor> params = network.params(), weights;
    size_t weight = 0;
    for (size_t i = 0; i < params.size(); ++i) {
      const spaces::ParamRole role = network.graph().params()[i].role;
      if (role != spaces::ParamRole::kConvWeight && role != spaces::ParamRole::kLinearWeight) continue;
      params[i] = (params[i].detach() + step * gradient[weight++]).set_requires_grad(true);
      weights.push_back(params[i]);
    }
    return flat(torch::autograd::grad({loss_of(network, params, tiny.batch())}, weights));
  };
  const Tensor expected = (gradient_at(kStep) - gradient_at(-kStep)) / (2.0 * kStep);
  const Probe probe = tiny.probe({Pass::kHessianGradient});
  CHECK(probe.count().forwards == 1);
  CHECK(probe.count().backwards == 2);  // the gradient, and what it is differentiated to
  const Tensor product = flat(probe.hessian_gradient());
  CHECK(tests::largest_difference(product, expected) < 1e-6 * expected.abs().max().item<double>());
  const double form = flat(network.weights()).dot(product).item<double>();
  CHECK(tiny.probe({Pass::kHessianForm}).hessian_form() == Approx(form).epsilon(1e-11));
}

TEST_CASE("loss gradients, on either minibatch and beside any other pass, are autograd's") {
  const TinyNetwork tiny = branched();
  const nn::Network& network = tiny.network();
  const auto expected = [&](nn::Draw draw) {
    return flat(torch::autograd::grad({loss_of(network, network.params(), tiny.batch(draw))}, network.weights()));
  };
  const Probe probe = tiny.probe({Pass::kLossGradient, Pass::kSecondGradient, Pass::kChannelSaliency, Pass::kPatterns,
                                  Pass::kInputJacobian, Pass::kHessianGradient, Pass::kCoupledKernel});
  CHECK(tests::largest_difference(flat(probe.loss_gradient()), expected(nn::Draw::kFirst)) < 1e-13);
  CHECK(tests::largest_difference(flat(probe.second_gradient()), expected(nn::Draw::kSecond)) < 1e-13);
}

TEST_CASE("the input Jacobian holds each image's gradient of the sum of all logits") {
  const TinyNetwork tiny = branched();
  const Tensor images = tiny.batch().images.detach().clone().set_requires_grad(true);
  const Tensor total = tiny.network().forward(images, nn::Norm::kBatch).sum();
  const Tensor expected = torch::autograd::grad({total}, {images})[0].reshape({kImages, -1});
  const Eigen::MatrixXd jacobian = tiny.probe({Pass::kInputJacobian}).input_jacobian();
  REQUIRE(jacobian.rows() == kImages);
  REQUIRE(jacobian.cols() == expected.size(1));
  for (int64_t n = 0; n < kImages; ++n) {
    for (int64_t i = 0; i < expected.size(1); i += 17) {
      CHECK(jacobian(n, i) == Approx(expected[n][i].item<double>()).epsilon(1e-10).margin(1e-14));
    }
  }
}

TEST_CASE("channel saliency is half the mean square of activation times gradient, layer by layer in module order") {
  const TinyNetwork tiny = branched();
  const nn::Network& network = tiny.network();
  // Node by node, so that each layer's output is at hand for autograd.
  std::vector<Tensor> outputs;
  const Tensor logits = network.forward(tiny.batch().images, nn::Norm::kBatch, [&](const nn::NodeResult& result) {
    const OpKind kind = network.graph().nodes()[static_cast<size_t>(result.node)].kind;
    if (kind == OpKind::kConv2d || kind == OpKind::kLinear) outputs.push_back(result.value);
  });
  const Tensor loss = at::nll_loss(at::log_softmax(logits, 1), tiny.batch().labels);
  const auto gradients = torch::autograd::grad({loss}, outputs);
  const std::vector<std::vector<double>> saliency = tiny.probe({Pass::kChannelSaliency}).channel_saliency();
  REQUIRE(saliency.size() == network.weights().size());
  for (size_t layer = 0; layer < saliency.size(); ++layer) {
    const Tensor product = (outputs[layer] * gradients[layer]).reshape({kImages, outputs[layer].size(1), -1});
    const Tensor expected = 0.5 * product.sum(2).pow(2).mean(0);
    REQUIRE(static_cast<int64_t>(saliency[layer].size()) == network.weights()[layer].size(0));
    for (size_t channel = 0; channel < saliency[layer].size(); ++channel) {
      CHECK(saliency[layer][channel] ==
            Approx(expected[static_cast<int64_t>(channel)].item<double>()).epsilon(1e-9).margin(1e-16));
    }
  }
}

TEST_CASE("the pass through absolute weights is that of an all-ones image, without norms") {
  const TinyNetwork tiny = branched();
  const nn::Network& network = tiny.network();
  std::vector<Tensor> params;
  for (const Tensor& param : network.params()) params.push_back(param.detach().abs().set_requires_grad(true));
  const Tensor ones = torch::ones({1, 3, 8, 8}, torch::kFloat64);
  const Tensor total = network.forward_with(params, ones, nn::Norm::kBypass).sum();
  std::vector<Tensor> weights;
  for (size_t i = 0; i < params.size(); ++i) {
    if (spaces::is_weight(network.graph().params()[i].role)) weights.push_back(params[i]);
  }
  const Probe probe = tiny.probe({Pass::kAbsoluteWeights});
  CHECK(at::equal(flat(probe.absolute_weights()), flat(weights)));
  CHECK(tests::largest_difference(flat(probe.absolute_gradient()), flat(torch::autograd::grad({total}, weights))) <
        1e-12);
}

TEST_CASE("a pass leaves the network's weights and the minibatch as they were") {
  const TinyNetwork tiny = branched();
  const Tensor weights = flat(tiny.network().params()).clone(), images = tiny.batch().images.clone();
  tiny.probe({Pass::kLossGradient, Pass::kChannelSaliency, Pass::kHessianGradient, Pass::kInputJacobian,
              Pass::kSampleKernel, Pass::kSecondGradient, Pass::kAbsoluteWeights, Pass::kPatterns});
  CHECK(at::equal(flat(tiny.network().params()), weights));
  CHECK(at::equal(tiny.batch().images, images));
  CHECK_FALSE(tiny.batch().images.requires_grad());
}

}  // namespace zeroth::proxies
