#include "nn/script_import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "core/random.h"
#include "nn/first_line.h"
#include "nn/network.h"
#include "nn/script_trace.h"
#include "spaces/activation_memory.h"

namespace zeroth::nn {
namespace {

using core::Error;
using spaces::OpGraph;
using spaces::OpKind;
using spaces::OpNode;
using torch::Tensor;

constexpr int64_t kBatch = 4;
// Of the root of summed squares. Batch norms over few numbers magnify the rounding of float32; a graph that computes
// something else is off by far more.
constexpr double kTolerance = 1e-3;

Tensor some_input(const ScriptInput& input) {
  const core::Stream stream(0, "script input");
  if (input.vocabulary > 0) {
    const Tensor words = torch::empty({kBatch, input.shape.height}, torch::kInt64);
    for (int64_t i = 0; i < words.numel(); ++i) {
      words.data_ptr<int64_t>()[i] = stream.below(static_cast<uint32_t>(input.vocabulary), static_cast<uint32_t>(i));
    }
    return words;
  }
  const Tensor images = torch::empty({kBatch, input.shape.channels, input.shape.height, input.shape.width});
  stream.fill_normal(images.data_ptr<float>(), static_cast<size_t>(images.numel()), 1.0);
  return images;
}

void make_float32(const torch::jit::Module& module) {
  const auto convert = [](Tensor tensor) {
    if (tensor.is_floating_point() && tensor.scalar_type() != torch::kFloat32) {
      tensor.set_data(tensor.detach().to(torch::kFloat32));
    }
  };
  for (const Tensor& parameter : module.parameters()) convert(parameter);
  for (const Tensor& buffer : module.buffers()) convert(buffer);
}

// The last map of each size that every way from the input to the output leads through: what other networks have as the
// outputs of their stages.
void tap_stages(OpGraph& graph) {
  const std::vector<OpNode>& nodes = graph.nodes();
  const std::vector<size_t> last_reader = spaces::last_readers(graph);
  std::map<int64_t, int> last_of_size;
  size_t reach = last_reader[0];  // of the nodes before
  for (size_t i = 1; i < nodes.size(); ++i) {
    const int64_t pixels = nodes[i].shape.height * nodes[i].shape.width;
    const bool alone = reach <= i;
    if (alone && !nodes[i].shape.tokens && pixels > 1) last_of_size[-pixels] = static_cast<int>(i);
    reach = std::max(reach, last_reader[i]);
  }
  for (const auto& [size, node] : last_of_size) graph.tap(node);
}

void require_equal(const Network& network, const Tensor& images, const Tensor& expected) {
  const at::NoGradGuard no_gradients;
  const Tensor difference = network.forward(images, Norm::kBatch) - expected.reshape({kBatch, -1});
  const double error = difference.norm().item().toDouble() / std::max(expected.norm().item().toDouble(), 1e-30);
  if (!(error < kTolerance)) {  // nor where it is not a number
    throw Error(fmt::format("the imported network and the module differ by a share of {:.1e}", error));
  }
}

}  // namespace

ScriptInput ScriptInput::parse(const std::string& text) {
  std::vector<int64_t> numbers;
  const char *at = text.data(), *end = text.data() + text.size();
  bool valid = at != end;
  while (valid) {
    int64_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    constexpr int64_t kMost = 1000000;
    valid = error == std::errc() && number >= 1 && number <= kMost && (next == end || *next == ',');
    numbers.push_back(number);
    if (next == end) break;
    at = next + 1;
  }
  if (!valid || numbers.size() < 2 || numbers.size() > 3) {
    throw core::UsageError(fmt::format(
        "--input-shape {}: give an image's channels, height and width, as 3,224,224, or of a text the number of words "
        "and of those that there are, as 64,1000",
        text));
  }
  if (numbers.size() == 2) return {{1, numbers[0], 1, /*tokens=*/true}, numbers[1]};
  if (numbers[1] != numbers[2]) {
    throw core::UsageError(fmt::format("--input-shape {}: height and width must be equal", text));
  }
  return {{numbers[0], numbers[1], numbers[2]}, 0};
}

torch::jit::Module load_script(const std::string& path) {
  if (std::filesystem::is_directory(path)) throw Error(path + ": a folder, where a TorchScript file is wanted");
  if (!std::filesystem::exists(path)) throw Error(path + ": no such file");
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("{}: no TorchScript module, as torch.jit.save writes it: {}", path,
                            core::one_line(first_line(why))));
  };
  try {
    return torch::jit::load(path, c10::Device(c10::kCPU));
  } catch (const c10::Error& error) {
    refuse(error.what_without_backtrace());
  } catch (const std::exception& error) {
    refuse(error.what());
  }
  throw core::Bug("unreachable");
}

ImportedScript import_script(const torch::jit::Module& module, const ScriptInput& input) {
  make_float32(module);
  torch::jit::Module evaluated = module;
  evaluated.eval();
  const Tensor images = some_input(input);
  ScriptTrace trace(evaluated, kBatch);
  const Tensor logits = trace.run(images, input.shape);
  const Symbol* symbol = trace.symbol(logits);
  if (symbol == nullptr) throw Error("the output does not depend on the input");
  if (!symbol->obstacle.empty()) throw Error(symbol->obstacle);
  if (logits.size(0) != kBatch || logits.numel() != kBatch * logits.size(1)) {
    throw Error(fmt::format("the module returns {} numbers ({}) for {} images, not a row of logits for each",
                            logits.numel(), fmt::join(logits.sizes(), " x "), kBatch));
  }
  Draft& draft = trace.draft();
  const int output = draft.as_vector(*symbol, "output");
  if (draft.step(output).kind == OpKind::kLinear) draft.set_role(output, spaces::Role::kClassifier);
  Draft::Network found = draft.network(output);
  ImportedScript imported{std::move(found.graph), {}};
  for (const Tensor& param : found.params) imported.params.push_back(param.detach().to(torch::kFloat32).contiguous());
  for (size_t i = 0; i < imported.params.size(); ++i) {
    ZEROTH_CHECK(imported.params[i].sizes().vec() == imported.graph.params()[i].shape);
  }
  tap_stages(imported.graph);
  require_equal(Network(imported.graph, imported.params), images, logits);
  return imported;
}

}  // namespace zeroth::nn
