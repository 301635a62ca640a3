// What the networks of described spaces are, and which of their architectures are one function.
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"
#include "spaces/search_space.h"
#include "spaces/user_space.h"
#include "spaces/user_space_operators.h"
#include "tests/temporary_folder.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& example(const std::string& name) {
  return find_space(ZEROTH_TESTS_DIR "/../spaces/examples/" + name + ".yaml");
}

OpGraph full(const SearchSpace& space, const std::string& text) {
  return space.lower(space.cells(space.parse(text)), space.full_shape());
}

std::string function(const SearchSpace& space, const std::string& text) {
  return canonical_form(space.cells(space.parse(text))).text;
}

// A space of 8x8 images with this text after its shapes.
std::unique_ptr<SearchSpace> space_of(const std::string& rest) {
  const tests::TemporaryFolder folder;
  return read_user_space(folder.write("space.yaml",
                                      "name: mine\ninput: {image: {channels: 3, resolution: 8}}\nclasses: 10\n"
                                      "full: {channels: 4, cells: 2}\n" +
                                          rest));
}

constexpr const char* kSmallest =
    "stage1.expand=3in:stage1.kernel=3:stage1.width=1x:stage1.repeats=1:"
    "stage2.expand=3in:stage2.kernel=3:stage2.attention=identity:stage2.width=2x:stage2.repeats=1:"
    "stage3.expand=3in:stage3.kernel=3:stage3.attention=identity:stage3.width=4x:stage3.repeats=1";

TEST_CASE("the smallest MobileNet of the example costs what its layers do") {
  const OpGraph net = full(example("mobilenet"), kSmallest);
  const int64_t stem = 3 * 16 * 9, one = 16 * 48, depthwise = 48 * 9, three = 32 * 96, last = 64 * 256;
  const int64_t norms = 2 * (16 + (48 + 48 + 16) + (48 + 48 + 32) + (96 + 96 + 64) + 256);
  CHECK(net.parameter_count() == stem + (one + depthwise + one) + (one + depthwise + 2 * one) +
                                     (three + 96 * 9 + 2 * three) + last + norms + 2560 + 10);
  CHECK(net.macs() == 1024 * stem + 1024 * (2 * one + depthwise) + 1024 * one + 256 * (depthwise + 2 * one) +
                          256 * three + 64 * (96 * 9 + 2 * three) + 64 * last + 2560);
  CHECK(net.taps().size() == 5);
  const OpNode& sum = net.nodes().at(static_cast<size_t>(net.taps().at(1)));
  CHECK(sum.kind == OpKind::kAdd);  // stride 1, and the width stays
  CHECK(net.nodes().at(static_cast<size_t>(net.taps().at(2))).kind == OpKind::kBatchNorm);
}

TEST_CASE("repeats of a block stride once and read their own width, and labels say so") {
  std::string text = kSmallest;
  text.replace(text.rfind("repeats=1"), 9, "repeats=2");
  CHECK(example("mobilenet").parse(text).choices.size() == 14);
  const OpGraph net = full(example("mobilenet"), text);
  const auto at = [&net](size_t tap) { return net.nodes().at(static_cast<size_t>(net.taps().at(tap))); };
  CHECK(at(3).shape.height == 8);
  CHECK(at(4).shape.height == 8);
  CHECK(at(4).kind == OpKind::kAdd);
  CHECK(net.parameter_count() - full(example("mobilenet"), kSmallest).parameter_count() ==
        2 * 64 * 192 + 192 * 9 + 2 * (192 + 192 + 64));
  const std::string block = "=mbconv:expand:3in:activation:hard_swish:kernel:3:stride:2:attention:identity:width:4x";
  CHECK(function(example("mobilenet"), text).find("4" + block + "(3);5" + block + ":again(4)") != std::string::npos);
}

TEST_CASE("a perceptron of the example costs what its layers do") {
  const std::string text =
      "first.width=1x:first.norm=identity:first.activation=relu:second.repeats=0:second.block=layer:second.width=1x:"
      "second.norm=identity:second.activation=relu:last.activation=tanh";
  const OpGraph net = full(example("mlp"), text);
  CHECK(net.parameter_count() == 17 * 64 + 65 * 64 + 65 * 10);
  CHECK(net.macs() == 16 * 64 + 64 * 64 + 64 * 10);
  CHECK(net.nodes()[0].shape.channels == 16);
  CHECK(net.nodes()[1].kind == OpKind::kGlobalAvgPool);
  CHECK(net.nodes()[static_cast<size_t>(net.output())].role == Role::kClassifier);
  NetShape dense = example("mlp").full_shape();
  dense.dense = true;
  CHECK(example("mlp").lower(example("mlp").cells(example("mlp").parse(text)), dense).output() == net.output());
  NetShape image = example("mlp").full_shape();
  image.resolution = 8;
  CHECK_THROWS_WITH(example("mlp").lower(example("mlp").cells(example("mlp").parse(text)), image),
                    "resolution 8: mlp reads vectors, which have none");
  image.thin = true;
  CHECK_THROWS_WITH(example("mlp").lower(example("mlp").cells(example("mlp").parse(text)), image),
                    "mlp has no thin network");
}

TEST_CASE("what a block that is not there would have been is no part of the function") {
  const std::string head = "first.width=1x:first.norm=identity:first.activation=relu:", tail = ":last.activation=tanh";
  const auto of = [&](const std::string& second) { return function(example("mlp"), head + second + tail); };
  CHECK(of("second.repeats=0:second.block=layer:second.width=1x:second.norm=identity:second.activation=relu") ==
        of("second.repeats=0:second.block=residual:second.width=2x:second.norm=batch_norm:second.activation=gelu"));
  // A residual block has the width that it reads.
  CHECK(of("second.repeats=1:second.block=residual:second.width=1x:second.norm=identity:second.activation=relu") ==
        of("second.repeats=1:second.block=residual:second.width=2x:second.norm=identity:second.activation=relu"));
  CHECK(of("second.repeats=1:second.block=layer:second.width=1x:second.norm=identity:second.activation=relu") !=
        of("second.repeats=1:second.block=layer:second.width=2x:second.norm=identity:second.activation=relu"));
}

TEST_CASE("blocks that stand in another place of a chain, between identities, are one function") {
  const auto space = space_of(
      "blocks:\n  three: [conv: {kernel: 3}, batch_norm]\n  gone: {operators: [zero], skip: true}\n"
      "network:\n"
      "  - {block: [three, identity], name: a}\n  - {block: [three, gone], name: b}\n");
  CHECK(function(*space, "a.block=three:b.block=gone") == "1=three(0);out(1)");
  CHECK(function(*space, "a.block=identity:b.block=three") == "1=three(0);out(1)");
  CHECK(function(*space, "a.block=identity:b.block=gone") == "out(0)");
  CHECK(function(*space, "a.block=three:b.block=three") == "1=three(0);2=three(1);out(2)");
  CHECK(full(*space, "a.block=identity:b.block=gone").taps().size() == 1);
}

constexpr const char* kNodeCell =
    "blocks:\n  three: [conv: {kernel: 3}, batch_norm, relu]\n  pool: [max_pool: {kernel: 3}]\n"
    "cells:\n  cell: {nodes: 2, on_nodes: [three, pool, identity]}\n"
    "network:\n  - {name: stem, operators: [conv: {kernel: 1, out: 1x}]}\n  - cell\n";

TEST_CASE("a cell with operations on its nodes is written with what each reads") {
  const auto space = space_of(kNodeCell);
  CHECK(space->size() == 3 * 2 * 3 * 4 * 8);
  const std::string text = "|three~0|+|pool~0.1|+|~0.1.2|";
  CHECK(space->parse(text).choices == std::vector<int>{0, 1, 1, 1, 1, 1, 1, 1});
  CHECK(function(*space, text) == "1=three(0);2=pool(0+1);out(0+1+2)");
  CHECK(space->print(space->parse("|three~|+|pool~|+|~|")) == "|three~|+|pool~|+|~|");
  CHECK(function(*space, "|three~|+|pool~1|+|~2|") == "out()");
  CHECK(function(*space, "|three~0|+|identity~1|+|~2|") == function(*space, "|identity~0|+|three~1|+|~2|"));
  const OpGraph net = full(*space, text);
  CHECK(net.parameter_count() == 3 * 4 + 2 * (9 * 16 + 8) + 4 * 10 + 10);  // two cells
  CHECK(net.params().at(1).name == "cell.0.layers.0.op.0.weight");
  for (uint64_t index = 0; index < *space->size(); ++index) {
    const Architecture architecture = space->at(index);
    REQUIRE(space->parse(space->print(architecture)) == architecture);
    const auto cells = space->cells(architecture);
    REQUIRE(facts(*space, architecture, space->full_shape()).live_params <=
            space->lower(cells, space->full_shape()).parameter_count());
  }
}

TEST_CASE("two cells, and blocks beside them, are written by their names") {
  const auto space = space_of(
      "cells:\n  a: {nodes: 2, on_edges: [zero, identity]}\n  b: {nodes: 2, on_edges: [identity, zero]}\n"
      "network:\n  - a\n  - {name: c, operators: [conv: {kernel: [1, 3], out: [1x, 2x]}]}\n"
      "  - {cell: b, repeats: 3}\n");
  const std::string text = "a=|identity~0|:b=|zero~0|:c.kernel=3:c.out=2x";
  CHECK(space->print(space->parse(text)) == text);
  CHECK(space->parse("c.out=2x:b=|zero~0|:c.kernel=3:a=|identity~0|") == space->parse(text));
  CHECK(space->parse(text).choices == std::vector<int>{1, 1, 1, 1});
  CHECK(function(*space, text) == "out(0) out() 1=c:kernel:3:out:2x(0);out(1)");
  const OpGraph net = full(*space, text);
  CHECK(net.taps().size() == 2 + 1 + 3);
  CHECK(net.parameter_count() == 9 * 3 * 8 + 8 * 10 + 10);
}

TEST_CASE("architectures beyond the constraints are none") {
  const std::string network =
      "network:\n  - {name: a, operators: [conv: {kernel: [1, 3, 5], out: [1x, 2x, 4x]}], repeats: [1, 2]}\n";
  const auto whole = space_of(network);
  // A second block is one layer too deep. 3x3 to 8 channels has 216 weights, and the classifier 90.
  const auto space = space_of(network + "constraints: {params: <= 306, depth: 2}\n");
  CHECK(whole->size() == 18);
  REQUIRE(space->size() == 5);
  CHECK(space->print(space->at(0)) == "a.repeats=1:a.kernel=1:a.out=1x");
  CHECK(space->print(space->at(4)) == "a.repeats=1:a.kernel=3:a.out=2x");
  CHECK_THROWS_WITH(space->parse("a.repeats=1:a.kernel=3:a.out=4x"),
                    "\"a.repeats=1:a.kernel=3:a.out=4x\" is no mine architecture: params 602, where the constraints "
                    "allow 306");
  CHECK_THROWS_WITH(space->parse("a.repeats=2:a.kernel=1:a.out=1x"),
                    Catch::EndsWith("depth 3, where the constraints allow 2"));
  const Architecture largest = space->at(4), smallest = space->at(0);
  CHECK(space->neighbours(largest) == std::vector<Architecture>{space->at(1), space->at(3)});
  const core::Stream stream(1, "test");
  for (uint32_t i = 0; i < 20; ++i) {
    const Architecture drawn = space->sample(stream, i * space->draws());
    CHECK(space->parse(space->print(drawn)) == drawn);
    // Of these parents half of the children are beyond the limits, and give way.
    const Architecture child = space->crossover(space->at(2), largest, stream, 100000 + i);
    CHECK(space->parse(space->print(child)) == child);
  }
}

TEST_CASE("constraints that nothing keeps are told with their line") {
  CHECK_THROWS_WITH(space_of("network: [{name: a, operators: [conv: {kernel: [1, 3]}]}]\nconstraints: {macs: <= 10}\n"),
                    Catch::Contains("space.yaml:6: constraints: mine: none of 200 architectures drawn keeps the "
                                    "constraints (of the last, macs"));
}

TEST_CASE("the README names every operator and field, and its examples are read") {
  const std::string text = tests::TemporaryFolder::read(ZEROTH_TESTS_DIR "/../spaces/examples/README.md");
  for (const OperatorRule& rule : operator_rules()) {
    INFO(rule.name);
    CHECK(text.find("`" + std::string(rule.name) + "`") != std::string::npos);
    for (const FieldRule& field : rule.fields)
      CHECK(text.find("`" + std::string(field.name) + "`") != std::string::npos);
  }
  // Indented text from this line to the next that is not.
  const auto snippet = [&text](const std::string& first) {
    std::string found;
    for (size_t at = text.find("    " + first); text.compare(at, 4, "    ") == 0; at = text.find('\n', at) + 1) {
      found += text.substr(at + 4, text.find('\n', at) - at - 3);
    }
    return found;
  };
  const tests::TemporaryFolder folder;
  const auto tiny = read_user_space(folder.write("tiny.yaml", snippet("name: tiny")));
  CHECK(tiny->print(tiny->at(1)) == "body.kernel=5");
  const std::string network = snippet("network:\n      - stem");
  const auto space = space_of(snippet("blocks:\n      mbconv") + "  stem: [conv: {out: 1x, kernel: 3}]\n" + network);
  CHECK(space->size() == 2 * 2 * 2 * 3);
}

TEST_CASE("operators of a block become those of the network") {
  const auto second = [](const std::string& operators) {
    const auto space =
        space_of("network:\n  - {name: a, operators: [" + operators + "]}\n  - {block: [relu, tanh], name: b}\n");
    return space->lower(space->cells(space->at(0)), space->full_shape()).nodes().at(1);
  };
  CHECK(second("relu").kind == OpKind::kRelu);
  CHECK(second("gelu").kind == OpKind::kGelu);
  CHECK(second("batch_norm").kind == OpKind::kBatchNorm);
  CHECK(second("global_avg_pool, layer_norm").kind == OpKind::kGlobalAvgPool);
  CHECK(second("avg_pool: {kernel: 2, stride: 2}").shape.height == 4);
  CHECK(second("max_pool: {kernel: 3, stride: 2}").window == Window::square(3, 2, 1));
  CHECK(second("conv: {kernel: 5, dilation: 2, out: 1.5x}").window == Window::square(5, 1, 4, 2));
  CHECK(second("conv: {kernel: 5, dilation: 2, out: 1.5x}").shape.channels == 6);
  CHECK(second("conv: {kernel: 1, out: 6in, groups: all}").groups == 3);
  CHECK(second("conv: {kernel: 3, padding: 0, out: 7}").shape.height == 6);
  const std::vector<std::pair<std::string, Activation>> functions = {{"relu6", Activation::kRelu6},
                                                                     {"leaky_relu", Activation::kLeakyRelu},
                                                                     {"swish", Activation::kSwish},
                                                                     {"hard_swish", Activation::kHardSwish},
                                                                     {"tanh", Activation::kTanh},
                                                                     {"sigmoid", Activation::kSigmoid},
                                                                     {"hard_sigmoid", Activation::kHardSigmoid}};
  for (const auto& [name, function] : functions) {
    CHECK(second(name).kind == OpKind::kActivation);
    CHECK(second(name).activation == function);
  }
}

TEST_CASE("a file is read once, by whichever thread comes first") {
  const tests::TemporaryFolder folder;
  const std::string path =
      folder.write("space.yaml", tests::TemporaryFolder::read(ZEROTH_TESTS_DIR "/../spaces/examples/mlp.yaml"));
  std::vector<const SearchSpace*> found(4);
  std::vector<std::thread> threads;
  for (const SearchSpace*& place : found) threads.emplace_back([&] { place = &find_space(path); });
  for (std::thread& thread : threads) thread.join();
  for (const SearchSpace* space : found) CHECK(space == found.front());
  folder.write("space.yaml", "name: another");
  CHECK(&find_space(path) == found.front());
  CHECK(found.front()->name() == "mlp");
}

}  // namespace
}  // namespace zeroth::spaces
