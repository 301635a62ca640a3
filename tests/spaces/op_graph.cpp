#include "spaces/op_graph.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "spaces/blocks.h"

namespace zeroth::spaces {
namespace {

TEST_CASE("an operator graph knows shapes, parameters and cost") {
  OpGraph net;
  int x = net.input({3, 9, 7});
  x = net.conv2d(x, /*out_channels=*/4, /*kernel=*/3, /*stride=*/2, /*padding=*/1, "a");
  CHECK(net.nodes()[x].shape.height == 5);
  CHECK(net.nodes()[x].shape.width == 4);
  x = net.batch_norm(x, "b");
  x = net.avg_pool(x, 2, 2, 0, "c");
  CHECK(net.nodes()[x].shape.height == 2);
  CHECK(net.nodes()[x].shape.width == 2);
  x = net.global_avg_pool(x, "d");
  x = net.linear(x, 10, "e");
  CHECK(net.output() == x);
  CHECK(net.parameter_count() == 4 * 3 * 9 + 2 * 4 + 10 * 4 + 10);
  CHECK(net.macs() == 4 * 3 * 9 * 5 * 4 + 10 * 4);
  REQUIRE(net.params().size() == 5);
  CHECK(net.params()[0].name == "a.weight");
  CHECK(net.params()[0].shape == std::vector<int64_t>{4, 3, 3, 3});
  CHECK(net.params()[0].role == ParamRole::kConvWeight);
  CHECK(net.params()[2].name == "b.bias");
  CHECK(net.params()[2].role == ParamRole::kNormBias);
  CHECK(net.params()[4].name == "e.bias");
  CHECK(net.nodes()[x].params == std::vector<int>{3, 4});
}

TEST_CASE("a transformer's tokens have shapes, parameters and cost") {
  OpGraph net;
  int x = net.conv2d(net.input({3, 8, 6}), 10, 2, 2, 0, "patch");
  x = net.bias(net.tokens(x, "tokens"), "patch");
  x = net.position_embedding(net.class_token(x, "cls_token"), "pos_embed");
  const FeatureShape embedded = net.nodes()[x].shape;
  CHECK(embedded.tokens);
  CHECK(embedded.channels == 10);
  CHECK(embedded.height == 4 * 3 + 1);
  CHECK(embedded.width == 1);
  const int query = net.linear(x, 6, "q", Role::kQuery), key = net.linear(x, 6, "k", Role::kKey);
  const int value = net.linear(x, 9, "v", Role::kValue);
  const int scores = net.attention_scores(query, key, 3, "scores");
  CHECK(net.nodes()[scores].heads == 3);
  CHECK(net.nodes()[scores].shape.channels == 3);
  CHECK(net.nodes()[scores].shape.height == 13);
  CHECK(net.nodes()[scores].shape.width == 13);
  CHECK_FALSE(net.nodes()[scores].shape.tokens);
  const int context = net.attention_context(scores, value, "context");
  CHECK(net.nodes()[context].shape.channels == 9);
  CHECK(net.nodes()[context].shape.height == 13);
  CHECK(net.nodes()[context].shape.tokens);
  x = net.add({x, net.linear(context, 10, "out", Role::kAttentionOutput)}, "sum");
  x = net.first_token(net.gelu(net.layer_norm(x, "norm"), "gelu"), "first");
  x = net.linear(x, 7, "head", Role::kClassifier);
  CHECK_FALSE(net.nodes()[x].shape.tokens);
  CHECK(net.nodes()[x].role == Role::kClassifier);

  const int64_t embedding = 10 * 3 * 4 + 10 + 10 + 13 * 10;
  const int64_t attention = 2 * (6 * 10 + 6) + (9 * 10 + 9) + (10 * 9 + 10);
  CHECK(net.parameter_count() == embedding + attention + 2 * 10 + 7 * 10 + 7);
  const int64_t layers = 13 * (6 * 10 + 6 * 10 + 9 * 10 + 10 * 9), products = 13 * 13 * 6 + 13 * 13 * 9;
  CHECK(net.macs() == 10 * 3 * 4 * 12 + layers + products + 7 * 10);
  CHECK(net.params()[1].name == "patch.bias");
  CHECK(net.params()[1].role == ParamRole::kLinearBias);
  CHECK(net.params()[2].name == "cls_token");
  CHECK(net.params()[2].shape == std::vector<int64_t>{1, 10});
  CHECK(net.params()[3].name == "pos_embed");
  CHECK(net.params()[3].shape == std::vector<int64_t>{13, 10});
  CHECK(net.params()[3].role == ParamRole::kTokenParameter);
}

TEST_CASE("a text network looks its tokens up, which costs parameters and nothing else") {
  OpGraph net;
  int x = net.embedding(net.token_input(5), /*vocabulary=*/30, /*channels=*/4, "words");
  CHECK(net.nodes()[x].shape.channels == 4);
  CHECK(net.nodes()[x].shape.height == 5);
  CHECK(net.params()[0].role == ParamRole::kEmbedding);
  CHECK(net.params()[0].shape == std::vector<int64_t>{30, 4});
  x = net.global_avg_pool(x, "mean");
  CHECK(net.nodes()[x].shape.channels == 4);
  CHECK(net.nodes()[x].shape.height == 1);
  CHECK_FALSE(net.nodes()[x].shape.tokens);
  CHECK(net.parameter_count() == 30 * 4);
  CHECK(net.macs() == 0);
}

TEST_CASE("operators of transformers on what they cannot read are bugs") {
  OpGraph net;
  const int map = net.input({6, 2, 2});
  const int x = net.tokens(map, "tokens");
  CHECK_THROWS_AS(net.tokens(x, "again"), core::Bug);
  CHECK_THROWS_AS(net.class_token(map, "cls"), core::Bug);
  CHECK_THROWS_AS(net.layer_norm(map, "norm"), core::Bug);
  CHECK_THROWS_AS(net.first_token(map, "first"), core::Bug);
  CHECK_THROWS_AS(net.embedding(map, 10, 4, "words"), core::Bug);
  CHECK_THROWS_AS(net.attention_scores(x, x, 4, "heads that do not divide the channels"), core::Bug);
  CHECK_THROWS_AS(net.attention_scores(x, map, 2, "keys of a map"), core::Bug);
  CHECK_THROWS_AS(net.attention_context(x, x, "no scores"), core::Bug);
  CHECK_THROWS_AS(net.attention_context(net.attention_scores(x, x, 2, "scores"), net.class_token(x, "one more"), "c"),
                  core::Bug);
  CHECK_THROWS_AS(net.add({x, net.input({6, 4, 1})}, "a map of the same sizes"), core::Bug);
}

TEST_CASE("a map of one pixel can be added to a larger one, other sizes are a bug") {
  OpGraph net;
  const int large = net.input({2, 4, 4});
  const int pixel = net.avg_pool(large, 4, 4, 0, "pixel");
  const int half = net.avg_pool(large, 2, 2, 0, "half");
  const int sum = net.add({pixel, large, large}, "sum");
  CHECK(net.nodes()[sum].shape.height == 4);
  CHECK(net.nodes()[sum].operands == std::vector<int>{pixel, large, large});
  CHECK_THROWS_AS(net.add({half, large}, "wrong"), core::Bug);
  CHECK_THROWS_AS(net.add({}, "empty"), core::Bug);
}

TEST_CASE("windows larger than the map and linear layers on maps are bugs") {
  OpGraph net;
  const int x = net.input({2, 2, 2});
  CHECK_THROWS_AS(net.conv2d(x, 1, 3, 1, 0, "wide"), core::Bug);
  CHECK_THROWS_AS(net.linear(x, 10, "map"), core::Bug);
}

TEST_CASE("convolutions have windows of any shape, and groups") {
  OpGraph net;
  const int x = net.input({8, 9, 12});
  const auto shape_of = [&net](int node) {
    const FeatureShape& shape = net.nodes()[node].shape;
    return std::vector<int64_t>{shape.channels, shape.height, shape.width};
  };
  Window wide;
  wide.height = 1;
  wide.width = 7;
  wide.stride = 2;
  wide.pad_width = 3;
  const int a = net.conv2d(x, 16, wide, 1, "wide");
  CHECK(shape_of(a) == std::vector<int64_t>{16, 5, 6});
  const int b = net.conv2d(x, 8, Window::square(5, 1, 4, 2), 8, "dilated");
  CHECK(shape_of(b) == std::vector<int64_t>{8, 9, 12});
  CHECK(net.params()[0].shape == std::vector<int64_t>{16, 8, 1, 7});
  CHECK(net.params()[1].shape == std::vector<int64_t>{8, 1, 5, 5});
  CHECK(net.macs() == 16 * 8 * 7 * 5 * 6 + 8 * 25 * 9 * 12);
  CHECK_THROWS_AS(net.conv2d(x, 8, Window::square(1, 1, 0), 3, "groups"), core::Bug);
}

TEST_CASE("maps are joined, cut and gated") {
  OpGraph net;
  const int x = net.input({8, 4, 6});
  const int joined = net.concat({x, x, net.narrow(x, 3, "narrow")}, "concat");
  CHECK(net.nodes()[joined].shape.channels == 19);
  const int cropped = net.crop(x, "crop");
  CHECK(net.nodes()[cropped].shape.height == 3);
  CHECK(net.nodes()[cropped].shape.width == 5);
  CHECK_THROWS_AS(net.concat({x, cropped}, "sizes"), core::Bug);
  CHECK_THROWS_AS(net.narrow(x, 9, "wider"), core::Bug);
  const int gate = net.global_avg_pool(x, "pool");
  CHECK(net.nodes()[net.multiply(x, gate, "gated")].shape.width == 6);
  CHECK_THROWS_AS(net.multiply(x, cropped, "sizes"), core::Bug);
  CHECK(net.macs() == 0);
}

TEST_CASE("a complement has its operand's shape and costs nothing") {
  OpGraph net;
  const int x = net.input({8, 4, 6});
  const int rest = net.complement(x, "rest");
  CHECK(net.nodes()[rest].kind == OpKind::kComplement);
  CHECK(net.nodes()[rest].operands == std::vector<int>{x});
  CHECK(net.nodes()[rest].shape.channels == 8);
  CHECK(net.nodes()[rest].shape.width == 6);
  CHECK(net.nodes()[rest].modules == 0);
  CHECK(net.macs() == 0);
  CHECK(net.parameter_count() == 0);
}

TEST_CASE("a shuffle deals the channels of its groups out, and is told apart by how many there are") {
  OpGraph net;
  const int x = net.input({6, 4, 4});
  const int pairs = net.shuffle(x, 2, "pairs"), triples = net.shuffle(x, 3, "triples");
  CHECK(net.nodes()[pairs].groups == 2);
  CHECK(net.nodes()[pairs].shape.channels == 6);
  CHECK(operator_key(net.nodes()[pairs]) != operator_key(net.nodes()[triples]));
  CHECK(net.parameter_count() == 0);
  CHECK(net.macs() == 0);
  CHECK_THROWS_AS(net.shuffle(x, 4, "groups that do not divide the channels"), core::Bug);
}

TEST_CASE("what squeezes and excites has two layers, and a ReLU between them unless told otherwise") {
  OpGraph net;
  const int x = net.input({8, 4, 4});
  squeeze_excite(net, x, 2, Activation::kHardSigmoid, "a");
  squeeze_excite(net, x, 3, Activation::kSigmoid, "b", Activation::kSwish);
  CHECK(net.parameter_count() == (8 * 2 + 2 + 2 * 8 + 8) + (8 * 3 + 3 + 3 * 8 + 8));
  std::vector<std::string> between;
  for (const OpNode& node : net.nodes()) {
    if (node.scope.find(".act") == 1) between.push_back(node.kind == OpKind::kRelu ? "relu" : "other");
    if (node.scope == "b.act") CHECK(node.activation == Activation::kSwish);
  }
  CHECK(between == std::vector<std::string>{"relu", "other"});
  CHECK(net.nodes()[net.output()].kind == OpKind::kMultiply);
}

TEST_CASE("a linear layer is used again without new parameters, at the cost of its products") {
  OpGraph net;
  const int words = net.embedding(net.token_input(3), 10, 4, "words");
  const int first = net.linear(net.token(words, 0, "step"), 5, "linear");
  const int second = net.linear_again(net.token(words, 2, "step"), first, "linear");
  CHECK(net.nodes()[second].params == net.nodes()[first].params);
  CHECK(net.parameter_count() == 10 * 4 + 5 * 4 + 5);
  CHECK(net.macs() == 2 * 5 * 4);
  CHECK_THROWS_AS(net.linear_again(second, first, "width"), core::Bug);
}

TEST_CASE("tokens become a map again, without those in front") {
  OpGraph net;
  const int map = net.input({6, 2, 3});
  const int token = net.global_avg_pool(map, "pool");
  const int x = net.prepend_token(token, net.tokens(map, "tokens"), "prepend");
  CHECK(net.nodes()[x].shape.height == 7);
  CHECK(net.nodes()[net.map(x, 2, 3, "map")].shape.width == 3);
  CHECK_THROWS_AS(net.map(x, 2, 4, "too many"), core::Bug);
}

TEST_CASE("fixed transforms and dynamic convolutions mix tokens by head") {
  OpGraph net;
  const int words = net.embedding(net.token_input(7), 10, 6, "words");
  const int fourier = net.fourier_transform(words, 2, "fourier"), cosine = net.cosine_transform(words, 3, "cosine");
  CHECK(net.nodes()[fourier].heads == 2);
  CHECK(net.nodes()[cosine].shape.channels == 6);
  CHECK(net.nodes()[cosine].shape.height == 7);
  CHECK(net.nodes()[cosine].modules == 0);
  CHECK(net.macs() == 0);
  const int kernels = net.linear(words, 2 * 5, "kernels");
  const int mixed = net.dynamic_convolution(kernels, words, 2, "mixed");
  CHECK(net.nodes()[mixed].operands == std::vector<int>{kernels, words});
  CHECK(net.nodes()[mixed].shape.channels == 6);
  CHECK(net.nodes()[mixed].shape.tokens);
  CHECK(net.macs() == 7 * 6 * 10 + 7 * 6 * 5);
  CHECK(net.parameter_count() == 10 * 6 + 6 * 10 + 10);
  CHECK_THROWS_AS(net.fourier_transform(words, 4, "heads"), core::Bug);
  CHECK_THROWS_AS(net.cosine_transform(net.token(words, 0, "first"), 1, "a vector"), core::Bug);
  CHECK_THROWS_AS(net.dynamic_convolution(words, words, 3, "an even kernel"), core::Bug);
  CHECK_THROWS_AS(net.dynamic_convolution(kernels, words, 5, "heads of the values"), core::Bug);
}

TEST_CASE("a linear layer can do without its bias") {
  OpGraph net;
  const int x = net.linear(net.input({3, 1, 1}), 4, "plain", Role::kQuery, /*bias=*/false);
  REQUIRE(net.params().size() == 1);
  CHECK(net.params()[0].name == "plain.weight");
  CHECK(net.nodes()[x].params == std::vector<int>{0});
  CHECK(net.nodes()[x].role == Role::kQuery);
  CHECK(net.parameter_count() == 12);
}

}  // namespace
}  // namespace zeroth::spaces
