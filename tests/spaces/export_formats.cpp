// What exports say, on networks small enough to read.
#include <catch2/catch.hpp>
#include <string>

#include "core/error.h"
#include "spaces/export_dot.h"
#include "spaces/export_json.h"
#include "spaces/export_onnx.h"
#include "spaces/export_pytorch.h"
#include "spaces/export_tensors.h"

namespace zeroth::spaces {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

// An image of 3 x 4 x 4, a strided convolution with a bias, a shortcut, and a linear layer that is used twice.
OpGraph small_network() {
  OpGraph net;
  int x = net.input({3, 4, 4});
  x = net.bias(net.conv2d(x, 6, Window::square(3, 2, 1), 3, "stem"), "stem");
  x = net.add({x, net.relu(x, "cells.0.relu")}, "cells.0");
  x = net.global_avg_pool(x, "pool");
  const int first = net.linear(x, 6, "head", Role::kClassifier, /*bias=*/false);
  net.linear_again(first, first, "head");
  return net;
}

TEST_CASE("JSON has every operator with its shape, parameters and multiply-adds") {
  const OpGraph net = small_network();
  const auto json = graph_json(net);
  CHECK(json["params"] == 6 * 9 + 6 + 36);
  CHECK(json["macs"] == 6 * 9 * 4 + 2 * 36);
  CHECK(json["parameters"].dump() == R"([{"name":"stem.weight","shape":[6,1,3,3]},{"name":"stem.bias","shape":[6]},)"
                                     R"({"name":"head.weight","shape":[6,6]}])");
  CHECK(json["nodes"].size() == 8);
  CHECK(json["nodes"][1].dump() ==
        R"({"op":"conv2d","scope":"stem","inputs":[0],"shape":[6,2,2],"kernel":[3,3],"stride":2,"padding":[1,1],)"
        R"("dilation":1,"groups":3,"parameters":[0],"params":54,"macs":216})");
  CHECK(json["nodes"][4].dump() ==
        R"({"op":"add","scope":"cells.0","inputs":[2,3],"shape":[6,2,2],"parameters":[],"params":0,"macs":0})");
  CHECK(json["nodes"][7]["shape"].dump() == "[6]");
  CHECK(json["nodes"][7]["parameters"] == json["nodes"][6]["parameters"]);
  CHECK(json["output"] == 7);
}

TEST_CASE("PyTorch source reads like a network that is written by hand") {
  const std::string source = pytorch_source(small_network(), "two\nlines");
  CHECK_THAT(source, StartsWith("# two\n# lines\nimport torch\n"));
  CHECK_THAT(source, Contains(R"(
        self.add("stem", nn.Conv2d(3, 6, 3, stride=2, padding=1, groups=3))
        self.add("head", nn.Linear(6, 6, bias=False))
)"));
  CHECK_THAT(source, Contains(R"(
        x = module("stem")(x)                                           # 6 x 2 x 2

        # cells.0
        x1 = F.relu(x)
        x = x + x1

        # pool
        x = x.mean((2, 3))                                              # 6

        # head
        x = module("head")(x)
        x = module("head")(x)
        return x
)"));
}

TEST_CASE("names that PyTorch's modules have already get an underscore") {
  OpGraph net;
  int x = net.input({2, 4, 4});
  x = net.conv2d(x, 2, 1, 1, 0, "train");
  x = net.relu(net.conv2d(x, 2, 1, 1, 0, "a.b"), "a.b");
  x = net.bias(x, "a.b");  // not the convolution's own: a ReLU is between
  net.conv2d(net.conv2d(x, 2, 1, 1, 0, "a"), 2, 1, 1, 0, "quote\"d.type");
  const std::string source = pytorch_source(net, "");
  for (const char* line : {R"(add("train_", nn.)", R"(add("a.b", nn.Conv2d)", R"(add("a.b.bias_", nn.Parameter)",
                           R"(add("a_", nn.)", R"(add("quote\"d.type_", nn.)"}) {
    CHECK_THAT(source, Contains(line));
  }
}

TEST_CASE("a bias is the convolution's own only where nothing reads the convolution without it") {
  OpGraph net;
  const int conv = net.conv2d(net.input({2, 4, 4}), 2, 1, 1, 0, "conv");
  net.add({conv, net.bias(conv, "conv")}, "sum");
  CHECK_THAT(pytorch_source(net, ""), Contains("nn.Conv2d(2, 2, 1, bias=False)") &&
                                          Contains(R"(add("conv.bias_", nn.Parameter(torch.zeros(2))))"));
}

TEST_CASE("DOT draws a box an operator, and Graphviz draws it") {
  const std::string dot = graph_dot(small_network(), "a \"b\"\\\nc");
  CHECK_THAT(dot, StartsWith("digraph network {\n  label=\"a \\\"b\\\"\\\\\\nc\";"));
  CHECK_THAT(dot, Contains(R"(n1 [label="conv2d 3x3 /2, 3 groups\nstem\n6 x 2 x 2", fillcolor=lightblue];)"));
  CHECK_THAT(dot, Contains("  n2 -> n4;\n  n3 -> n4;\n"));
  const std::string svg = graph_svg(small_network(), "title");
  CHECK_THAT(svg, StartsWith("<?xml") && Contains("conv2d 3x3 /2, 3 groups") && EndsWith("</svg>\n"));
  CHECK(svg == graph_svg(small_network(), "title"));
}

TEST_CASE("ONNX models hold the weights they are given") {
  const OpGraph net = small_network();
  const auto with = [&](float value) {
    return onnx_model(
        net,
        [&](int number) {
          return std::vector<float>(static_cast<size_t>(net.params()[static_cast<size_t>(number)].numel()), value);
        },
        "title");
  };
  CHECK(with(0.5F) == with(0.5F));
  CHECK(with(0.5F) != with(0.25F));
  CHECK_THROWS_AS(onnx_model(
                      net, [](int) { return std::vector<float>(1); }, "title"),
                  core::Bug);
}

TEST_CASE("an ONNX model above two gigabytes is refused before anything is read") {
  OpGraph net;
  const int x = net.global_avg_pool(net.input({30000, 1, 1}), "pool");
  net.linear(x, 30000, "head");
  CHECK_THROWS_WITH(onnx_model(
                        net, [](int) { return std::vector<float>(); }, "title"),
                    Contains("3600120000 bytes of parameters"));
}

TEST_CASE("an operator belongs to the part of the network that its scope begins with") {
  const auto part = [](const char* scope) {
    OpNode node;
    node.scope = scope;
    return part_of(node);
  };
  CHECK(part("cells.0.layers.2.op.1") == "cells.0");
  CHECK(part("features.blocks.12") == "features.blocks.12");
  CHECK(part("patch_embed.conv") == "patch_embed");
  CHECK(part("norm") == "norm");
}

}  // namespace
}  // namespace zeroth::spaces
