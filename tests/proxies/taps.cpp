// AZ-NAS's measurements between tapped maps against explicit loops.
#include "proxies/taps.h"

#include <Eigen/SVD>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using tests::TinyNetwork;
using torch::Tensor;

constexpr int64_t kImages = 3, kSide = 4, kChannels = 4, kClasses = 3;
constexpr uint64_t kSeed = 11;  // TinyNetwork's

Approx exactly(double value) { return Approx(value).epsilon(1e-9).margin(1e-12); }

// A stem, then cells that each add one node to the graph.
using AddCell = std::function<int(spaces::OpGraph&, int)>;

spaces::OpGraph graph_of(const std::vector<AddCell>& cells) {
  spaces::OpGraph graph;
  int x = graph.conv2d(graph.input({3, kSide, kSide}), kChannels, 3, 1, 1, "stem");
  graph.tap(x);
  for (const AddCell& add_cell : cells) {
    x = add_cell(graph, x);
    graph.tap(x);
  }
  graph.linear(graph.global_avg_pool(x, "pool"), kClasses, "classifier");
  return graph;
}

int halve(spaces::OpGraph& graph, int x) { return graph.conv2d(x, 6, 3, 2, 1, "halve"); }
int pool(spaces::OpGraph& graph, int x) { return graph.avg_pool(x, 3, 1, 1, "pooled"); }
int skip(spaces::OpGraph&, int x) { return x; }
int zero(spaces::OpGraph& graph, int x) { return graph.zero(x, "none"); }

TinyNetwork tiny_network(const std::vector<AddCell>& cells) {
  const spaces::OpGraph graph = graph_of(cells);
  return {graph, tests::drawn_params(graph), kImages, kClasses};
}

double at(const Tensor& map, int64_t n, int64_t c, int64_t y, int64_t x) { return map[n][c][y][x].item<double>(); }

// From the singular values of the centred rows.
double entropy(const Tensor& map) {
  const int64_t side = map.size(2);
  Eigen::MatrixXd rows(map.size(0) * side * side, map.size(1));
  for (int64_t row = 0; row < rows.rows(); ++row) {
    for (int64_t c = 0; c < map.size(1); ++c) {
      rows(row, c) = at(map, row / (side * side), c, row / side % side, row % side);
    }
  }
  rows.rowwise() -= rows.colwise().mean().eval();
  const Eigen::ArrayXd s = Eigen::JacobiSVD<Eigen::MatrixXd>(rows).singularValues().array().square();
  double sum = 0.0;
  for (const double share : s / s.sum()) sum -= share * std::log(share + 1e-8);
  return sum;
}

// Of the halving convolution (6, C, 3, 3): the signal at its output, carried back pixel by pixel, against the signal.
double gain(const Tensor& weight, const Tensor& signal) {
  const int64_t half = kSide / 2;
  Eigen::MatrixXd product = Eigen::MatrixXd::Zero(4 * kChannels, 6);
  for (int64_t n = 0; n < kImages; ++n) {
    for (int64_t pixel = 0; pixel < kSide * kSide; ++pixel) {
      const int64_t y = pixel / kSide, x = pixel % kSide;
      for (int64_t c = 0; c < kChannels; ++c) {
        double arrived = 0.0;
        for (int64_t o = 0; o < 6; ++o) {
          for (int64_t place = 0; place < half * half; ++place) {
            const int64_t ky = y + 1 - 2 * (place / half), kx = x + 1 - 2 * (place % half);
            if (ky < 0 || ky > 2 || kx < 0 || kx > 2) continue;
            arrived += at(signal, n, o, place / half, place % half) * at(weight, o, c, ky, kx);
          }
        }
        for (int64_t o = 0; o < 6; ++o) {
          product(4 * c + 2 * (y % 2) + x % 2, o) += arrived * at(signal, n, o, y / 2, x / 2);
        }
      }
    }
  }
  return Eigen::JacobiSVD<Eigen::MatrixXd>(product / static_cast<double>(kImages * half * half)).singularValues()(0);
}

double step_score(double gain) { return 2.0 - gain - 1.0 / (gain + 1e-6); }

}  // namespace

TEST_CASE("az_expressivity and az_progressivity are sum and least step of the maps' spectral entropies") {
  const TinyNetwork tiny = tiny_network({pool, halve});
  const Tensor stem = at::conv2d(tiny.batch().images, tiny.network().params()[0], {}, 1, 1);
  const Tensor pooled = at::avg_pool2d(stem, 3, 1, 1, false, /*count_include_pad=*/false);
  const double first = entropy(stem), second = entropy(pooled),
               third = entropy(at::conv2d(pooled, tiny.network().params()[1], {}, 2, 1));
  CHECK(tiny.score("az_expressivity", {Pass::kTapEntropies}) == exactly(first + second + third));
  CHECK(tiny.score("az_progressivity", {Pass::kTapEntropies}) == exactly(std::min(second - first, third - second)));
}

TEST_CASE("a map without spread has no entropy, and fails both proxies with the reason") {
  const TinyNetwork tiny = tiny_network({zero, halve});
  CHECK_THROWS_WITH(tiny.score("az_expressivity", {Pass::kTapEntropies}), Catch::Contains("constant"));
  CHECK_THROWS_WITH(tiny.score("az_progressivity", {Pass::kTapEntropies}), Catch::Contains("constant"));
}

TEST_CASE("az_trainability of a halving convolution reads the four pixels of a place as channels") {
  const TinyNetwork tiny = tiny_network({halve});
  const Tensor signal =
      nn::InputSource("gaussian", kSeed).signs({kImages, 6, kSide / 2, kSide / 2}, torch::kFloat64, 1, 0);
  const double expected = step_score(gain(tiny.network().params()[1].detach(), signal));
  CHECK(tiny.score("az_trainability", {Pass::kTapSteps}) == exactly(expected));
}

TEST_CASE("an identity cell voids az_trainability, and drops out of az_trainability:fixed") {
  // As one node for two taps, and as a sum with a dead branch: the signal arrives unchanged in both.
  const AddCell sum_with_zero = [](spaces::OpGraph& graph, int x) { return graph.add({zero(graph, x), x}, "sum"); };
  const AddCell identity = GENERATE_COPY(AddCell(skip), sum_with_zero);
  const TinyNetwork tiny = tiny_network({halve, identity}), without = tiny_network({halve});
  CHECK_THROWS_WITH(tiny.score("az_trainability", {Pass::kTapSteps}), Catch::Contains("identity"));
  CHECK(tiny.score("az_trainability:fixed", {Pass::kTapSteps}) ==
        exactly(without.score("az_trainability", {Pass::kTapSteps})));
  const TinyNetwork nothing_else = tiny_network({identity});
  CHECK_THROWS_WITH(nothing_else.score("az_trainability:fixed", {Pass::kTapSteps}), Catch::Contains("identity"));
}

TEST_CASE("a dead cell gives az_trainability 2 - 1e6, and no az_trainability:fixed") {
  const TinyNetwork tiny = tiny_network({zero});
  CHECK(tiny.score("az_trainability", {Pass::kTapSteps}) == exactly(2.0 - 1e6));
  CHECK_THROWS_WITH(tiny.score("az_trainability:fixed", {Pass::kTapSteps}), Catch::Contains("no gradient"));
}

TEST_CASE("a grid that does not divide the one before has no gain, and a reason") {
  spaces::OpGraph graph;
  int x = graph.conv2d(graph.input({3, 5, 5}), kChannels, 3, 1, 1, "stem");
  graph.tap(x);
  x = graph.conv2d(x, kChannels, 3, 2, 1, "halve");  // 3 of 5
  graph.tap(x);
  graph.linear(graph.global_avg_pool(x, "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  CHECK_THROWS_WITH(tiny.score("az_trainability", {Pass::kTapSteps}), Catch::Contains("divide"));
}

}  // namespace zeroth::proxies
