// TorchScript modules as operator graphs: what our own export writes comes back as it was, and what has no counterpart
// is named.
#include "nn/script_import.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>

#include "core/error.h"
#include "core/random.h"
#include "nn/network.h"
#include "nn/script_export.h"
#include "spaces/export_tensors.h"
#include "spaces/search_space.h"

namespace zeroth::nn {
namespace {

using Catch::Matchers::Contains;
using spaces::OpGraph;
using torch::Tensor;

// Weights that keep the signal's size, and gains and biases that are seen to act.
std::vector<Tensor> seen_params(const OpGraph& graph) {
  std::vector<Tensor> params;
  for (size_t i = 0; i < graph.params().size(); ++i) {
    const spaces::ParamSpec& spec = graph.params()[i];
    Tensor value = torch::empty(spec.shape);
    const double fan_in = static_cast<double>(spec.numel()) / static_cast<double>(spec.shape[0]);
    const double deviation = spaces::is_weight(spec.role) ? std::sqrt(2.0 / fan_in) : 0.3;
    core::Stream(5, "import", i).fill_normal(value.data_ptr<float>(), static_cast<size_t>(value.numel()), deviation);
    if (spec.role == spaces::ParamRole::kNormWeight) value.add_(1.0);
    params.push_back(value);
  }
  return params;
}

ScriptInput input_of(const OpGraph& graph) { return {graph.nodes().front().shape, spaces::vocabulary(graph)}; }

Tensor some_input(const ScriptInput& input) {
  const core::Stream stream(6, "input");
  if (input.vocabulary == 0) {
    const Tensor x = torch::empty({4, input.shape.channels, input.shape.height, input.shape.width});
    stream.fill_normal(x.data_ptr<float>(), static_cast<size_t>(x.numel()), 1.0);
    return x;
  }
  const Tensor x = torch::empty({4, input.shape.height});
  for (int64_t i = 0; i < x.numel(); ++i) {
    const auto vocabulary = static_cast<uint32_t>(input.vocabulary);
    x.data_ptr<float>()[i] = static_cast<float>(stream.below(vocabulary, static_cast<uint32_t>(i)));
  }
  return x;
}

// A module with the one parameter `w` (8, 8) and this source.
torch::jit::Module module_of(const std::string& forward) {
  torch::jit::Module module("Made");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("w", torch::randn({8, 8}), /*is_buffer=*/false);
  module.define("def forward(self, x: Tensor):\n" + forward);
  return module;
}

std::string obstacle(const std::string& forward, const std::string& input = "8,4,4") {
  try {
    import_script(module_of(forward), ScriptInput::parse(input));
  } catch (const core::Error& error) {
    return error.what();
  }
  return "none";
}

const std::string kToLogits = "  return torch.linear(torch.mean(x, [2, 3]), self.w)\n";

TEST_CASE("a network comes back from its TorchScript module") {
  // What the exporter writes for these networks need not have a counterpart operator by operator.
  const std::set<std::string> may_be_refused = {"autoformer", "bert", "pit", "rnn"};
  for (const auto& space : spaces::all_spaces()) {
    INFO(space->name());
    const auto cells = space->cells(space->parse(space->example()));
    const OpGraph graph = space->lower(cells, space->fast_shape());
    const std::vector<Tensor> params = seen_params(graph);
    const torch::jit::Module module = script_module(graph, params);
    ImportedScript imported;
    try {
      imported = import_script(module, input_of(graph));
    } catch (const core::Error& error) {
      INFO(error.what());
      CHECK(may_be_refused.count(std::string(space->name())) > 0);
      CHECK_THAT(error.what(), Contains("aten::"));
      continue;
    }
    CHECK(imported.graph.parameter_count() <= graph.parameter_count());  // without dead parts
    CHECK(imported.graph.macs() <= graph.macs());
    const Tensor x = some_input(input_of(graph));
    const at::NoGradGuard no_gradients;
    const Tensor expected = Network(graph, params).forward(x, Norm::kBatch);
    const Tensor found = Network(imported.graph, imported.params).forward(x, Norm::kBatch);
    CHECK((found - expected).norm().item<double>() < 1e-3 * expected.norm().item<double>());
  }
}

TEST_CASE("an imported network has the parameters and multiply-adds of the one that was written") {
  const spaces::SearchSpace& space = spaces::find_space("fbnet");
  const OpGraph graph = space.lower(space.cells(space.parse(space.example())), space.fast_shape());
  const ImportedScript imported = import_script(script_module(graph, seen_params(graph)), input_of(graph));
  CHECK(imported.graph.parameter_count() == graph.parameter_count());
  CHECK(imported.graph.macs() == graph.macs());
}

TEST_CASE("branches and loops on sizes are folded") {
  CHECK(obstacle("  for i in range(x.size(1) // 4):\n"
                 "    if x.dim() == 4 and i == 0:\n"
                 "      x = torch.relu(x)\n"
                 "    else:\n"
                 "      x = torch.tanh(x)\n" +
                 kToLogits) == "none");
  CHECK(obstacle("  parts = [torch.relu(x), torch.tanh(x)]\n"
                 "  parts.append(x)\n"
                 "  x = torch.add(parts[0], parts[2])\n" +
                 kToLogits) == "none");
}

TEST_CASE("operators in place change the tensor for all who hold it") {
  CHECK(obstacle("  y = x + x\n"
                 "  z = torch.relu_(y)\n"
                 "  x = z + y\n" +
                 kToLogits) == "none");
}

TEST_CASE("what has no counterpart is named with its place") {
  CHECK_THAT(obstacle("  x = torch.roll(x, [1], [2])\n" + kToLogits),
             Contains("aten::roll") && Contains("no counterpart"));
  CHECK_THAT(obstacle("  x = x * 0.5\n  x = torch.relu(x)\n" + kToLogits), Contains("aten::relu") && Contains("0.5"));
  CHECK_THAT(obstacle("  x = torch.leaky_relu(x, 0.2)\n" + kToLogits), Contains("aten::leaky_relu") && Contains("0.2"));
  CHECK_THAT(obstacle("  x = torch.avg_pool2d(x, [3, 3], [1, 1], [1, 1], False, True)\n" + kToLogits),
             Contains("aten::avg_pool2d") && Contains("divisor"));
  CHECK_THAT(obstacle("  x = torch.max_pool2d(x, [2, 2], [2, 2], [0, 0], [1, 1], True)\n" + kToLogits, "8,5,5"),
             Contains("aten::max_pool2d") && Contains("rounded up"));
  CHECK_THAT(obstacle("  if bool(torch.sum(x) > 0.0):\n    x = torch.relu(x)\n" + kToLogits),
             Contains("aten::Bool") && Contains("numbers of the input"));
  CHECK_THAT(obstacle("  return torch.relu(x)\n"), Contains("4 x 8 x 4 x 4"));
  CHECK_THAT(obstacle("  return torch.ones([4, 8])\n"), Contains("does not depend on the input"));
  CHECK_THAT(obstacle("  y = torch.linear(torch.mean(x, [2, 3]), self.w)\n"
                      "  return torch.linear(y, torch.softmax(self.w, 0))\n"),
             Contains("aten::linear") && Contains("computes"));
  CHECK_THAT(obstacle("  assert x.dim() == 3, 'never'\n" + kToLogits), Contains("prim::RaiseException"));
}

TEST_CASE("what the output does not need may be without counterpart") {
  CHECK(obstacle("  y = torch.roll(x, [1], [2])\n" + kToLogits) == "none");
}

TEST_CASE("input shapes are read, or refused with what is allowed") {
  CHECK(ScriptInput::parse("3,224,224").shape.height == 224);
  CHECK(ScriptInput::parse("64,1000").vocabulary == 1000);
  for (const char* wrong : {"", "3", "3,", "x,2,2", "3,0,0", "-3,2,2", "3,224,224,1", "3, 2, 2", "3,2x,2"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(ScriptInput::parse(wrong), Contains("3,224,224"));
  }
  CHECK_THROWS_WITH(ScriptInput::parse("3,4,5"), Contains("equal"));
}

}  // namespace
}  // namespace zeroth::nn
