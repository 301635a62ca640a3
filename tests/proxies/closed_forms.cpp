// Proxies on networks so small that their scores can be written down.
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "proxies/pattern_kernel.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using tests::TinyNetwork;
using torch::Tensor;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int64_t kImages = 3, kColours = 3, kSide = 4, kClasses = 4;

Eigen::MatrixXd matrix(const Tensor& tensor) {
  const Tensor dense = tensor.detach().contiguous();
  return Eigen::Map<const RowMatrix>(dense.data_ptr<double>(), dense.size(0), dense.numel() / dense.size(0));
}

// Mean colour of an image, then a linear layer: logits W m + b.
spaces::OpGraph linear_graph() {
  spaces::OpGraph graph;
  graph.linear(graph.global_avg_pool(graph.input({kColours, kSide, kSide}), "pool"), kClasses, "classifier");
  return graph;
}

class LinearNetwork {
 public:
  LinearNetwork() : tiny(linear_graph(), tests::drawn_params(linear_graph()), kImages, kClasses) {}

  Eigen::MatrixXd weight() const { return matrix(tiny.network().params()[0]); }  // (classes, colours)
  Eigen::MatrixXd means(nn::Draw draw = nn::Draw::kFirst) const {                // (images, colours)
    return matrix(tiny.batch(draw).images.mean({2, 3}));
  }
  Eigen::MatrixXd logits(nn::Draw draw = nn::Draw::kFirst) const {
    const Eigen::MatrixXd bias = matrix(tiny.network().params()[1].reshape({1, -1}));
    return (means(draw) * weight().transpose()).rowwise() + bias.row(0);
  }
  // Of the mean cross-entropy to the logits: (softmax - one-hot) / images.
  Eigen::MatrixXd logit_gradient(nn::Draw draw = nn::Draw::kFirst) const {
    Eigen::MatrixXd gradient = logits(draw).array().exp();
    for (Eigen::Index n = 0; n < kImages; ++n) {
      gradient.row(n) /= gradient.row(n).sum();
      gradient(n, tiny.batch(draw).labels[n].item<int64_t>()) -= 1.0;
    }
    return gradient / static_cast<double>(kImages);
  }
  Eigen::MatrixXd weight_gradient(nn::Draw draw = nn::Draw::kFirst) const {
    return logit_gradient(draw).transpose() * means(draw);
  }

  TinyNetwork tiny;
};

Approx exactly(double value) { return Approx(value).epsilon(1e-10).margin(1e-13); }

}  // namespace

TEST_CASE("grad_norm, snip, plain and l2_norm of a linear layer") {
  const LinearNetwork net;
  const Eigen::MatrixXd w = net.weight(), g = net.weight_gradient();
  CHECK(net.tiny.score("grad_norm", {Pass::kLossGradient}) == exactly(g.norm()));
  CHECK(net.tiny.score("snip", {Pass::kLossGradient}) == exactly((w.array() * g.array()).abs().sum()));
  CHECK(net.tiny.score("plain", {Pass::kLossGradient}) == exactly((w.array() * g.array()).sum()));
  CHECK(net.tiny.score("l2_norm", {}) == exactly(w.norm()));
}

TEST_CASE("grad_norm:all counts the gradient to the bias, in one norm") {
  const LinearNetwork net;
  const double to_bias = net.logit_gradient().colwise().sum().squaredNorm();
  const double expected = std::sqrt(net.weight_gradient().squaredNorm() + to_bias);
  CHECK(net.tiny.score("grad_norm:all", {Pass::kFullGradient}) == exactly(expected));
  // The other gradient proxies read the same backward.
  CHECK(net.tiny.score("grad_norm", {Pass::kFullGradient}) == exactly(net.weight_gradient().norm()));
}

TEST_CASE("fisher of a linear layer counts each channel once for every input") {
  const LinearNetwork net;
  const Eigen::ArrayXXd product = net.logits().array() * net.logit_gradient().array();
  const double expected = static_cast<double>(kColours) * 0.5 * product.square().colwise().mean().sum();
  CHECK(net.tiny.score("fisher", {Pass::kChannelSaliency}) == exactly(expected));
}

TEST_CASE("zico of a linear layer is the log of mean over deviation, summed") {
  const LinearNetwork net;
  const Eigen::ArrayXXd a = net.weight_gradient(nn::Draw::kFirst), b = net.weight_gradient(nn::Draw::kSecond);
  const double expected = std::log((((a.abs() + b.abs()) / 2.0) / ((a - b).abs() / 2.0)).sum());
  CHECK(net.tiny.score("zico", {Pass::kLossGradient, Pass::kSecondGradient}) == exactly(expected));
}

TEST_CASE("grasp of a linear layer follows from its Hessian") {
  const LinearNetwork net;
  // With p the softmax of an image: d(logit gradient) = (diag(p) - p p^T) d(logits) / images, d(logits) = G m.
  const Eigen::MatrixXd m = net.means(), g = net.weight_gradient();
  Eigen::MatrixXd p = net.logits().array().exp();
  for (Eigen::Index n = 0; n < kImages; ++n) p.row(n) /= p.row(n).sum();
  const Eigen::MatrixXd step = m * g.transpose();
  Eigen::MatrixXd change(kImages, kClasses);
  for (Eigen::Index n = 0; n < kImages; ++n) {
    const Eigen::RowVectorXd pn = p.row(n), sn = step.row(n);
    change.row(n) = (pn.array() * sn.array() - pn.array() * pn.dot(sn)) / static_cast<double>(kImages);
  }
  const Eigen::MatrixXd hessian_gradient = change.transpose() * m;
  const double expected = -(net.weight().array() * hessian_gradient.array()).sum();
  CHECK(net.tiny.score("grasp", {Pass::kHessianForm}) == exactly(expected));
}

TEST_CASE("ntk_cond of a linear layer is that of the mean colours' Gram matrix, by either kernel") {
  const LinearNetwork net;
  // The gradient of an image's logit sum is its mean colour, once for each class.
  const Eigen::MatrixXd kernel = static_cast<double>(kClasses) * net.means() * net.means().transpose();
  const Eigen::VectorXd values = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(kernel).eigenvalues();
  const double expected = -std::log(values.maxCoeff() / values.minCoeff());
  CHECK(net.tiny.score("ntk_cond", {Pass::kCoupledKernel}) == Approx(expected).epsilon(1e-8));
  CHECK(net.tiny.score("ntk_cond", {Pass::kSampleKernel}) == Approx(expected).epsilon(1e-8));
}

TEST_CASE("jacob_cov of a linear network: all images have one gradient, so one eigenvalue is all there is") {
  const LinearNetwork net;
  constexpr double kShift = 1e-5, kCount = static_cast<double>(kImages);
  const double expected =
      -(std::log(kCount + kShift) + 1.0 / (kCount + kShift)) - (kCount - 1.0) * (std::log(kShift) + 1.0 / kShift);
  CHECK(net.tiny.score("jacob_cov", {Pass::kInputJacobian}) == exactly(expected));
}

TEST_CASE("synflow and logsynflow of a linear network") {
  // Without biases, R = sum |W| for an image of ones, and dR/d|w| = 1 for each weight.
  spaces::OpGraph graph = linear_graph();
  std::vector<Tensor> params = tests::drawn_params(graph);
  params[1] = torch::zeros({kClasses}, torch::kFloat64).set_requires_grad(true);
  const TinyNetwork tiny(graph, params, kImages, kClasses);
  const double sum = matrix(params[0]).cwiseAbs().sum();
  CHECK(tiny.score("synflow", {Pass::kAbsoluteWeights}) == exactly(std::log(sum)));
  CHECK(tiny.score("logsynflow", {Pass::kAbsoluteWeights}) == exactly(sum * std::log(2.0)));
}

TEST_CASE("synflow counts every layer: two in a row have twice the flow") {
  spaces::OpGraph graph;
  int x = graph.conv2d(graph.input({kColours, kSide, kSide}), 2, 1, 1, 0, "conv");
  x = graph.relu(graph.batch_norm(x, "bn"), "relu");
  graph.linear(graph.global_avg_pool(x, "pool"), kClasses, "classifier");
  std::vector<Tensor> params = tests::drawn_params(graph);
  params.back() = torch::zeros({kClasses}, torch::kFloat64).set_requires_grad(true);
  const TinyNetwork tiny(graph, params, kImages, kClasses);
  const Eigen::MatrixXd conv = matrix(params[0]).cwiseAbs(), linear = matrix(params[3]).cwiseAbs();
  const double flow = (linear * conv).sum();  // R
  CHECK(tiny.score("synflow", {Pass::kAbsoluteWeights}) == exactly(std::log(2.0 * flow)));
}

TEST_CASE("nwot, nwot_bw and linear_regions_full of two ReLUs") {
  // One ReLU on the image itself, in front of a convolution; one on the convolution's result, in front of the pool.
  spaces::OpGraph graph;
  const int x = graph.input({kColours, kSide, kSide});
  const int conv = graph.conv2d(graph.relu(x, "first"), 2, 3, 1, 1, "conv");
  graph.linear(graph.global_avg_pool(graph.relu(conv, "last"), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Tensor images = tiny.batch().images;
  const Tensor maps = at::conv2d(images.clamp_min(0), tiny.network().params()[0], {}, 1, 1);
  const auto agreeing = [](const Tensor& map, int64_t i, int64_t j) {
    return map[i].gt(0).eq(map[j].gt(0)).sum().item<double>();
  };
  Eigen::MatrixXd once(kImages, kImages), twice(kImages, kImages);
  for (int64_t i = 0; i < kImages; ++i) {
    for (int64_t j = 0; j < kImages; ++j) {
      once(i, j) = agreeing(images, i, j) + agreeing(maps, i, j);
      twice(i, j) = once(i, j) + agreeing(images, i, j);
    }
  }
  CHECK(tiny.score("nwot", {Pass::kPatterns}) == exactly(std::log(std::abs(once.determinant()))));
  CHECK(tiny.score("nwot_bw", {Pass::kPatterns}) == exactly(std::log(std::abs(twice.determinant()))));
  CHECK(tiny.score("linear_regions_full", {Pass::kPatterns}) == static_cast<double>(kImages));
}

TEST_CASE("a network without ReLUs has one region, and no nwot") {
  const LinearNetwork net;
  CHECK_THROWS_AS(net.tiny.score("nwot", {Pass::kPatterns}), Degenerate);
}

TEST_CASE("a kernel with two equal images is refused as singular, with the reason") {
  Eigen::MatrixXd kernel(3, 3);
  kernel << 9, 4, 9, 4, 9, 4, 9, 4, 9;
  CHECK_THROWS_WITH(log_determinant(kernel), "two images have the same activation pattern");
  kernel(0, 2) = kernel(2, 0) = 5;
  CHECK(log_determinant(kernel) == exactly(std::log(std::abs(kernel.determinant()))));
}

TEST_CASE("a dead network fails the proxies that read its signal, each with a reason") {
  spaces::OpGraph graph;
  const int x = graph.conv2d(graph.input({kColours, kSide, kSide}), 2, 3, 1, 1, "conv");
  graph.linear(graph.global_avg_pool(graph.zero(x, "none"), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  CHECK_THROWS_WITH(tiny.score("jacob_cov", {Pass::kInputJacobian}), Catch::Contains("do not depend on an image"));
  CHECK_THROWS_WITH(tiny.score("grad_norm", {Pass::kLossGradient}), Catch::Contains("no signal"));
  CHECK_THROWS_WITH(tiny.score("ntk_cond", {Pass::kSampleKernel}), Catch::Contains("zero"));
  CHECK_THROWS_WITH(tiny.score("ntk_cond", {Pass::kCoupledKernel}), Catch::Contains("zero"));
  CHECK_THROWS_WITH(tiny.score("synflow", {Pass::kAbsoluteWeights}), Catch::Contains("no signal"));
}

}  // namespace zeroth::proxies
