// Exports of every space, run by PyTorch and ONNX themselves.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "core/random.h"
#include "spaces/canonical.h"
#include "spaces/export_json.h"
#include "spaces/export_onnx.h"
#include "spaces/export_pytorch.h"
#include "spaces/search_space.h"
#include "tests/python.h"

namespace zeroth::spaces {
namespace {

// Weights that keep the signal's size, gains around 1, and biases that are seen to act.
std::vector<float> values_of(const OpGraph& net, int number) {
  const ParamSpec& param = net.params()[static_cast<size_t>(number)];
  std::vector<float> values(static_cast<size_t>(param.numel()));
  const double fan_in = static_cast<double>(param.numel()) / static_cast<double>(param.shape[0]);
  const double deviation = is_weight(param.role) ? std::sqrt(2.0 / fan_in) : 0.3;
  core::Stream(3, "export", static_cast<uint64_t>(number)).fill_normal(values.data(), values.size(), deviation);
  if (param.role == ParamRole::kNormWeight) {
    for (float& value : values) value += 1.0F;
  }
  return values;
}

void write_exports(const tests::TemporaryFolder& folder, const std::string& name, const OpGraph& net) {
  folder.write(name + ".py", pytorch_source(net, name));
  folder.write(name + ".json", graph_json(net).dump());
  folder.write(name + ".onnx", onnx_model(
                                   net, [&](int number) { return values_of(net, number); }, name));
}

void export_samples(const tests::TemporaryFolder& folder, const SearchSpace& space, const std::string& name) {
  const core::Stream stream(1, "export");
  std::vector<Architecture> chosen = {space.parse(space.example())};
  for (uint32_t i = 0; i < 4; ++i) chosen.push_back(space.sample(stream, i * space.draws()));
  for (size_t i = 0; i < chosen.size(); ++i) {
    const std::vector<UnitGraph> written = space.cells(chosen[i]);
    const std::string file = name + "_" + std::to_string(i);
    write_exports(folder, file, space.lower(written, space.fast_shape()));
    if (i == 1) {
      write_exports(folder, file + "_canonical", space.lower(canonical_form(written).cells, space.fast_shape()));
    }
  }
}

TEST_CASE("PyTorch source and ONNX models of every space are one function, with our names, counts and shapes") {
  if (!tests::python_has("torch, onnx")) return;
  const tests::TemporaryFolder folder;
  int spaces = 0;
  for (const auto& space : all_spaces()) export_samples(folder, *space, "space" + std::to_string(spaces++));
  for (const char* file : {"nasbench201", "mobilenet", "mlp"}) {
    const SearchSpace& space = find_space(ZEROTH_TESTS_DIR "/../spaces/examples/" + std::string(file) + ".yaml");
    export_samples(folder, space, "described_" + std::string(file));
    ++spaces;
  }
  const tests::PythonRun run = tests::run_python(ZEROTH_TESTS_DIR "/spaces/run_exports.py " + folder.path(""));
  CHECK(run.text == std::to_string(6 * spaces) + " networks agree\n");
}

}  // namespace
}  // namespace zeroth::spaces
