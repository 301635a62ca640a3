// zen, snr and t_cet against their definitions, spelled out on a small network.
#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using tests::TinyNetwork;
using torch::Tensor;

constexpr int64_t kImages = 3, kSide = 4, kClasses = 6;

Approx exactly(double value) { return Approx(value).epsilon(1e-10).margin(1e-13); }

// Convolution, batch norm, ReLU, pooling, linear layer.
spaces::OpGraph graph() {
  spaces::OpGraph net;
  int x = net.conv2d(net.input({3, kSide, kSide}), 5, 3, 1, 1, "conv");
  x = net.relu(net.batch_norm(x, "norm"), "relu");
  net.linear(net.global_avg_pool(x, "pool"), kClasses, "classifier");
  return net;
}

TinyNetwork tiny_network(int64_t images = kImages) { return {graph(), tests::drawn_params(graph()), images, kClasses}; }

struct Forward {
  Tensor features;
  double variance;  // unbiased, mean over channels
};

Forward forward(const Tensor& images, const Tensor& weight) {
  const Tensor maps = at::conv2d(images, weight, {}, 1, 1);
  const Tensor centred = maps - maps.mean({0, 2, 3}, true);
  const Tensor squares = centred.square().sum({0, 2, 3}, true);
  const int64_t count = maps.numel() / maps.size(1);
  const auto rows = static_cast<double>(count);
  return {(centred / (squares / rows + 1e-5).sqrt()).clamp_min(0), (squares / (rows - 1)).mean().item<double>()};
}

// ln det of the agreement of the rows' signs; 0 where it is singular.
double sign_determinant(const Tensor& outputs) {
  const Tensor on = outputs.flatten(1).gt(0);
  Eigen::MatrixXd kernel(on.size(0), on.size(0));
  for (int64_t i = 0; i < on.size(0); ++i) {
    for (int64_t j = 0; j < on.size(0); ++j) kernel(i, j) = on[i].eq(on[j]).sum().item<double>();
  }
  const Eigen::FullPivLU<Eigen::MatrixXd> lu(kernel);
  return lu.isInvertible() ? std::log(std::abs(lu.determinant())) : 0.0;
}

// Sum over deviation of one layer's flow.
double ratio(const Tensor& flow) { return (flow.sum() / flow.std()).item<double>(); }

// |w dR/d|w|| of both layers, R = sum_ok V_ok m_k with m_k the mean over pixels of the convolution of an image of ones.
std::pair<Tensor, Tensor> flows(const TinyNetwork& tiny) {
  const Tensor conv = tiny.network().params()[0].detach().abs(), linear = tiny.network().params()[3].detach().abs();
  const Tensor seen = torch::zeros({3, 3}, torch::kFloat64);  // share of the pixels at which a tap is on the image
  for (int64_t ky = 0; ky < 3; ++ky) {
    for (int64_t kx = 0; kx < 3; ++kx) seen[ky][kx] = (ky == 1 ? 4.0 : 3.0) * (kx == 1 ? 4.0 : 3.0) / (kSide * kSide);
  }
  const Tensor conv_flow = conv * seen * linear.sum(0).reshape({5, 1, 1, 1});
  const Tensor means = (conv * seen).sum({1, 2, 3});
  return {conv_flow, linear * means};
}

}  // namespace

TEST_CASE("zen adds the log change of the features and the log deviations that batch norm divides by") {
  const TinyNetwork tiny = tiny_network();
  const Tensor weight = tiny.network().params()[0].detach(), images = tiny.batch().images;
  const Forward first = forward(images, weight),
                second = forward(images + 0.01 * tiny.batch(nn::Draw::kSecond).images, weight);
  const double distance = (first.features - second.features).abs().sum().item<double>() / kImages;
  const double running = 0.9 * (0.9 + 0.1 * first.variance) + 0.1 * second.variance;
  CHECK(tiny.score("zen", {Pass::kPerturbation}) == exactly(std::log(distance) + 0.5 * std::log(running)));
  CHECK(tiny.score("zen:fixed", {Pass::kPerturbation}) ==
        exactly(std::log(distance) + 0.5 * std::log(second.variance)));
}

TEST_CASE("zen has no value where no change arrives or a batch norm sees one number, and says so") {
  spaces::OpGraph dead;
  const int x = dead.zero(dead.input({3, kSide, kSide}), "none");
  dead.linear(dead.global_avg_pool(dead.batch_norm(x, "norm"), "pool"), kClasses, "classifier");
  const TinyNetwork still(dead, tests::drawn_params(dead), kImages, kClasses);
  CHECK_THROWS_WITH(still.score("zen", {Pass::kPerturbation}), Catch::Contains("no signal"));

  spaces::OpGraph pixel;
  const int map = pixel.input({3, 1, 1});
  const int normed = pixel.batch_norm(pixel.conv2d(map, 2, 1, 1, 0, "conv"), "norm");
  pixel.linear(pixel.global_avg_pool(pixel.add({map, pixel.conv2d(normed, 3, 1, 1, 0, "back")}, "sum"), "pool"),
               kClasses, "classifier");
  const TinyNetwork single(pixel, tests::drawn_params(pixel), /*batch=*/1, kClasses);
  CHECK_THROWS_WITH(single.score("zen", {Pass::kPerturbation}), Catch::Contains("single value"));
}

TEST_CASE("zen:fixed leaves out a batch norm whose input is constant") {
  spaces::OpGraph net;
  const int x = net.input({3, kSide, kSide});
  const int dead = net.batch_norm(net.zero(x, "none"), "norm");
  net.linear(net.global_avg_pool(net.add({x, dead}, "sum"), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(net, tests::drawn_params(net), kImages, kClasses);
  const double change = 0.01 * tiny.batch(nn::Draw::kSecond).images.abs().sum().item<double>() / kImages;
  CHECK(tiny.score("zen:fixed", {Pass::kPerturbation}) == exactly(std::log(change)));
  CHECK(tiny.score("zen", {Pass::kPerturbation}) == exactly(std::log(change) + 0.5 * std::log(0.81)));
}

TEST_CASE("snr sums each layer's flow over its deviation") {
  const TinyNetwork tiny = tiny_network();
  const auto [conv, linear] = flows(tiny);
  CHECK(tiny.score("snr", {Pass::kAbsoluteWeights}) == exactly(ratio(conv) + ratio(linear)));
  CHECK(tiny.score("snr:log", {Pass::kAbsoluteWeights}) == exactly(std::log(ratio(conv)) + std::log(ratio(linear))));
}

TEST_CASE("snr of a layer whose weights have one flow is the flow itself") {
  spaces::OpGraph net;
  net.linear(net.global_avg_pool(net.input({3, kSide, kSide}), "pool"), kClasses, "classifier");
  const std::vector<Tensor> params = {torch::full({kClasses, 3}, -0.25, torch::kFloat64).set_requires_grad(true),
                                      torch::zeros({kClasses}, torch::kFloat64).set_requires_grad(true)};
  const TinyNetwork tiny(net, params, kImages, kClasses);
  CHECK(tiny.score("snr", {Pass::kAbsoluteWeights}) == exactly(0.25 * 3.0 * kClasses));
}

TEST_CASE("t_cet weighs each layer's ratio with the determinant of its output signs, singular ones with nothing") {
  const int64_t images = GENERATE(3, 12);  // of 12 images, the 6 logits cannot tell all apart
  const TinyNetwork tiny = tiny_network(images);
  const std::vector<Tensor>& params = tiny.network().params();
  const Tensor conv = at::conv2d(tiny.batch().images, params[0].detach(), {}, 1, 1);
  // Batch norm at initialisation: mean 0, variance 1.
  const Tensor pooled = (conv / std::sqrt(1.0 + 1e-5)).clamp_min(0).mean({2, 3});
  const Tensor logits = pooled.matmul(params[3].detach().t()) + params[4].detach();
  const double of_conv = sign_determinant(conv), of_logits = sign_determinant(logits);
  if (images == 12) REQUIRE(of_logits == 0.0);
  const auto [conv_flow, linear_flow] = flows(tiny);
  CHECK(tiny.score("t_cet", {Pass::kAbsoluteWeights, Pass::kLayerPatterns}) ==
        exactly(of_conv * ratio(conv_flow) + of_logits * ratio(linear_flow)));
  CHECK(tiny.score("t_cet:log", {Pass::kAbsoluteWeights, Pass::kLayerPatterns}) ==
        exactly(of_conv * std::log(ratio(conv_flow)) + of_logits * std::log(ratio(linear_flow))));
}

}  // namespace zeroth::proxies
