// Proxies of single images' gradients, against autograd one image and one layer at a time, in float64.
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "proxies/sample_kernel.h"
#include "tests/nn/graphs.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using nn::Norm;
using spaces::OpKind;
using tests::TinyNetwork;
using torch::Tensor;

constexpr int64_t kImages = 5, kClasses = 5;

TinyNetwork branched() {
  const spaces::OpGraph graph = tests::branched_graph();
  return {graph, tests::drawn_params(graph), kImages, kClasses};
}

Tensor flat(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> parts;
  for (const Tensor& tensor : tensors) parts.push_back(tensor.detach().reshape({-1}));
  return at::cat(parts);
}

Tensor loss_of(const Tensor& logits, const Tensor& labels) { return at::nll_loss(at::log_softmax(logits, 1), labels); }

// The loss gradient of each image as a minibatch of its own, (N, weights).
Tensor gradients_one_by_one(const TinyNetwork& tiny) {
  std::vector<Tensor> rows;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor logits = tiny.network().forward(tiny.batch().images.narrow(0, n, 1), Norm::kBatch);
    const Tensor loss = loss_of(logits, tiny.batch().labels.narrow(0, n, 1));
    rows.push_back(flat(torch::autograd::grad({loss}, tiny.network().weights())));
  }
  return at::stack(rows);
}

Approx closely(double value) { return Approx(value).epsilon(1e-10).margin(1e-14); }

}  // namespace

TEST_CASE("images normalised each by itself have the logits, and gradients, that each has alone") {
  const TinyNetwork tiny = branched();
  const Tensor images = tiny.batch().images;
  const Tensor together = tiny.network().forward(images, Norm::kEachImage);
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor alone = tiny.network().forward(images.narrow(0, n, 1), Norm::kBatch);
    CHECK(tests::largest_difference(together.narrow(0, n, 1), alone) < 1e-13);
  }
  CHECK(tests::largest_difference(together, tiny.network().forward(images, Norm::kBatch)) > 1e-3);
  const Tensor summed = flat(torch::autograd::grad({loss_of(together, tiny.batch().labels)}, tiny.network().params()));
  std::vector<Tensor> rows;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor logits = tiny.network().forward(images.narrow(0, n, 1), Norm::kBatch);
    rows.push_back(
        flat(torch::autograd::grad({loss_of(logits, tiny.batch().labels.narrow(0, n, 1))}, tiny.network().params())));
  }
  CHECK(tests::largest_difference(summed, at::stack(rows).mean(0)) < 1e-13);
}

TEST_CASE("gradsign counts how far the signs of the images' gradients agree") {
  const TinyNetwork tiny = branched();
  const Tensor agreement = gradients_one_by_one(tiny).sign().sum(0).abs();
  CHECK(tiny.score("gradsign", {Pass::kImageSigns}) == agreement.sum().item<double>());
  CHECK(tiny.score("gradsign:mean", {Pass::kImageSigns}) == closely(agreement.mean().item<double>()));
}

TEST_CASE("sign agreement takes 0 for no sign, in either precision") {
  const Tensor rows = torch::tensor({1.0, -2.0, 0.0, 3.0, 5.0, 2.0, 0.0, -1e-30, -1.0, -4.0, 0.0, 0.0}).reshape({3, 4});
  CHECK(sign_agreement(rows.to(torch::kFloat64)) == 1.0 + 1.0 + 0.0 + 0.0);
  CHECK(sign_agreement(rows.to(torch::kFloat32)) == 1.0 + 1.0 + 0.0 + 0.0);
  CHECK(sign_agreement(torch::ones({7, 100}, torch::kFloat32).neg()) == 700.0);
}

TEST_CASE("grad_angle is the mean cosine of the images' gradients to their mean direction") {
  const TinyNetwork tiny = branched();
  const Tensor gradients = gradients_one_by_one(tiny);
  const Tensor directions = gradients / gradients.norm(2, {1}, /*keepdim=*/true);
  const Tensor mean = directions.mean(0);
  const Tensor cosines = at::mv(directions, mean) / mean.norm();
  CHECK(tiny.score("grad_angle", {Pass::kImageKernel}) == closely(cosines.mean().item<double>()));
}

TEST_CASE("grad_angle and gradsign share their forward and backward and do not change each other") {
  const TinyNetwork tiny = branched();
  const Probe both = tiny.probe({Pass::kImageSigns, Pass::kImageKernel});
  CHECK(both.count().forwards == 1);
  CHECK(both.count().backwards == 1);
  CHECK(both.sign_agreement() == tiny.probe({Pass::kImageSigns}).sign_agreement());
  CHECK(both.image_kernel() == tiny.probe({Pass::kImageKernel}).image_kernel());
}

TEST_CASE("kgm is the mean over all pairs of images of their gradients' inner product") {
  const TinyNetwork tiny = branched();
  // Each image's own cross-entropy, among the others whose statistics it shares.
  const Tensor logits = tiny.network().forward(tiny.batch().images, Norm::kBatch);
  std::vector<Tensor> rows;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor loss = loss_of(logits.narrow(0, n, 1), tiny.batch().labels.narrow(0, n, 1));
    rows.push_back(flat(torch::autograd::grad({loss}, tiny.network().weights(), {}, /*retain_graph=*/true)));
  }
  const Tensor kernel = at::mm(at::stack(rows), at::stack(rows).t());
  CHECK(tiny.score("kgm", {Pass::kLossGradient}) == closely(kernel.mean().item<double>()));
}

TEST_CASE("ntk_trace adds up, layer by layer, what each image gives to the gradient of the true logits") {
  const TinyNetwork tiny = branched();
  const nn::Network& network = tiny.network();
  // Input and output of each layer.
  std::map<int, Tensor> values;
  const Tensor logits = network.forward(tiny.batch().images, Norm::kBatch,
                                        [&](const nn::NodeResult& result) { values[result.node] = result.value; });
  const Tensor total = logits.gather(1, tiny.batch().labels.unsqueeze(1)).sum();
  double squares = 0.0;
  int layers = 0;
  for (size_t i = 0; i < network.graph().nodes().size(); ++i) {
    const spaces::OpNode& node = network.graph().nodes()[i];
    if (node.kind != OpKind::kConv2d && node.kind != OpKind::kLinear) continue;
    ++layers;
    const Tensor gradient =
        torch::autograd::grad({total}, {values.at(static_cast<int>(i))}, {}, /*retain_graph=*/true)[0];
    const Tensor input = values.at(network.executed(node.operands[0])).detach();
    for (int64_t n = 0; n < kImages; ++n) {
      const Tensor weight =
          network.params()[static_cast<size_t>(node.params[0])].detach().clone().set_requires_grad(true);
      const Tensor x = input.narrow(0, n, 1), u = gradient.narrow(0, n, 1);
      const bool linear = node.kind == OpKind::kLinear;
      const Tensor y =
          linear ? at::mm(x, weight.t()) : at::conv2d(x, weight, {}, node.window.stride, node.window.pad_height);
      squares += torch::autograd::grad({(y * u).sum()}, {weight})[0].pow(2).sum().item<double>();
      if (linear) squares += u.pow(2).sum().item<double>();
    }
  }
  REQUIRE(layers == 5);
  CHECK(tiny.score("ntk_trace", {Pass::kTrueLogitRows}) == closely(std::sqrt(squares / kImages)));
}

TEST_CASE("ntk_trace is the tangent kernel's trace where no batch norm couples the images") {
  spaces::OpGraph graph;
  int x = graph.conv2d(graph.input({3, 6, 6}), 4, 3, 1, 1, "a");
  x = graph.conv2d(graph.relu(x, "relu"), 6, 3, 2, 1, "b");
  graph.linear(graph.global_avg_pool(graph.relu(x, "last"), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  double squares = 0.0;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor logits = tiny.network().forward(tiny.batch().images.narrow(0, n, 1), Norm::kBatch);
    const Tensor logit = logits[0][tiny.batch().labels[n].item<int64_t>()];
    squares += flat(torch::autograd::grad({logit}, tiny.network().params())).pow(2).sum().item<double>();
  }
  CHECK(tiny.score("ntk_trace", {Pass::kTrueLogitRows}) == closely(std::sqrt(squares / kImages)));
}

TEST_CASE("the kernel with running statistics is the Gram matrix of one image at a time") {
  const TinyNetwork tiny = branched();
  std::vector<Tensor> rows;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor logits = tiny.network().forward(tiny.batch().images.narrow(0, n, 1), Norm::kRunning);
    rows.push_back(flat(torch::autograd::grad({logits.sum()}, tiny.network().weights_and_gains())));
  }
  const Tensor expected = at::mm(at::stack(rows), at::stack(rows).t());
  const Eigen::MatrixXd kernel = tiny.probe({Pass::kRunningKernel}).running_kernel();
  for (int64_t i = 0; i < kImages; ++i) {
    for (int64_t j = 0; j < kImages; ++j) CHECK(kernel(i, j) == closely(expected[i][j].item<double>()));
  }
}

TEST_CASE("jacobian_trace is half the squared gradients of each class's logits to the images") {
  const TinyNetwork tiny = branched();
  const Tensor images = tiny.batch().images.detach().clone().set_requires_grad(true);
  const Tensor totals = tiny.network().forward(images, Norm::kBatch).sum(0);
  double squares = 0.0;
  for (int64_t c = 0; c < kClasses; ++c) {
    squares += torch::autograd::grad({totals[c]}, {images}, {}, /*retain_graph=*/true)[0].pow(2).sum().item<double>();
  }
  CHECK(tiny.score("jacobian_trace", {Pass::kClassJacobian}) == closely(0.5 * squares / kImages));
  const double of_sum = torch::autograd::grad({totals.sum()}, {images})[0].pow(2).sum().item<double>();
  CHECK(tiny.score("jacobian_trace", {Pass::kInputJacobian}) == closely(0.5 * of_sum / kImages));
}

TEST_CASE("a pixel normalised by itself passes no gradient on") {
  spaces::OpGraph graph;
  const int x = graph.conv2d(graph.input({3, 4, 4}), 6, 4, 1, 0, "conv");
  graph.linear(graph.global_avg_pool(graph.relu(graph.batch_norm(x, "bn"), "relu"), "pool"), kClasses, "classifier");
  std::vector<Tensor> params = tests::drawn_params(graph);
  params[2] = torch::ones({6}, torch::kFloat64).set_requires_grad(true);  // shift: the ReLU lets it through
  const TinyNetwork tiny(graph, params, kImages, kClasses);
  // Features are ones whatever the image: only the classifier learns, with one direction for each label.
  const Tensor agreement = gradients_one_by_one(tiny).sign().sum(0).abs();
  CHECK(agreement.narrow(0, 0, 6 * 3 * 16).sum().item<double>() == 0.0);
  CHECK(tiny.score("gradsign", {Pass::kImageSigns}) == agreement.sum().item<double>());
}

TEST_CASE("a gradient reaches a map of one pixel that is added to larger ones, summed over the pixels") {
  spaces::OpGraph graph;
  const int image = graph.input({3, 4, 4});
  const int pixel = graph.conv2d(image, 6, 4, 1, 0, "pixel");
  const int map = graph.conv2d(image, 6, 3, 1, 1, "map");
  const int sum = graph.relu(graph.add({map, pixel}, "sum"), "relu");
  graph.linear(graph.global_avg_pool(sum, "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Eigen::MatrixXd expected = tiny.probe({Pass::kCoupledKernel}).kernel();
  CHECK((tiny.probe({Pass::kSampleKernel}).kernel() - expected).norm() < 1e-12 * expected.norm());
}

TEST_CASE("gradients of each image pass every operator of mobile and cell networks") {
  const spaces::OpGraph graph = tests::mixed_graph();
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Eigen::MatrixXd expected = tiny.probe({Pass::kCoupledKernel}).kernel();
  CHECK((tiny.probe({Pass::kSampleKernel}).kernel() - expected).norm() < 1e-12 * expected.norm());
}

TEST_CASE("gradients of each image pass a batch norm of vectors and a GELU") {
  const spaces::OpGraph graph = tests::vector_graph(kClasses);
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  std::vector<Tensor> rows;
  for (int64_t n = 0; n < kImages; ++n) {
    const Tensor logits = tiny.network().forward(tiny.batch().images.narrow(0, n, 1), Norm::kRunning);
    rows.push_back(flat(torch::autograd::grad({logits.sum()}, tiny.network().weights_and_gains())));
  }
  const Tensor expected = at::mm(at::stack(rows), at::stack(rows).t());
  const Eigen::MatrixXd kernel = tiny.probe({Pass::kRunningKernel}).running_kernel();
  for (int64_t i = 0; i < kImages; ++i) {
    for (int64_t j = 0; j < kImages; ++j) CHECK(kernel(i, j) == closely(expected[i][j].item<double>()));
  }
}

}  // namespace zeroth::proxies
