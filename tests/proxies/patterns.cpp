// Packed activation patterns against patterns told apart unit by unit.
#include "proxies/patterns.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/random.h"
#include "proxies/thin_codes.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using torch::Tensor;

// A third of the elements are zero, as after a ReLU, and some of those negative zeros.
Tensor random_map(std::vector<int64_t> shape, torch::ScalarType type, uint32_t number) {
  const Tensor map = torch::empty(shape, torch::kFloat64);
  const core::Stream stream(8, "map", 0, number);
  stream.fill_normal(map.data_ptr<double>(), static_cast<size_t>(map.numel()), 1.0);
  return (map.clamp_min(-0.4) * map.gt(-0.4)).clamp_min(-0.0).to(type);
}

int64_t differing(const Tensor& map, int64_t i, int64_t j) {
  return map[i].gt(0).ne(map[j].gt(0)).sum().item<int64_t>();
}

}  // namespace

TEST_CASE("packed patterns count the units that differ, for every number of units up to 200") {
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  for (int64_t units = 1; units <= 200; ++units) {
    const Tensor map = random_map({4, units}, type, static_cast<uint32_t>(units));
    PatternDistances patterns;
    patterns.add(map, 1);
    REQUIRE(patterns.units == units);
    for (int64_t i = 0; i < 4; ++i) {
      for (int64_t j = 0; j < 4; ++j) REQUIRE(patterns.differing(i, j) == differing(map, i, j));
    }
  }
}

TEST_CASE("layout in memory does not matter, uses count, and maps add up") {
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  const Tensor first = random_map({5, 6, 4, 4}, type, 1), second = random_map({5, 3, 7, 7}, type, 2);
  PatternDistances plain, mixed;
  plain.add(first, 2);
  plain.add(second, 1);
  mixed.add(first.contiguous(at::MemoryFormat::ChannelsLast), 1);
  mixed.add(second.contiguous(at::MemoryFormat::ChannelsLast), 1);
  mixed.add(first.transpose(2, 3), 1);
  CHECK(plain.units == 2 * 96 + 147);
  CHECK(mixed.units == plain.units);
  CHECK(mixed.differing == plain.differing);
  for (int64_t i = 0; i < 5; ++i) {
    for (int64_t j = 0; j < 5; ++j) {
      CHECK(plain.differing(i, j) == 2 * differing(first, i, j) + differing(second, i, j));
    }
  }
}

TEST_CASE("zero, of either sign, and what is not a number are off") {
  const Tensor map = torch::tensor({0.0F, -0.0F, -1.0F, 1e-45F, std::nanf(""), 1.0F}).reshape({6, 1});
  PatternDistances patterns;
  patterns.add(map, 1);
  for (int64_t i = 0; i < 6; ++i) CHECK(patterns.differing(5, i) == (i == 3 || i == 5 ? 0 : 1));
}

TEST_CASE("equal codes are counted once") {
  CHECK(distinct_codes({}) == 0);
  CHECK(distinct_codes({{1, 2}, {1, 2}, {2, 1}, {1, 2}, {0, 0}}) == 3);
}

TEST_CASE("the thin network's codes tell images apart as the signs of its ReLUs do") {
  const spaces::SearchSpace& space = tests::nasbench201();
  const tests::Scoring scoring(space, "linear_regions", Fidelity::kShared, {});
  const nn::Setting& setting = scoring.plan().groups[0].setting;
  const Tensor images =
      scoring.minibatches().get(setting, nn::Draw::kThin1, 0).images.narrow(0, 0, 300).to(torch::kFloat64);
  const core::Stream stream(5, "thin");
  for (uint32_t i = 0; i < 6; ++i) {
    const spaces::Architecture architecture =
        i == 0 ? space.parse(tests::kBest) : space.sample(stream, i * space.draws());
    INFO(space.print(architecture));
    const spaces::OpGraph graph = space.lower(space.cells(architecture), setting.shape);
    const nn::Network network(graph, nn::initial_params(graph, setting.init, nn::DType::kFloat64, 1, 0, i));
    std::vector<std::string> naive(300);
    network.forward(images, nn::Norm::kBatch, [&](const nn::NodeResult& result) {
      if (graph.nodes()[static_cast<size_t>(result.node)].kind != spaces::OpKind::kRelu) return;
      const Tensor on = result.value.gt(0).reshape({300, -1}).contiguous();
      const bool* bits = on.data_ptr<bool>();
      for (size_t n = 0; n < naive.size(); ++n) {
        for (int64_t u = 0; u < on.size(1); ++u) naive[n] += *bits++ ? '1' : '0';
      }
    });
    const auto codes = thin_codes(network, images);
    REQUIRE(codes.size() == 300);
    CHECK(distinct_codes(codes) == static_cast<int64_t>(std::set<std::string>(naive.begin(), naive.end()).size()));
    for (size_t n = 1; n < 300; ++n) CHECK((codes[n] == codes[n - 1]) == (naive[n] == naive[n - 1]));
  }
}

}  // namespace zeroth::proxies
