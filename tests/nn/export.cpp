// Exported PyTorch source and TorchScript against the executor that scores: same weights, same input, same output.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "nn/network.h"
#include "nn/script_export.h"
#include "spaces/export_pytorch.h"
#include "spaces/export_tensors.h"
#include "spaces/search_space.h"
#include "tests/python.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;

// Weights that keep the signal's size, gains around 1, and biases and tokens that are seen to act.
std::vector<Tensor> seen_params(const spaces::OpGraph& graph) {
  std::vector<Tensor> params;
  for (size_t i = 0; i < graph.params().size(); ++i) {
    const spaces::ParamSpec& spec = graph.params()[i];
    Tensor value = torch::empty(spec.shape, torch::kFloat64);
    const double fan_in = static_cast<double>(spec.numel()) / static_cast<double>(spec.shape[0]);
    const double deviation = spaces::is_weight(spec.role) ? std::sqrt(2.0 / fan_in) : 0.3;
    core::Stream(3, "export", i).fill_normal(value.data_ptr<double>(), static_cast<size_t>(value.numel()), deviation);
    if (spec.role == spaces::ParamRole::kNormWeight) value.add_(1.0);
    params.push_back(value);
  }
  return params;
}

Tensor some_input(const spaces::OpGraph& graph) {
  std::vector<int64_t> shape = spaces::tensor_shapes(graph).front();
  shape.insert(shape.begin(), 4);
  const Tensor x = torch::empty(shape, torch::kFloat64);
  const auto count = static_cast<size_t>(x.numel());
  const core::Stream stream(3, "input");
  const int64_t words = spaces::vocabulary(graph);
  if (words == 0) stream.fill_normal(x.data_ptr<double>(), count, 1.0);
  for (uint32_t i = 0; words > 0 && i < count; ++i) {
    x.data_ptr<double>()[i] = stream.below(static_cast<uint32_t>(words), i);
  }
  return x;
}

std::string bytes_of(const Tensor& tensor) {
  const Tensor flat = tensor.detach().contiguous();
  return {static_cast<const char*>(flat.data_ptr()), static_cast<size_t>(flat.numel()) * sizeof(double)};
}

void write_case(const tests::TemporaryFolder& folder, const std::string& name, const spaces::OpGraph& graph) {
  const std::vector<Tensor> params = seen_params(graph);
  const Network network(graph, params);
  const Tensor x = some_input(graph);
  std::string flat;
  for (const Tensor& param : params) flat += bytes_of(param);
  folder.write(name + ".py", spaces::pytorch_source(graph, name));
  folder.write(name + ".params", flat);
  folder.write(name + ".pt", script_bytes(script_module(graph, params)));
  folder.write(name + ".input", bytes_of(x));
  const at::NoGradGuard guard;
  folder.write(name + ".batch", bytes_of(network.forward(x, Norm::kBatch)));
  folder.write(name + ".running", bytes_of(network.forward(x, Norm::kRunning)));
}

TEST_CASE("exported PyTorch source and TorchScript of every space yield what the executor yields") {
  if (!tests::python_has("torch, numpy")) return;
  const tests::TemporaryFolder folder;
  const core::Stream stream(1, "export");
  int cases = 0;
  std::vector<const spaces::SearchSpace*> spaces;
  for (const auto& space : spaces::all_spaces()) spaces.push_back(space.get());
  for (const char* file : {"nasbench201", "mobilenet", "mlp"}) {
    spaces.push_back(&spaces::find_space(ZEROTH_TESTS_DIR "/../spaces/examples/" + std::string(file) + ".yaml"));
  }
  for (const spaces::SearchSpace* space : spaces) {
    std::vector<spaces::Architecture> chosen = {space->parse(space->example())};
    for (uint32_t i = 0; i < 3; ++i) chosen.push_back(space->sample(stream, i * space->draws()));
    for (const spaces::Architecture& architecture : chosen) {
      const auto cells = space->cells(architecture);
      write_case(folder, "case" + std::to_string(cases++), space->lower(cells, space->fast_shape()));
    }
  }
  const auto run = tests::run_python(ZEROTH_TESTS_DIR "/nn/run_exports.py " + folder.path(""));
  CHECK(run.text == std::to_string(cases) + " networks agree\n");
}

}  // namespace
}  // namespace zeroth::nn
