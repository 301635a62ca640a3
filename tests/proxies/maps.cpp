// Proxies of feature maps and curves on networks so small that their scores can be worked out another way.
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "core/random.h"
#include "proxies/curve.h"
#include "proxies/first_image.h"
#include "proxies/unit_patterns.h"
#include "tests/nn/graphs.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using tests::TinyNetwork;
using torch::Tensor;

constexpr int64_t kImages = 5, kClasses = 4;

Approx exactly(double value) { return Approx(value).epsilon(1e-10).margin(1e-12); }

Tensor random_tensor(std::vector<int64_t> shape, uint32_t number) {
  const Tensor tensor = torch::empty(shape, torch::kFloat64);
  core::Stream(4, "maps", 0, number).fill_normal(tensor.data_ptr<double>(), static_cast<size_t>(tensor.numel()), 1.0);
  return tensor;
}

// Of maps (N, ...): the units' patterns as texts.
std::set<std::string> patterns_of(const std::vector<Tensor>& maps) {
  std::set<std::string> found;
  for (const Tensor& map : maps) {
    const Tensor rows = map.reshape({map.size(0), -1}).gt(0).contiguous();
    for (int64_t unit = 0; unit < rows.size(1); ++unit) {
      std::string pattern;
      for (int64_t n = 0; n < rows.size(0); ++n) pattern += rows.data_ptr<bool>()[n * rows.size(1) + unit] ? '1' : '0';
      found.insert(pattern);
    }
  }
  return found;
}

// Smallest eigenvalue of the correlation of two rows, 1 - |r|; r by its definition.
double of_two_rows(const Tensor& map) {
  const Tensor rows = map.reshape({2, -1});
  const Tensor a = rows[0] - rows[0].mean(), b = rows[1] - rows[1].mean();
  return 1.0 - std::abs((a * b).sum().item<double>()) /
                   std::sqrt((a * a).sum().item<double>() * (b * b).sum().item<double>());
}

Eigen::MatrixXd as_matrix(const Tensor& map) { return first_map(map.unsqueeze(0)); }

}  // namespace

TEST_CASE("distinct unit patterns equal those of a set of texts, for batches of one word and more") {
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  for (const int64_t images : {1, 5, 16, 64, 65, 130}) {
    const Tensor first = random_tensor({images, 3, 100, 60}, 1).to(type),
                 second = random_tensor({images, 7, 9, 9}, 2).to(type);
    UnitPatterns patterns;
    patterns.add(first);
    CHECK(patterns.distinct() == static_cast<int64_t>(patterns_of({first}).size()));
    patterns.add(first.contiguous(at::MemoryFormat::ChannelsLast));
    CHECK(patterns.distinct() == static_cast<int64_t>(patterns_of({first}).size()));
    patterns.add(second.transpose(2, 3));
    CHECK(patterns.distinct() == static_cast<int64_t>(patterns_of({first, second}).size()));
  }
}

TEST_CASE("a unit that is off for all images has a pattern too") {
  UnitPatterns patterns;
  patterns.add(torch::zeros({3, 2, 2, 2}));
  CHECK(patterns.distinct() == 1);
  patterns.add(torch::ones({3, 2, 2, 2}));
  CHECK(patterns.distinct() == 2);
}

TEST_CASE("swap counts the ReLUs on feature maps, and swap_reg damps it by size") {
  spaces::OpGraph graph;
  const int conv = graph.conv2d(graph.relu(graph.input({3, 4, 4}), "first"), 2, 3, 1, 1, "conv");
  const int pooled = graph.global_avg_pool(graph.relu(conv, "last"), "pool");
  graph.linear(graph.relu(pooled, "vector"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Tensor images = tiny.batch().images;
  const Tensor maps = at::conv2d(images.clamp_min(0), tiny.network().params()[0], {}, 1, 1);
  const auto expected = static_cast<double>(patterns_of({images, maps}).size());
  CHECK(tiny.score("swap", {Pass::kUnitPatterns}) == expected);
  const double thousands = (2 * 3 * 9 + 2 * 4 + 4) / 1000.0;
  const double factor = std::exp(-(thousands - 0.5) * (thousands - 0.5) / 0.25);
  CHECK(tiny.score("swap_reg:mu=0.5:sigma=0.25", {Pass::kUnitPatterns}) == exactly(expected * factor));
  CHECK_THROWS_WITH(tiny.score("swap_reg:mu=1000:sigma=0.1", {Pass::kUnitPatterns}),
                    Catch::Contains("too far from mu"));
}

TEST_CASE("swap needs a ReLU") {
  spaces::OpGraph graph;
  graph.linear(graph.global_avg_pool(graph.input({3, 4, 4}), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  CHECK_THROWS_WITH(tiny.score("swap", {Pass::kUnitPatterns}), "the network has no ReLU or its like");
}

TEST_CASE("meco adds up what modules return, meco:fixed each map once") {
  spaces::OpGraph graph;
  const int conv = graph.conv2d(graph.input({3, 4, 4}), 2, 3, 1, 1, "conv");
  const int relu = graph.relu(conv, "relu");
  graph.returned_by(relu, 2);
  const int twin = graph.relu(conv, "twin");
  const int sum = graph.add({conv, relu, twin}, "sum");
  graph.linear(graph.global_avg_pool(sum, "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Tensor map = at::conv2d(tiny.batch().images, tiny.network().params()[0], {}, 1, 1)[0];
  const double of_conv = of_two_rows(map), of_relu = of_two_rows(map.clamp_min(0)),
               of_sum = of_two_rows(map + 2 * map.clamp_min(0));
  CHECK(tiny.score("meco", {Pass::kCorrelations}) == exactly(of_conv + 4 * of_relu));
  CHECK(tiny.score("meco:fixed", {Pass::kCorrelations}) == exactly(of_conv + of_relu + of_sum));
}

TEST_CASE("distinct maps: equal functions count once, and a sum only where something else reads it") {
  spaces::OpGraph graph;
  const int x = graph.input({2, 4, 4});                                                    // 0
  const int a = graph.conv2d(x, 2, 1, 1, 0, "a"), b = graph.conv2d(x, 2, 1, 1, 0, "b");    // 1, 2
  const int inner = graph.add({a, b}, "inner");                                            // 3: read by a sum only
  const int sum = graph.add({inner, x}, "sum"), same = graph.add({x, a, b}, "same");       // 4, 5
  const int relu = graph.relu(sum, "relu"), twin = graph.relu(same, "twin");               // 6, 7
  const int pool = graph.avg_pool(relu, 3, 1, 1, "pool"), other = graph.relu(a, "other");  // 8, 9
  graph.global_avg_pool(graph.add({pool, twin, other}, "out"), "gap");                     // 10, 11
  const std::vector<bool> expected = {true, true, true, false, true, false, true, false, true, true, true, true};
  CHECK(distinct_maps(graph) == expected);
}

TEST_CASE("a constant channel has correlation 0 with all, itself too") {
  const Tensor map = random_tensor({3, 4, 5}, 7);
  map[1].fill_(2.0);
  const Eigen::MatrixXd correlation = row_correlation_or_zero(as_matrix(map));
  CHECK(correlation.row(1).cwiseAbs().maxCoeff() == 0.0);
  CHECK(correlation(0, 0) == exactly(1.0));
  CHECK(smallest_correlation_eigenvalue(as_matrix(map)) == exactly(0.0));
}

TEST_CASE("the smallest eigenvalue is that of the whole correlation, and 0 where channels outnumber pixels") {
  const Eigen::MatrixXd rows = as_matrix(random_tensor({6, 3, 4}, 8));
  Eigen::MatrixXd correlation(6, 6);
  for (Eigen::Index i = 0; i < 6; ++i) {
    for (Eigen::Index j = 0; j < 6; ++j) {
      const Eigen::ArrayXd a = rows.row(i).array() - rows.row(i).mean(), b = rows.row(j).array() - rows.row(j).mean();
      correlation(i, j) = (a * b).sum() / std::sqrt(a.square().sum() * b.square().sum());
    }
  }
  const Eigen::VectorXd values = Eigen::EigenSolver<Eigen::MatrixXd>(correlation).eigenvalues().real();
  CHECK(smallest_correlation_eigenvalue(rows) == exactly(values.minCoeff()));
  CHECK(values.minCoeff() > 1e-3);
  CHECK(smallest_correlation_eigenvalue(as_matrix(random_tensor({4, 2, 2}, 9))) == 0.0);
}

TEST_CASE("the first image's map is the same in any layout") {
  const Tensor maps = random_tensor({2, 3, 4, 5}, 10);
  const Eigen::MatrixXd plain = first_map(maps);
  CHECK(plain(1, 2 * 5 + 3) == maps[0][1][2][3].item<double>());
  CHECK(first_map(maps.contiguous(at::MemoryFormat::ChannelsLast)) == plain);
  CHECK(first_map(random_tensor({2, 3}, 11)).cols() == 1);
}

TEST_CASE("meco_opt is the value of some eight of nine channels, times 9/8, and seeded") {
  spaces::OpGraph graph;
  const int conv = graph.conv2d(graph.input({3, 4, 4}), 9, 3, 1, 1, "conv");
  graph.linear(graph.global_avg_pool(conv, "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Eigen::MatrixXd map =
      as_matrix(at::conv2d(tiny.batch().images, tiny.network().params()[0], {}, 1, 1)[0].detach());
  const double score = tiny.score("meco_opt", {Pass::kFirstImage});
  int equal = 0;
  for (Eigen::Index left_out = 0; left_out < 9; ++left_out) {
    Eigen::MatrixXd rows(8, 16);
    for (Eigen::Index i = 0; i < 8; ++i) rows.row(i) = map.row(i < left_out ? i : i + 1);
    equal += score == exactly(9.0 / 8.0 * smallest_correlation_eigenvalue(rows)) ? 1 : 0;
  }
  CHECK(equal == 1);
  CHECK(tiny.score("meco_opt", {Pass::kFirstImage}) == score);
}

TEST_CASE("meco_opt of a network without eight channels fails with the reason") {
  spaces::OpGraph graph;
  graph.linear(graph.global_avg_pool(graph.input({3, 4, 4}), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  CHECK_THROWS_WITH(tiny.score("meco_opt", {Pass::kFirstImage}), "no feature map has 8 channels");
}

TEST_CASE("singular values of wide and tall maps") {
  for (const auto& shape : {std::vector<int64_t>{3, 2, 4}, std::vector<int64_t>{7, 2, 2}}) {
    const Eigen::MatrixXd map = as_matrix(random_tensor(shape, 12));
    const Eigen::VectorXd squares = squared_singular_values(map);
    const Eigen::VectorXd expected = Eigen::JacobiSVD<Eigen::MatrixXd>(map).singularValues();
    REQUIRE(squares.size() == expected.size());
    CHECK(squares.maxCoeff() == exactly(std::pow(expected.maxCoeff(), 2)));
    CHECK(squares.minCoeff() == exactly(std::pow(expected.minCoeff(), 2)));
  }
}

TEST_CASE("the circle is of radius 1, and passes through its first image at right angles") {
  const Tensor point = circle_point({3, 4, 4}, core::Stream(1, "circle")).reshape({3, -1});
  const Tensor products = at::mm(point, point.t());
  const Tensor expected = torch::tensor({1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 1.0}, torch::kFloat64).view({3, 3});
  CHECK(at::allclose(products, expected, 0.0, 1e-12));
  CHECK_FALSE(at::equal(point, circle_point({3, 4, 4}, core::Stream(2, "circle")).reshape({3, -1})));
}

spaces::OpGraph normed_graph() {
  spaces::OpGraph graph;
  const int x = graph.batch_norm(graph.conv2d(graph.input({3, 6, 6}), 4, 3, 1, 1, "stem"), "stem_bn");
  const int a = graph.batch_norm(graph.conv2d(graph.relu(x, "relu"), 4, 3, 1, 1, "a"), "a_bn");
  const int sum = graph.add({a, graph.avg_pool(x, 3, 1, 1, "pool"), graph.zero(x, "none"), x}, "sum");
  graph.linear(graph.global_avg_pool(graph.relu(graph.batch_norm(sum, "last"), "lastact"), "gap"), kClasses, "out");
  return graph;
}

TEST_CASE("the outputs' derivatives along the circle equal central differences") {
  const spaces::OpGraph graph = GENERATE(normed_graph(), tests::mixed_graph(kClasses), tests::vector_graph(kClasses));
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Tensor point = circle_point(graph.nodes().front().shape, core::Stream(3, "circle"));
  const Tensor outputs = curve_point(tiny.network(), point);
  const auto at_angle = [&](double angle) {
    const Tensor image = point[0] * std::cos(angle) + point[1] * std::sin(angle);
    return tiny.network().forward(image.unsqueeze(0), nn::Norm::kBatch)[0].detach();
  };
  constexpr double kStep = 1e-4;
  const Tensor before = at_angle(-kStep), here = at_angle(0.0), after = at_angle(kStep);
  CHECK(at::allclose(outputs[0], here, 1e-10, 1e-12));
  CHECK(at::allclose(outputs[1], (after - before) / (2 * kStep), 1e-5, 1e-7));
  CHECK(at::allclose(outputs[2], (after - 2 * here + before) / (kStep * kStep), 1e-4, 1e-5));
}

TEST_CASE("an isometry keeps the circle's curvature, a factor divides it, a line has none") {
  spaces::OpGraph graph;
  graph.linear(graph.global_avg_pool(graph.input({4, 1, 1}), "pool"), kClasses, "classifier");
  const auto curvature = [&graph](const Tensor& weight) {
    const TinyNetwork tiny(graph, {weight, torch::ones({kClasses}, torch::kFloat64)}, kImages, kClasses);
    return tiny.probe({Pass::kCurve}).curvature();
  };
  const Tensor identity = torch::eye(kClasses, torch::kFloat64);
  CHECK(*curvature(identity) == exactly(1.0));
  CHECK(*curvature(identity * 4.0) == exactly(0.25));
  const Tensor line = torch::zeros({kClasses, 4}, torch::kFloat64);
  line[2].fill_(1.0);
  CHECK(*curvature(line) == exactly(0.0));
  CHECK_FALSE(curvature(torch::zeros({kClasses, 4}, torch::kFloat64)));
}

TEST_CASE("dextr of a linear network: vectors have one singular value, and its curve is an ellipse") {
  spaces::OpGraph graph;
  graph.linear(graph.global_avg_pool(graph.input({3, 4, 4}), "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Probe probe = tiny.probe({Pass::kCurve, Pass::kFirstImage});
  const Tensor means = circle_point({3, 4, 4}, probe.stream("circle", 0)).mean({2, 3});
  const Tensor logits = at::mm(means, tiny.network().params()[0].t());
  const double vv = logits[1].dot(logits[1]).item<double>(), aa = logits[2].dot(logits[2]).item<double>(),
               va = logits[1].dot(logits[2]).item<double>();
  const double kappa = std::pow(vv, -1.5) * std::sqrt(vv * aa - va * va);
  CHECK(*probe.curvature() == Approx(kappa).epsilon(1e-8));
  const double a = std::log(1.0 + 2.0), b = std::log(1.0 + kappa);  // pooled colours and logits: ratio 1 each
  CHECK(parse_proxies("dextr").front()->score(probe) == Approx(a * b / (a + b)).epsilon(1e-8));
}

TEST_CASE("dextr of maps adds up their singular values' ratios by module") {
  spaces::OpGraph graph;
  const int conv = graph.conv2d(graph.input({3, 4, 4}), 2, 3, 1, 1, "conv");
  graph.returned_by(conv, 2);
  const int sum = graph.add({conv, conv}, "sum");
  graph.linear(graph.global_avg_pool(sum, "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Probe probe = tiny.probe({Pass::kCurve, Pass::kFirstImage});
  const Tensor map = at::conv2d(tiny.batch().images, tiny.network().params()[0], {}, 1, 1)[0].detach();
  const Eigen::VectorXd values = Eigen::JacobiSVD<Eigen::MatrixXd>(as_matrix(map)).singularValues();
  const double a = std::log(1.0 + 3.0 * values[1] / values[0] + 2.0), b = std::log1p(*probe.curvature());
  CHECK(parse_proxies("dextr").front()->score(probe) == exactly(a * b / (a + b)));
}

TEST_CASE("dextr of a network whose logits stand still fails with the reason") {
  spaces::OpGraph graph;
  const int x = graph.zero(graph.input({3, 4, 4}), "none");
  graph.linear(graph.global_avg_pool(x, "pool"), kClasses, "classifier");
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  CHECK_THROWS_WITH(tiny.score("dextr", {Pass::kCurve, Pass::kFirstImage}), Catch::Contains("do not move"));
}

TEST_CASE("entropy of a chain is the sum over stages of weighted log widths") {
  spaces::Facts facts;
  spaces::OpGraph& graph = facts.live_network;
  int x = graph.conv2d(graph.input({3, 8, 8}), 4, 3, 1, 1, "a");
  x = graph.conv2d(graph.batch_norm(graph.relu(x, "relu"), "bn"), 6, 3, 2, 1, "b");
  graph.linear(graph.global_avg_pool(x, "pool"), kClasses, "classifier");
  const double first = std::log(std::sqrt(3 * 9.0)), second = first + std::log(std::sqrt(4 * 9.0));
  CHECK(parse_proxies("entropy").front()->score_facts(facts) ==
        exactly(first + std::log(4.0) + 6.0 * (second + std::log(6.0))));
  CHECK(parse_proxies("entropy:deepmad").front()->score_facts(facts) ==
        exactly((std::log(4.0) + std::log(64.0)) * first + 8.0 * (std::log(6.0) + std::log(16.0)) * second));
  facts.live_network = spaces::OpGraph();
  x = facts.live_network.zero(facts.live_network.input({3, 8, 8}), "none");
  facts.live_network.global_avg_pool(x, "pool");
  CHECK_THROWS_WITH(parse_proxies("entropy").front()->score_facts(facts), "no signal passes the network");
}

TEST_CASE("structure features of an architecture, and a path feature of a dead one") {
  const char* const text = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_1x1~2|";
  const tests::Scoring scoring(tests::nasbench201(), "all", Fidelity::kFast, {});
  auto scores = scoring.by_name(tests::nasbench201().parse(text));
  CHECK(scores.at("convs_1x1").value == 15 + 2);
  CHECK(scores.at("convs_3x3").value == 1 + 15 + 4);
  CHECK(scores.at("convs_other").value == 0);
  CHECK(scores.at("pools").value == 15 + 2);
  CHECK(scores.at("sums").value == 15 + 2);
  CHECK(scores.at("linears").value == 1);
  CHECK(scores.at("skips").value == 2);
  CHECK(scores.at("zeros").value == 1);
  CHECK(*scores.at("log_paths").value == exactly(15 * std::log(3.0) + 2 * std::log(2.0)));
  CHECK(scores.at("shortest_path").value == 4);
  CHECK(scores.at("longest_path").value == 36);
  CHECK(scores.at("freerea_skip_span").value == 1);
  scores = scoring.by_name(tests::nasbench201().parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"));
  CHECK_FALSE(scores.at("log_paths").value);
  CHECK(scores.at("log_paths").failure == "no path leads from the input to the output");
  CHECK(scores.at("convs_3x3").value == 1 + 4);
}

}  // namespace zeroth::proxies
