// The reference rule against test vectors that were computed elsewhere: whoever rebuilds it in another framework meets
// the same numbers.
#include "nn/reference.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/random.h"
#include "nn/minibatch.h"
#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

using Values = std::vector<double>;

constexpr const char* kBest =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|";

// The best CIFAR-10 architecture with one cell a stage, filled by the rule.
Network best_network(int64_t channels, Init init = Init::kReference) {
  const spaces::SearchSpace& space = spaces::find_space("nasbench201");
  spaces::NetShape shape = space.full_shape();
  shape.channels = channels;
  shape.cells = 1;
  const spaces::OpGraph graph = space.lower(space.cells(space.parse(kBest)), shape);
  return {graph, initial_params(graph, init, DType::kFloat64, /*seed=*/0, /*repeat=*/0, /*identity=*/0)};
}

Minibatch reference_batch(Draw draw, int64_t batch = 8) {
  Setting setting;
  setting.dtype = DType::kFloat64;
  setting.batch = batch;
  return InputSource("reference", /*seed=*/0).draw(setting, draw, /*repeat=*/0);
}

void check_first(const torch::Tensor& tensor, const Values& expected) {
  const torch::Tensor flat = tensor.detach().contiguous();
  for (size_t i = 0; i < expected.size(); ++i) {
    CHECK(flat.data_ptr<double>()[i] == Approx(expected[i]).epsilon(0).margin(5.1e-11));
  }
}

void check_tensor(const torch::Tensor& tensor, const Values& first, double sum) {
  check_first(tensor, first);
  CHECK(tensor.sum().item<double>() == Approx(sum).epsilon(0).margin(1e-9));
}

}  // namespace

TEST_CASE("the hash gives the rule's words and uniform numbers") {
  CHECK(core::splitmix64(0) == 0xe220a8397b1dcdafULL);
  CHECK(core::splitmix64(1) == 0x910a2dec89025cc1ULL);
  CHECK(core::splitmix64(2) == 0x975835de1c9756ceULL);
  CHECK(core::splitmix64((1ULL << 32) + 0) == 0xc42c5a1aa3820138ULL);
  CHECK(core::splitmix64((1ULL << 32) + 1) == 0x204391a6fd59956fULL);
  CHECK(core::splitmix64((22ULL << 32) + 0) == 0x7ff2b885a2cf5415ULL);
  const Values tensor_0 = {0.883310808213643, 0.566561575172281, 0.591189734198079};
  const Values tensor_1 = {0.766301757339086, 0.126031020420987, 0.700931241870707};
  for (uint64_t i = 0; i < 3; ++i) {
    CHECK(reference_uniform(0, i) == Approx(tensor_0[i]).epsilon(0).margin(6e-16));
    CHECK(reference_uniform(1, i) == Approx(tensor_1[i]).epsilon(0).margin(6e-16));
  }
}

TEST_CASE("the reference network has the rule's weights, norms and biases") {
  const Network wide = best_network(16);
  REQUIRE(wide.weights().size() == 23);
  const auto weight = [&wide](const std::string& layer) { return tests::param(wide, layer + ".weight"); };
  check_tensor(weight("stem.0"), {0.3613888957, 0.0627548549, 0.0859745059, -0.3644425125, -0.0646240748},
               7.241098085901);
  check_tensor(weight("cells.0.layers.0.op.1"),
               {0.1087172372, -0.1526721966, 0.0820298360, 0.0542465063, -0.0464361305}, -9.004829639869);
  check_tensor(weight("cells.0.layers.5.op.1"),
               {0.0864257429, -0.0238758064, -0.1626388293, 0.1851753536, -0.1876078372}, 6.223500206982);
  check_tensor(weight("cells.1.downsample.1"), {0.6060015642, 0.1470775435, 0.0135335783, -0.1380066412, 0.3289402338},
               -7.698679446528);
  check_tensor(weight("classifier"), {-0.0001240818, -0.2390371950, -0.2494840040, -0.0667815843, -0.0919014700},
               -5.002432792865);
  for (size_t i = 0; i < wide.params().size(); ++i) {
    const spaces::ParamRole role = wide.graph().params()[i].role;
    if (role == spaces::ParamRole::kNormWeight) CHECK(wide.params()[i].eq(1.0).all().item<bool>());
    if (role == spaces::ParamRole::kNormBias || role == spaces::ParamRole::kLinearBias) {
      CHECK(wide.params()[i].eq(0.0).all().item<bool>());
    }
  }

  const Network narrow = best_network(8);
  check_tensor(tests::param(narrow, "cells.0.layers.0.op.1.weight"),
               {0.1537493913, -0.2159110910, 0.1160077066, 0.0767161449, -0.0656706055}, -6.655131775033);
  check_tensor(tests::param(narrow, "classifier.weight"),
               {-0.0001754781, -0.3380496430, -0.3528236620, -0.0944434222, -0.1299683052}, -3.005924656849);
}

TEST_CASE("the reference network's normal weights are the rule's") {
  const Network network = best_network(16, Init::kReferenceNormal);
  check_first(network.weights()[0], {0.0547313542, -0.5159226178, -0.4948853154, -1.9192819522, -0.4878460608});
  CHECK(network.weights()[22].std().item<double>() == Approx(1.0).margin(0.1));
}

TEST_CASE("the reference signs are the rule's, and those of another repeat are others") {
  const std::vector<std::pair<int, std::vector<int>>> coins = {
      {1, {1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0}},
      {5, {1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0}}};
  const InputSource source("reference", 0);
  for (const auto& [map, expected] : coins) {
    const torch::Tensor signs = source.signs({2, 5, 3, 3}, torch::kFloat64, map, /*repeat=*/0);
    for (int i = 0; i < 20; ++i) CHECK(signs.flatten()[i].item<double>() == 2 * expected[static_cast<size_t>(i)] - 1);
    CHECK_FALSE(at::equal(signs, source.signs({2, 5, 3, 3}, torch::kFloat64, map, /*repeat=*/1)));
  }
}

TEST_CASE("the reference minibatches have the rule's images and labels") {
  const Minibatch first = reference_batch(Draw::kFirst), second = reference_batch(Draw::kSecond);
  CHECK(first.images.sizes() == torch::IntArrayRef({8, 3, 32, 32}));
  check_first(first.images, {-0.6467369557, 1.5901572700, -0.3187794759, -0.2490210489, -2.2973507475});
  check_first(second.images, {-0.4716945223, -0.0651052000, 0.6295562164, -0.4696384959, 0.8636862519});
  CHECK(first.images.sum().item<double>() == Approx(79.8188475808).epsilon(0).margin(1e-9));
  CHECK(second.images.sum().item<double>() == Approx(231.1237662058).epsilon(0).margin(1e-9));
  CHECK(first.images[1][0][0][0].item<double>() == Approx(0.8905244131).epsilon(0).margin(5.1e-11));
  CHECK(second.images[1][0][0][0].item<double>() == Approx(2.1079759036).epsilon(0).margin(5.1e-11));

  const torch::Tensor labels = reference_batch(Draw::kFirst, 12).labels;
  for (int64_t n = 0; n < 12; ++n) CHECK(labels[n].item<int64_t>() == n % 10);
}

TEST_CASE("the thin network's reference images are those of stream 11") {
  Setting setting;
  setting.dtype = DType::kFloat64;
  setting.batch = 1000;
  setting.shape.thin = true;
  setting.shape.channels = setting.shape.input_channels = 1;
  setting.shape.resolution = 3;
  const Minibatch batch = InputSource("reference", 0).draw(setting, Draw::kThin1, 0);
  CHECK(batch.images.sizes() == torch::IntArrayRef({1000, 1, 3, 3}));
  check_first(batch.images, {0.3488651067, -1.5689820496, -1.3641267441, 0.5044427675, 0.7577667672});
}

TEST_CASE("the reference network's logits and loss are the rule's") {
  struct Expected {
    int64_t channels;
    Values logits;
    double loss;
  };
  const auto expected = GENERATE(values<Expected>(
      {{16, {0.6310840003, -0.0278646188, 0.1524004498, -0.9008506875, -0.8994710911}, 2.625300277713},
       {8, {0.6440720541, 0.3464049443, 0.1138919233, -0.3078713458, -0.0226123431}, 2.278705121245}}));
  const Minibatch batch = reference_batch(Draw::kFirst);
  const torch::Tensor logits = best_network(expected.channels).forward(batch.images, Norm::kBatch);
  check_first(logits[0], expected.logits);
  const double loss = at::nll_loss(at::log_softmax(logits, 1), batch.labels).item<double>();
  CHECK(loss == Approx(expected.loss).epsilon(0).margin(1e-12));
}

TEST_CASE("in float32 the reference rule rounds each element once") {
  std::vector<float> weights(100), images(100);
  Values exact_weights(100), exact_images(100);
  fill_reference_weights(weights.data(), 100, 3, 27);
  fill_reference_weights(exact_weights.data(), 100, 3, 27);
  fill_reference_images(images.data(), 100, 1);
  fill_reference_images(exact_images.data(), 100, 1);
  for (size_t i = 0; i < 100; ++i) {
    CHECK(weights[i] == static_cast<float>(exact_weights[i]));
    CHECK(images[i] == static_cast<float>(exact_images[i]));
  }
}

}  // namespace zeroth::nn
