// The proxies for transformers against brute force on an encoder of two blocks, in float64: gradients by central
// differences, means and counts by loops over every element.
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/random.h"
#include "tests/nn/graphs.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using spaces::Role;
using tests::encoder_graph;
using tests::nasbench201;
using tests::Scoring;
using tests::TinyNetwork;
using torch::Tensor;

constexpr int64_t kImages = 4, kClasses = 5;

TinyNetwork encoder(int64_t batch = kImages, int64_t classes = kClasses, int64_t hidden = 10) {
  const spaces::OpGraph graph = encoder_graph(classes, hidden);
  return TinyNetwork(graph, tests::drawn_params(graph), batch, classes);
}

Approx nearly(double value) { return Approx(value).epsilon(1e-6); }

Eigen::MatrixXd matrix(const Tensor& tensor) {
  Eigen::MatrixXd result(tensor.size(0), tensor.size(1));
  for (int64_t i = 0; i < tensor.size(0); ++i) {
    for (int64_t j = 0; j < tensor.size(1); ++j) result(i, j) = tensor[i][j].item<double>();
  }
  return result;
}

double nuclear_norm(const Eigen::MatrixXd& m) { return Eigen::JacobiSVD<Eigen::MatrixXd>(m).singularValues().sum(); }

size_t param_number(const nn::Network& network, const std::string& name) {
  const auto& specs = network.graph().params();
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  REQUIRE(found != specs.end());
  return static_cast<size_t>(found - specs.begin());
}

// The derivative of the sum of outputs to every element of a weight, by central differences.
Eigen::MatrixXd slopes(const nn::Network& network, const std::vector<Tensor>& params, const Tensor& images,
                       const std::string& name) {
  constexpr double kStep = 1e-5;
  const size_t number = param_number(network, name);
  Eigen::MatrixXd result(params[number].size(0), params[number].size(1));
  const auto sum_at = [&](int64_t i, int64_t j, double step) {
    std::vector<Tensor> moved = params;
    moved[number] = params[number].detach().clone();
    moved[number][i][j] += step;
    return network.forward_with(moved, images, nn::Norm::kBatch).sum().item<double>();
  };
  const at::NoGradGuard no_gradients;
  for (int64_t i = 0; i < result.rows(); ++i) {
    for (int64_t j = 0; j < result.cols(); ++j) {
      result(i, j) = (sum_at(i, j, kStep) - sum_at(i, j, -kStep)) / (2.0 * kStep);
    }
  }
  return result;
}

// A weight and its slopes.
struct Layer {
  Eigen::MatrixXd weight, gradient;
  double saliency() const { return weight.cwiseProduct(gradient).cwiseAbs().sum(); }
  double diversity() const { return nuclear_norm(weight) * nuclear_norm(gradient); }
};

Layer layer_at(const nn::Network& network, const std::vector<Tensor>& params, const Tensor& images,
               const std::string& scope) {
  const std::string name = scope + ".weight";
  return {matrix(params[param_number(network, name)]), slopes(network, params, images, name)};
}

const std::vector<std::string> kBlocks = {"0.", "1."};

double sum_over_layers(const std::vector<std::string>& names, const std::function<double(const std::string&)>& term) {
  double sum = 0.0;
  for (const std::string& block : kBlocks) {
    for (const std::string& name : names) sum += term(block + name);
  }
  return sum;
}

Tensor value_of(const TinyNetwork& tiny, const std::string& scope) {
  Tensor found;
  tiny.network().forward(tiny.batch().images, nn::Norm::kBatch, [&](const nn::NodeResult& result) {
    if (tiny.network().graph().nodes()[static_cast<size_t>(result.node)].scope == scope) found = result.value.detach();
  });
  REQUIRE(found.defined());
  return found;
}

// The mean over all other indices of the largest element along one dimension of a value.
double mean_peak(const Tensor& value, int64_t dimension) {
  const Tensor rows = value.transpose(dimension, value.dim() - 1).reshape({-1, value.size(dimension)});
  double sum = 0.0;
  for (int64_t r = 0; r < rows.size(0); ++r) {
    double largest = -INFINITY;
    for (int64_t i = 0; i < rows.size(1); ++i) largest = std::max(largest, rows[r][i].item<double>());
    sum += largest;
  }
  return sum / static_cast<double>(rows.size(0));
}

// How many of the largest squared singular values of the centred rows hold more than 0.99 of their sum.
int components(const Tensor& hidden) {
  Eigen::MatrixXd rows = matrix(hidden.reshape({-1, hidden.size(2)}));
  rows.rowwise() -= rows.colwise().mean().eval();
  const Eigen::VectorXd values = Eigen::JacobiSVD<Eigen::MatrixXd>(rows).singularValues();
  for (int k = 1; k <= values.size(); ++k) {
    if (values.head(k).squaredNorm() > 0.99 * values.squaredNorm()) return k;
  }
  return static_cast<int>(values.size());
}

// BERT's order: the norm behind the sum, so that the network ends in one.
spaces::OpGraph post_norm_graph() {
  spaces::OpGraph net;
  int x = net.tokens(net.conv2d(net.input({3, 4, 4}), 6, 2, 2, 0, "patch"), "tokens");
  const int query = net.linear(x, 6, "query", Role::kQuery), key = net.linear(x, 6, "key", Role::kKey);
  const int value = net.linear(x, 6, "value", Role::kValue);
  const int context = net.attention_context(net.attention_scores(query, key, 2, "scores"), value, "context");
  x = net.layer_norm(net.add({x, net.linear(context, 6, "out", Role::kAttentionOutput)}, "sum1"), "norm1");
  const int y = net.gelu(net.linear(x, 10, "fc1", Role::kFeedForward), "gelu");
  net.layer_norm(net.add({x, net.linear(y, 6, "fc2", Role::kFeedForward)}, "sum2"), "norm2");
  return net;
}

}  // namespace

TEST_CASE("synaptic_saliency, synaptic_diversity and head_importance agree with central differences") {
  const TinyNetwork tiny = encoder();
  const auto at_layer = [&](const std::string& scope) {
    return layer_at(tiny.network(), tiny.network().params(), tiny.batch().images, scope);
  };
  const auto saliency = [&](const std::string& scope) { return at_layer(scope).saliency(); };
  const auto diversity = [&](const std::string& scope) { return at_layer(scope).diversity(); };
  CHECK(tiny.score("synaptic_saliency", {Pass::kSumGradient}) == nearly(sum_over_layers({"fc1", "fc2"}, saliency)));
  CHECK(tiny.score("head_importance", {Pass::kSumGradient}) ==
        nearly(sum_over_layers({"query", "key", "value"}, saliency)));
  CHECK(tiny.score("synaptic_diversity", {Pass::kSumGradient}) ==
        nearly(sum_over_layers({"query", "key", "value", "out"}, diversity)));
}

TEST_CASE("dss agrees with central differences of the network of absolute weights") {
  const TinyNetwork tiny = encoder();
  const nn::Network& network = tiny.network();
  std::vector<Tensor> params;
  for (const Tensor& param : network.params()) params.push_back(param.detach().abs());
  const Tensor ones = torch::ones({1, 3, 4, 4}, torch::kFloat64);
  const auto at_layer = [&](const std::string& scope) { return layer_at(network, params, ones, scope); };
  double expected = at_layer("head").saliency();
  for (const std::string& block : kBlocks) {
    const Layer query = at_layer(block + "query"), key = at_layer(block + "key"), value = at_layer(block + "value");
    Layer projections{Eigen::MatrixXd(24, 6), Eigen::MatrixXd(24, 6)};
    projections.weight << query.weight, key.weight, value.weight;
    projections.gradient << query.gradient, key.gradient, value.gradient;
    expected += projections.diversity() + at_layer(block + "out").diversity();
    expected += at_layer(block + "fc1").saliency() + at_layer(block + "fc2").saliency();
  }
  CHECK(tiny.score("dss", {Pass::kAbsoluteWeights}) == nearly(expected));
  CHECK(tiny.score("dss:fixed", {Pass::kAbsoluteWeights}) == nearly(expected));
}

TEST_CASE("dss counts a classifier of 1000 classes twice, dss:fixed once") {
  const TinyNetwork tiny = encoder(kImages, /*classes=*/1000);
  std::vector<Tensor> params;
  for (const Tensor& param : tiny.network().params()) params.push_back(param.detach().abs());
  Tensor token;
  tiny.network().forward_with(params, torch::ones({1, 3, 4, 4}, torch::kFloat64), nn::Norm::kBatch,
                              [&](const nn::NodeResult& result) {
                                const auto& node = tiny.network().graph().nodes()[static_cast<size_t>(result.node)];
                                if (node.kind == spaces::OpKind::kToken) token = result.value.detach();
                              });
  // Each logit's derivative to its row of the classifier is the class token.
  const Tensor& classifier = params[param_number(tiny.network(), "head.weight")];
  const double head = (classifier * token.abs()).sum().item<double>();
  const double twice = tiny.score("dss", {Pass::kAbsoluteWeights});
  CHECK(twice - tiny.score("dss:fixed", {Pass::kAbsoluteWeights}) == nearly(head));
}

TEST_CASE("activation_distance counts the units in which the first image's tokens agree") {
  const TinyNetwork tiny = encoder();
  const double expected = sum_over_layers({"fc1"}, [&](const std::string& scope) {
    const Tensor tokens = value_of(tiny, scope)[0];
    double agreeing = 0.0;
    for (int64_t s = 0; s < tokens.size(0); ++s) {
      for (int64_t t = 0; t < tokens.size(0); ++t) {
        for (int64_t u = 0; u < tokens.size(1); ++u) {
          const bool on = tokens[s][u].item<double>() > 0.0, other = tokens[t][u].item<double>() > 0.0;
          agreeing += on == other ? 1.0 : 0.0;
        }
      }
    }
    return agreeing;
  });
  CHECK(tiny.score("activation_distance", {Pass::kTokenStatistics}) == expected);
}

TEST_CASE("head_confidence is the mean of peaks over tokens, heads or keys") {
  const TinyNetwork tiny = encoder();
  const auto peak = [&](int64_t dimension) {
    return [&, dimension](const std::string& scope) { return mean_peak(value_of(tiny, scope), dimension); };
  };
  CHECK(tiny.score("head_confidence", {Pass::kTokenStatistics}) ==
        nearly(sum_over_layers({"query", "key", "value"}, peak(1))));
  CHECK(tiny.score("head_confidence:softmax", {Pass::kTokenStatistics}) ==
        nearly(sum_over_layers({"scores"}, peak(1))));
  CHECK(tiny.score("head_confidence:paper", {Pass::kTokenStatistics}) == nearly(sum_over_layers({"scores"}, peak(3))));
}

TEST_CASE("w_pca counts principal components, with fewer tokens than units and with more") {
  const int64_t batch = GENERATE(1, 2, 9), hidden = GENERATE(3, 10, 40);
  const TinyNetwork tiny = encoder(batch, kClasses, hidden);
  const double expected = sum_over_layers(
      {"fc1"}, [&](const std::string& scope) { return static_cast<double>(components(value_of(tiny, scope))); });
  const auto params = static_cast<double>(tiny.network().graph().parameter_count());
  CHECK(tiny.score("w_pca:v", {Pass::kHiddenSpectrum}) == expected);
  CHECK(tiny.score("w_pca", {Pass::kHiddenSpectrum}) == params * expected);
}

TEST_CASE("hidden states that do not vary have no principal components") {
  spaces::OpGraph graph;
  int x = graph.tokens(graph.conv2d(graph.input({3, 4, 4}), 6, 2, 2, 0, "patch"), "tokens");
  x = graph.linear(graph.zero(x, "none"), 8, "fc1", Role::kFeedForward);
  graph.linear(graph.global_avg_pool(graph.gelu(x, "gelu"), "mean"), kClasses, "head", Role::kClassifier);
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  CHECK_THROWS_WITH(tiny.score("w_pca", {Pass::kHiddenSpectrum}), Catch::Contains("do not vary"));
}

TEST_CASE("the passes for transformers share the forward of the first minibatch") {
  const TinyNetwork tiny = encoder();
  const auto count = [&](PassSet passes) {
    const PassCount counted = tiny.probe(passes).count();
    return std::pair(counted.forwards, counted.backwards);
  };
  CHECK(count({Pass::kTokenStatistics, Pass::kHiddenSpectrum}) == std::pair(1, 0));
  CHECK(count({Pass::kSumGradient}) == std::pair(1, 1));
  CHECK(count({Pass::kSumGradient, Pass::kLossGradient, Pass::kTokenStatistics}) == std::pair(1, 2));
}

TEST_CASE("to a text network an image of ones is one word all over") {
  spaces::OpGraph graph;
  const int words = graph.embedding(graph.token_input(6), /*vocabulary=*/9, /*channels=*/4, "words");
  graph.linear(graph.global_avg_pool(words, "mean"), kClasses, "head", Role::kClassifier);
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Probe probe = tiny.probe({Pass::kAbsoluteWeights});
  REQUIRE(probe.absolute_gradient().size() == 1);
  const Tensor word = tiny.network().params()[0].detach()[1].abs();
  for (int64_t c = 0; c < kClasses; ++c) {
    CHECK(tests::largest_difference(probe.absolute_gradient()[0][c], word) < 1e-14);
  }
}

TEST_CASE("every proxy for transformers gives the same bits wherever its tensors lie in memory") {
  std::vector<const Proxy*> proxies;
  PassSet passes;
  for (const Proxy& proxy : all_proxies()) {
    if (!proxy.unsuited || !proxy.unsuited(encoder_graph()).empty()) continue;
    proxies.push_back(&proxy);
    passes |= proxy.request(Fidelity::kShared, {}).passes;
  }
  REQUIRE(proxies.size() >= 10);
  const auto scores = [&] {
    const TinyNetwork tiny = encoder();
    const Probe probe = tiny.probe(passes);
    std::vector<double> values;
    for (const Proxy* proxy : proxies) values.push_back(proxy->score(probe));
    return values;
  };
  const std::vector<double> expected = scores();
  const core::Stream stream(6, "blocks");
  for (uint32_t round = 0; round < 20; ++round) {
    std::vector<std::vector<char>> blocks;
    for (uint32_t i = 0; i < 50; ++i) blocks.emplace_back(16 + 16 * stream.below(3000, 50 * round + i));
    CHECK(scores() == expected);
  }
}

TEST_CASE("channel saliency of a layer of tokens sums over the tokens") {
  const TinyNetwork tiny = encoder();
  const auto& nodes = tiny.network().graph().nodes();
  Tensor activation;
  int node = -1;
  const Tensor logits =
      tiny.network().forward(tiny.batch().images, nn::Norm::kBatch, [&](const nn::NodeResult& result) {
        if (nodes[static_cast<size_t>(result.node)].scope != "1.fc1") return;
        activation = result.value;
        node = result.node;
      });
  const Tensor loss = at::nll_loss(at::log_softmax(logits, 1), tiny.batch().labels);
  const Tensor products = (activation * torch::autograd::grad({loss}, {activation})[0]).detach();
  const Probe probe = tiny.probe({Pass::kChannelSaliency});
  const auto& saliency = probe.channel_saliency()[static_cast<size_t>(tiny.network().layer(node))];
  REQUIRE(static_cast<int64_t>(saliency.size()) == activation.size(2));
  for (int64_t c = 0; c < activation.size(2); ++c) {
    double expected = 0.0;
    for (int64_t n = 0; n < kImages; ++n) {
      double sum = 0.0;
      for (int64_t t = 0; t < activation.size(1); ++t) sum += products[n][t][c].item<double>();
      expected += 0.5 * sum * sum / static_cast<double>(kImages);
    }
    CHECK(saliency[static_cast<size_t>(c)] == nearly(expected));
  }
}

TEST_CASE("behind a layer norm the sum of outputs has no gradient, which its proxies say") {
  const spaces::OpGraph graph = post_norm_graph();
  const TinyNetwork tiny(graph, tests::drawn_params(graph), kImages, kClasses);
  const Probe probe = tiny.probe({Pass::kSumGradient});
  for (const Tensor& gradient : probe.sum_gradient()) CHECK(gradient.abs().max().item<double>() < 1e-12);
  for (const char* name : {"synaptic_saliency", "synaptic_diversity", "head_importance"}) {
    INFO(name);
    const Proxy& proxy = *parse_proxies(name).front();
    CHECK_THAT(proxy.unsuited(graph), Catch::Contains("layer norm"));
    CHECK(proxy.unsuited(encoder_graph()).empty());
  }
  CHECK(parse_proxies("head_confidence").front()->unsuited(graph).empty());
}

TEST_CASE("a proxy for transformers fails on a convolutional cell with the reason, and costs nothing") {
  const Scoring scoring(nasbench201(), "nwot,dss,synaptic_saliency,w_pca", Fidelity::kFast, tests::tiny());
  const Scores scores = scoring.score(tests::kBest);
  std::map<std::string, ProxyScore> named;
  for (size_t i = 0; i < scores.proxies.size(); ++i) named[scoring.plan().proxies[i]->name] = scores.proxies[i];
  CHECK(named.at("nwot").value);
  CHECK(named.at("dss").failure == "the network has no attention");
  CHECK(named.at("synaptic_saliency").failure == "the network has no feed-forward block");
  CHECK(named.at("w_pca").failure == "the network has no feed-forward block");
  CHECK(scores.count.forwards == 1);
  CHECK(scores.count.backwards == 0);
}

TEST_CASE("passes that cannot run on a transformer say so") {
  CHECK(obstacle({Pass::kSampleKernel, Pass::kInputJacobian}, tests::branched_graph()).empty());
  CHECK(obstacle({Pass::kCoupledKernel, Pass::kInputJacobian, Pass::kSumGradient}, encoder_graph()).empty());
  CHECK_FALSE(obstacle({Pass::kSampleKernel}, encoder_graph()).empty());
  spaces::OpGraph text;
  text.embedding(text.token_input(4), 7, 3, "words");
  CHECK_FALSE(obstacle({Pass::kInputJacobian}, text).empty());
  CHECK(obstacle({Pass::kAbsoluteWeights}, text).empty());
  const TinyNetwork tiny = encoder();
  CHECK_THROWS_AS(tiny.probe({Pass::kSampleKernel}), core::Error);
}

}  // namespace zeroth::proxies
