// Weights at initialisation: their distribution, and what a draw depends on.
#include "nn/initialiser.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

using spaces::ParamRole;
using tests::largest_difference;

constexpr uint64_t kSeed = 5, kIdentity = 77;

// 3x3 convolution 16 -> 32 (fan in 144, fan out 288) with its norm, and a linear layer 32 -> 100.
spaces::OpGraph graph() {
  spaces::OpGraph net;
  int x = net.conv2d(net.input({16, 8, 8}), 32, 3, 1, 1, "conv");
  x = net.batch_norm(x, "bn");
  net.linear(net.global_avg_pool(x, "pool"), 100, "linear");
  return net;
}

torch::Tensor tensor_of(Init init, ParamRole role, DType dtype = DType::kFloat64) {
  const spaces::OpGraph net = graph();
  const auto params = initial_params(net, init, dtype, kSeed, /*repeat=*/0, kIdentity);
  for (size_t i = 0; i < params.size(); ++i) {
    if (net.params()[i].role == role) return params[i].detach();
  }
  FAIL("no such parameter");
  return {};
}

bool all_equal(const torch::Tensor& tensor, double value) { return tensor.eq(value).all().item<bool>(); }

// Mean, deviation and kurtosis (3 for a normal, 1.8 for a uniform distribution) within four standard errors or so.
void check_moments(const torch::Tensor& weight, double deviation, double kurtosis) {
  const auto count = static_cast<double>(weight.numel());
  const double mean = weight.mean().item<double>();
  const double variance = (weight * weight).mean().item<double>();
  const double fourth = weight.pow(4).mean().item<double>();
  CHECK(std::abs(mean) < 4.0 * deviation / std::sqrt(count));
  CHECK(std::sqrt(variance) == Approx(deviation).epsilon(4.0 / std::sqrt(2.0 * count) + 1e-3));
  CHECK(fourth / (variance * variance) == Approx(kurtosis).epsilon(0.1));
}

}  // namespace

TEST_CASE("each initialiser draws from the distribution that it is named after") {
  struct Rule {
    Init init;
    double convolution, linear, kurtosis;  // deviations of the weights
  };
  const auto rule =
      GENERATE(values<Rule>({{Init::kPytorch, 1.0 / std::sqrt(3.0 * 144.0), 1.0 / std::sqrt(3.0 * 32.0), 1.8},
                             {Init::kKaimingNormalFanIn, std::sqrt(2.0 / 144.0), std::sqrt(2.0 / 32.0), 3.0},
                             {Init::kKaimingNormalFanOut, std::sqrt(2.0 / 288.0), std::sqrt(2.0 / 100.0), 3.0},
                             {Init::kNormal, 1.0, 1.0, 3.0},
                             {Init::kXavier, std::sqrt(2.0 / (144.0 + 288.0)), std::sqrt(2.0 / (32.0 + 100.0)), 3.0},
                             {Init::kReference, std::sqrt(6.0 / 144.0 / 3.0), std::sqrt(6.0 / 32.0 / 3.0), 1.8},
                             {Init::kReferenceNormal, 1.0, 1.0, 2.9}}));
  INFO(name_of(rule.init));
  check_moments(tensor_of(rule.init, ParamRole::kConvWeight), rule.convolution, rule.kurtosis);
  check_moments(tensor_of(rule.init, ParamRole::kLinearWeight), rule.linear, rule.kurtosis);
  CHECK(all_equal(tensor_of(rule.init, ParamRole::kNormWeight), 1.0));
  CHECK(all_equal(tensor_of(rule.init, ParamRole::kNormBias), 0.0));
}

TEST_CASE("linear biases are zero but for PyTorch's rule, which draws them within one over the root of fan in") {
  const torch::Tensor drawn = tensor_of(Init::kPytorch, ParamRole::kLinearBias);
  const double bound = 1.0 / std::sqrt(32.0), largest = drawn.abs().max().item<double>();
  CHECK(largest <= bound);
  CHECK(largest > 0.9 * bound);
  for (const Init init : {Init::kKaimingNormalFanIn, Init::kKaimingNormalFanOut, Init::kNormal, Init::kXavier,
                          Init::kReference, Init::kReferenceNormal}) {
    CHECK(all_equal(tensor_of(init, ParamRole::kLinearBias), 0.0));
  }
}

TEST_CASE("a uniform weight stays within its bound") {
  CHECK(tensor_of(Init::kPytorch, ParamRole::kConvWeight).abs().max().item<double>() <= 1.0 / 12.0);
}

TEST_CASE("parameters have the graph's shapes, the chosen type, and gradients") {
  const DType dtype = GENERATE(DType::kFloat32, DType::kFloat64);
  const spaces::OpGraph net = graph();
  const auto params = initial_params(net, Init::kPytorch, dtype, kSeed, 0, kIdentity);
  REQUIRE(params.size() == net.params().size());
  for (size_t i = 0; i < params.size(); ++i) {
    CHECK(params[i].sizes() == torch::IntArrayRef(net.params()[i].shape));
    CHECK(params[i].scalar_type() == scalar_type(dtype));
    CHECK(params[i].requires_grad());
  }
}

TEST_CASE("weights are a function of seed, repeat, identity and parameter number") {
  const spaces::OpGraph net = graph();
  const auto weight = [&net](uint64_t seed, int repeat, uint64_t identity) {
    return initial_params(net, Init::kNormal, DType::kFloat64, seed, repeat, identity)[0].detach();
  };
  const torch::Tensor base = weight(kSeed, 0, kIdentity);
  CHECK(at::equal(base, weight(kSeed, 0, kIdentity)));
  CHECK(largest_difference(base, weight(kSeed + 1, 0, kIdentity)) > 0.5);
  CHECK(largest_difference(base, weight(kSeed, 1, kIdentity)) > 0.5);
  CHECK(largest_difference(base, weight(kSeed, 0, kIdentity + 1)) > 0.5);

  spaces::OpGraph twins;  // two convolutions of one shape must not get the same weights
  const int x = twins.input({4, 8, 8});
  twins.add({twins.conv2d(x, 4, 3, 1, 1, "a"), twins.conv2d(x, 4, 3, 1, 1, "b")}, "sum");
  const auto params = initial_params(twins, Init::kNormal, DType::kFloat64, kSeed, 0, kIdentity);
  CHECK(largest_difference(params[0].detach(), params[1].detach()) > 0.5);
}

TEST_CASE("a parameter's draw does not depend on those after it") {
  spaces::OpGraph shorter, longer;
  for (spaces::OpGraph* net : {&shorter, &longer}) net->conv2d(net->input({4, 8, 8}), 4, 3, 1, 1, "a");
  longer.conv2d(longer.output(), 8, 3, 1, 1, "b");
  const auto one = initial_params(shorter, Init::kPytorch, DType::kFloat32, kSeed, 0, kIdentity);
  const auto two = initial_params(longer, Init::kPytorch, DType::kFloat32, kSeed, 0, kIdentity);
  CHECK(at::equal(one[0], two[0]));
}

TEST_CASE("an unknown initialiser, dtype or graph view is answered with the valid names") {
  CHECK_THROWS_WITH(parse_init("kaiming"), Catch::Contains("unknown initialiser \"kaiming\"") &&
                                               Catch::Contains("kaiming_normal_fan_in") && Catch::Contains("xavier"));
  CHECK_THROWS_WITH(parse_dtype("float16"), Catch::Contains("\"float16\"") && Catch::Contains("float32, float64"));
  CHECK_THROWS_WITH(parse_view("written"), Catch::Contains("canonical, as-written"));
  for (const std::string& name : init_names()) CHECK(name_of(parse_init(name)) == name);
}

}  // namespace zeroth::nn
