// The operators of transformers against the same network written out in plain tensor operations, and against finite
// differences.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <vector>

#include "core/random.h"
#include "nn/token_operators.h"
#include "tests/nn/graphs.h"

namespace zeroth::nn {
namespace {

using tests::encoder_graph;
using tests::largest_difference;
using torch::Tensor;

// Every parameter random, norms and tokens too, so that each is seen to act.
std::vector<Tensor> random_params(const spaces::OpGraph& graph) {
  std::vector<Tensor> params;
  for (size_t i = 0; i < graph.params().size(); ++i) {
    const Tensor value = torch::empty(graph.params()[i].shape, torch::kFloat64);
    core::Stream(5, "params", i).fill_normal(value.data_ptr<double>(), static_cast<size_t>(value.numel()), 0.7);
    params.push_back(value.set_requires_grad(true));
  }
  return params;
}

Tensor random_images(int64_t batch) {
  const Tensor images = torch::empty({batch, 3, 4, 4}, torch::kFloat64);
  core::Stream(4, "images").fill_normal(images.data_ptr<double>(), static_cast<size_t>(images.numel()), 1.0);
  return images;
}

std::map<std::string, Tensor> observed(const Network& network, const Tensor& input) {
  std::map<std::string, Tensor> values;
  network.forward(input, Norm::kBatch, [&](const NodeResult& result) {
    values[network.graph().nodes()[static_cast<size_t>(result.node)].scope] = result.value.detach();
  });
  return values;
}

// The formulas of the operators, each for one token or one head at a time where that differs from how nn/ does it.
class ByHand {
 public:
  explicit ByHand(const Network& network) : network_(network) {}

  Tensor linear(const Tensor& x, const std::string& scope) const {
    return at::matmul(x, param(scope + ".weight").t()) + param(scope + ".bias");
  }
  Tensor norm(const Tensor& x, const std::string& scope) const {
    const Tensor centred = x - x.mean(-1, /*keepdim=*/true);
    const Tensor variance = (centred * centred).mean(-1, /*keepdim=*/true);
    return centred / (variance + 1e-5).sqrt() * param(scope + ".weight") + param(scope + ".bias");
  }
  static Tensor gelu(const Tensor& x) { return x * 0.5 * (1.0 + at::erf(x / std::sqrt(2.0))); }
  // (heads, queries, keys) of one image.
  static Tensor scores(const Tensor& query, const Tensor& key, int64_t heads) {
    const int64_t width = query.size(1) / heads;
    std::vector<Tensor> by_head;
    for (int64_t h = 0; h < heads; ++h) {
      const Tensor q = query.slice(1, h * width, (h + 1) * width), k = key.slice(1, h * width, (h + 1) * width);
      const Tensor power = at::exp(at::mm(q, k.t()) / std::sqrt(static_cast<double>(width)));
      by_head.push_back(power / power.sum(1, /*keepdim=*/true));
    }
    return at::stack(by_head);
  }
  static Tensor context(const Tensor& scores, const Tensor& value) {
    const int64_t width = value.size(1) / scores.size(0);
    std::vector<Tensor> by_head;
    for (int64_t h = 0; h < scores.size(0); ++h) {
      by_head.push_back(at::mm(scores[h], value.slice(1, h * width, (h + 1) * width)));
    }
    return at::cat(by_head, 1);
  }
  Tensor param(const std::string& name) const { return tests::param(network_, name).detach(); }

 private:
  const Network& network_;
};

}  // namespace

TEST_CASE("every operator of an encoder has the value of its formula") {
  const Network network(encoder_graph(), random_params(encoder_graph()));
  const Tensor images = random_images(3);
  std::map<std::string, Tensor> values = observed(network, images);
  const ByHand hand(network);
  const auto check = [&](const std::string& scope, const Tensor& expected) {
    INFO(scope);
    CHECK(largest_difference(values.at(scope), expected) < 1e-12);
  };
  const Tensor patches = at::conv2d(images, hand.param("patch.weight"), {}, 2);
  check("tokens", patches.flatten(2).transpose(1, 2));
  check("patch", values["tokens"] + hand.param("patch.bias"));
  const Tensor token = hand.param("cls_token").expand({3, 1, 6});
  check("cls_token", at::cat({token, values["patch"]}, 1));
  check("pos_embed", values["cls_token"] + hand.param("pos_embed").unsqueeze(0));
  Tensor x = values["pos_embed"];
  for (const std::string& block : {std::string("0."), std::string("1.")}) {
    check(block + "norm1", hand.norm(x, block + "norm1"));
    for (const char* layer : {"query", "key", "value"}) {
      check(block + layer, hand.linear(values[block + "norm1"], block + layer));
    }
    std::vector<Tensor> scores, contexts;
    for (int64_t n = 0; n < 3; ++n) {
      scores.push_back(ByHand::scores(values[block + "query"][n], values[block + "key"][n], 2));
      contexts.push_back(ByHand::context(scores.back(), values[block + "value"][n]));
    }
    check(block + "scores", at::stack(scores));
    check(block + "context", at::stack(contexts));
    check(block + "sum1", x + hand.linear(values[block + "context"], block + "out"));
    check(block + "norm2", hand.norm(values[block + "sum1"], block + "norm2"));
    check(block + "gelu", ByHand::gelu(hand.linear(values[block + "norm2"], block + "fc1")));
    check(block + "sum2", values[block + "sum1"] + hand.linear(values[block + "gelu"], block + "fc2"));
    x = values[block + "sum2"];
  }
  check("first", hand.norm(x, "norm").select(1, 0));
  check("head", hand.linear(values["first"], "head"));
}

TEST_CASE("a text network looks up its words and averages over them") {
  spaces::OpGraph graph;
  int x = graph.embedding(graph.token_input(4), /*vocabulary=*/7, /*channels=*/3, "words");
  graph.linear(graph.global_avg_pool(x, "mean"), 2, "head");
  const Network network(graph, random_params(graph));
  const Tensor words = torch::tensor({{0, 6, 6, 2}, {5, 1, 3, 0}}, torch::kInt64);
  const std::map<std::string, Tensor> values = observed(network, words);
  const Tensor& table = tests::param(network, "words.weight").detach();
  for (int64_t n = 0; n < 2; ++n) {
    Tensor mean = torch::zeros({3}, torch::kFloat64);
    for (int64_t t = 0; t < 4; ++t) {
      const Tensor row = table[words[n][t].item<int64_t>()];
      CHECK(largest_difference(values.at("words")[n][t], row) == 0.0);
      mean = mean + row / 4.0;
    }
    CHECK(largest_difference(values.at("mean")[n], mean) < 1e-14);
  }
  // Words that are not read have no gradient.
  const Tensor logits = network.forward(words, Norm::kBatch);
  const Tensor gradient = torch::autograd::grad({logits.sum()}, {network.params()[0]})[0];
  CHECK(gradient[4].eq(0.0).all().item<bool>());
  CHECK(largest_difference(gradient[6], 2.0 * gradient[2]) < 1e-14);
}

TEST_CASE("gradients of an encoder agree with central differences, and so do those of the gradients") {
  const spaces::OpGraph graph = encoder_graph();
  const Network network(graph, random_params(graph));
  const Tensor images = random_images(3).set_requires_grad(true);
  const auto loss_of = [&](const std::vector<Tensor>& params, const Tensor& x) {
    const Tensor labels = torch::arange(3, torch::kInt64);
    return at::nll_loss(at::log_softmax(network.forward_with(params, x, Norm::kBatch), 1), labels);
  };
  std::vector<Tensor> variables = network.params();
  variables.push_back(images);
  // The squared length of the gradient is a loss whose gradient needs the second derivatives.
  const bool second_order = GENERATE(false, true);
  const auto objective = [&](const std::vector<Tensor>& at_variables) {
    std::vector<Tensor> params(at_variables.begin(), at_variables.end() - 1);
    const Tensor loss = loss_of(params, at_variables.back());
    if (!second_order) return loss;
    Tensor sum = torch::zeros({}, torch::kFloat64);
    for (const Tensor& g : torch::autograd::grad({loss}, at_variables, {}, true, /*create_graph=*/true)) {
      sum = sum + (g * g).sum();
    }
    return sum;
  };
  const auto gradients = torch::autograd::grad({objective(variables)}, variables);
  constexpr double kStep = 1e-5;
  for (size_t v = 0; v < variables.size(); ++v) {
    const int64_t count = variables[v].numel();
    for (const int64_t element : {int64_t{0}, count / 2, count - 1}) {
      const auto value_at = [&](double step) {
        std::vector<Tensor> moved = variables;
        Tensor other = variables[v].detach().clone();
        other.view(-1)[element] += step;
        moved[v] = other.set_requires_grad(true);
        return objective(moved).item<double>();
      };
      const double slope = (value_at(kStep) - value_at(-kStep)) / (2.0 * kStep);
      INFO("variable " << v << " element " << element);
      CHECK(gradients[v].reshape(-1)[element].item<double>() == Approx(slope).epsilon(1e-5).margin(1e-8));
    }
  }
}

TEST_CASE("tokens and tables start as normal draws, and by the hash rule where that is asked for") {
  spaces::OpGraph graph;
  const int x = graph.embedding(graph.token_input(40), /*vocabulary=*/50, /*channels=*/60, "words");
  graph.class_token(graph.position_embedding(x, "pos_embed"), "cls_token");
  const auto deviation = [](const Tensor& t) { return (t * t).mean().sqrt().item<double>(); };
  const auto drawn = initial_params(graph, Init::kPytorch, DType::kFloat64, 1, 0, 2);
  CHECK(deviation(drawn[0]) == Approx(1.0).epsilon(0.05));
  CHECK(deviation(drawn[1]) == Approx(0.02).epsilon(0.05));
  CHECK(deviation(drawn[2]) == Approx(0.02).epsilon(0.4));
  CHECK(std::abs(drawn[0].mean().item<double>()) < 0.08);
  const auto ruled = initial_params(graph, Init::kReference, DType::kFloat64, 1, 0, 2);
  const double bound = std::sqrt(6.0 / 60.0);
  for (const Tensor& tensor : ruled) {
    CHECK(tensor.abs().max().item<double>() <= bound);
    CHECK(deviation(tensor) == Approx(bound / std::sqrt(3.0)).epsilon(0.2));
  }
  const auto other_seed = initial_params(graph, Init::kReference, DType::kFloat64, 9, 0, 3);
  for (size_t i = 0; i < ruled.size(); ++i) CHECK(at::equal(ruled[i], other_seed[i]));
}

// The definition as a sum over all tokens and channels of one head.
template <typename Term>
Tensor transformed(const Tensor& x, int64_t heads, const Term& term) {
  const int64_t tokens = x.size(1), width = x.size(2) / heads;
  Tensor y = torch::zeros_like(x);
  for (int64_t head = 0; head < heads; ++head) {
    for (int64_t t = 0; t < tokens; ++t) {
      for (int64_t c = 0; c < width; ++c) {
        for (int64_t s = 0; s < tokens; ++s) {
          for (int64_t d = 0; d < width; ++d) {
            y[0][t][head * width + c] += x[0][s][head * width + d] * term(t, s, tokens, c, d, width);
          }
        }
      }
    }
  }
  return y;
}

Tensor wave(int64_t tokens, int64_t channels) {
  return at::sin(torch::arange(tokens * channels, torch::kFloat64) * 0.7).reshape({1, tokens, channels});
}

TEST_CASE("the Fourier and the cosine transform by head are the sums that define them") {
  const double pi = std::acos(-1.0);
  const Tensor x = wave(5, 6);
  const auto fourier = [pi](int64_t t, int64_t s, int64_t tokens, int64_t c, int64_t d, int64_t width) {
    return std::cos(2 * pi * (static_cast<double>(t * s) / tokens + static_cast<double>(c * d) / width));
  };
  const auto cosine = [pi](int64_t t, int64_t s, int64_t tokens, int64_t c, int64_t d, int64_t width) {
    return 4 * std::cos(pi * t * (2 * s + 1) / (2.0 * tokens)) * std::cos(pi * c * (2 * d + 1) / (2.0 * width));
  };
  CHECK(tests::largest_difference(fourier_transform(x, 2), transformed(x, 2, fourier)) < 1e-12);
  CHECK(tests::largest_difference(cosine_transform(x, 2), transformed(x, 2, cosine)) < 1e-12);
}

TEST_CASE("a dynamic convolution weighs the tokens around each by the softmax of its own kernel") {
  const Tensor kernels = wave(4, 6), values = wave(4, 10);  // two heads, three tokens a kernel, five channels a head
  const Tensor y = dynamic_convolution(kernels, values, 2);
  for (int64_t t = 0; t < 4; ++t) {
    for (int64_t head = 0; head < 2; ++head) {
      const Tensor weights = at::softmax(kernels[0][t].narrow(0, 3 * head, 3), 0);
      Tensor expected = torch::zeros({5}, torch::kFloat64);
      for (int64_t k = 0; k < 3; ++k) {
        const int64_t from = t + k - 1;
        if (from >= 0 && from < 4) expected += weights[k] * values[0][from].narrow(0, 5 * head, 5);
      }
      CHECK(tests::largest_difference(y[0][t].narrow(0, 5 * head, 5), expected) < 1e-14);
    }
  }
}

}  // namespace zeroth::nn
