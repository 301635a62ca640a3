// zeroth export: an architecture's network in the format of another tool.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/seed.h"
#include "core/error.h"
#include "core/log.h"
#include "core/random.h"
#include "core/replace_file.h"
#include "nn/initialiser.h"
#include "nn/script_export.h"
#include "nn/setting.h"
#include "spaces/canonical.h"
#include "spaces/export_dot.h"
#include "spaces/export_json.h"
#include "spaces/export_onnx.h"
#include "spaces/export_pytorch.h"
#include "spaces/search_space.h"

namespace zeroth::cli {
namespace {

struct ExportOptions {
  std::string architecture, space, format, out;
  std::string graph = "as-written", fidelity = "shared";
  std::optional<int64_t> classes;
  std::string init = "pytorch";
  uint64_t seed = 0;
};

// The network, what it is in words, and what names its weights.
struct Exported {
  spaces::OpGraph graph;
  std::string title;
  uint64_t identity = 0;
};

spaces::NetShape shape_of(const spaces::SearchSpace& space, const ExportOptions& options) {
  if (options.fidelity != "fast" && options.fidelity != "shared") {
    throw core::UsageError(core::unknown_name("fidelity", options.fidelity, {"fast", "shared"}));
  }
  spaces::NetShape shape = options.fidelity == "fast" ? space.fast_shape() : space.full_shape();
  if (options.classes && *options.classes < 1) {
    throw core::UsageError(fmt::format("--classes {}: must be at least 1", *options.classes));
  }
  shape.classes = options.classes.value_or(shape.classes);
  return shape;
}

Exported exported(const ExportOptions& options) {
  const spaces::SearchSpace& space = spaces::find_space(options.space);
  const spaces::NetShape shape = shape_of(space, options);
  const nn::GraphView view = nn::parse_view(options.graph);
  const spaces::Architecture architecture = space.parse(options.architecture);
  const std::vector<spaces::UnitGraph> written = space.cells(architecture);
  const bool canonical = view == nn::GraphView::kCanonical;
  const std::string text = space.print(architecture);
  const std::string title = fmt::format("{}\nof {}, {}, {}; written by zeroth " ZEROTH_VERSION, text, space.name(),
                                        shape.text(), options.graph);
  if (!canonical) return {space.lower(written, shape), title, core::hash_bytes(text)};
  const spaces::CanonicalForm form = spaces::canonical_form(written);
  return {space.lower(form.cells, shape), title, form.hash};
}

// The weights that `zeroth rank` scores with the same seed and initialiser in float32.
std::vector<torch::Tensor> drawn_params(const Exported& network, const ExportOptions& options) {
  return nn::initial_params(network.graph, nn::parse_init(options.init), nn::DType::kFloat32, options.seed,
                            /*repeat=*/0, network.identity);
}

std::string onnx_bytes(const Exported& network, const ExportOptions& options) {
  const std::vector<torch::Tensor> params = drawn_params(network, options);
  const auto values = [&params](int number) {
    const torch::Tensor& value = params.at(static_cast<size_t>(number));
    const auto* first = value.data_ptr<float>();
    return std::vector<float>(first, first + value.numel());
  };
  return spaces::onnx_model(network.graph, values, network.title);
}

std::string torchscript_bytes(const Exported& network, const ExportOptions& options) {
  return nn::script_bytes(nn::script_module(network.graph, drawn_params(network, options)));
}

struct Format {
  const char* name;
  std::string (*text)(const Exported& network, const ExportOptions& options);
  bool holds_weights = false;  // and is bytes, no text
};

const std::vector<Format>& formats() {
  static const std::vector<Format> list = {
      {"pytorch", [](const Exported& network,
                     const ExportOptions&) { return spaces::pytorch_source(network.graph, network.title); }},
      {"onnx", onnx_bytes, /*holds_weights=*/true},
      {"torchscript", torchscript_bytes, /*holds_weights=*/true},
      {"dot",
       [](const Exported& network, const ExportOptions&) { return spaces::graph_dot(network.graph, network.title); }},
      {"svg",
       [](const Exported& network, const ExportOptions&) { return spaces::graph_svg(network.graph, network.title); }},
      {"json",
       [](const Exported& network, const ExportOptions&) { return spaces::graph_json(network.graph).dump(1) + "\n"; }}};
  return list;
}

const Format& find_format(const std::string& name) {
  std::vector<std::string> known;
  for (const Format& format : formats()) {
    if (name == format.name) return format;
    known.emplace_back(format.name);
  }
  throw core::UsageError(core::unknown_name("format", name, known));
}

void run(const ExportOptions& options, bool weights_asked) {
  const Format& format = find_format(options.format);
  if (format.holds_weights && options.out.empty()) {
    throw core::UsageError(fmt::format("--format {} writes bytes, not text: give --out FILE", format.name));
  }
  if (weights_asked && !format.holds_weights) {
    throw core::UsageError(
        fmt::format("--init and --seed go with --format onnx and torchscript: {} holds no weights", format.name));
  }
  const std::string text = format.text(exported(options), options);
  if (options.out.empty()) {
    std::cout << text;
    return;
  }
  core::replace_file(options.out, text);
  core::log_info("wrote {}", options.out);
}

}  // namespace

void add_export(CLI::App& program, int&) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* command = program.add_subcommand("export", "Write an architecture's network for another tool");
  command->add_option("architecture", options->architecture, "In the space's notation")->required();
  command->add_option("--space", options->space, "Search space: see `zeroth list spaces`, or FILE.yaml")->required();
  command
      ->add_option("--format", options->format,
                   "pytorch: source of a module that needs PyTorch alone; torchscript: a module with weights, for "
                   "torch.jit.load; "
                   "onnx: with weights; json: operators with shapes, parameters "
                   "and multiply-adds; dot or svg: a drawing")
      ->required();
  command->add_option("--graph", options->graph, "as-written, or canonical: without what cannot reach the output")
      ->capture_default_str();
  command
      ->add_option("--fidelity", options->fidelity,
                   "shared: the benchmark's full network; fast: the shrunk one that ranks fast")
      ->capture_default_str();
  command->add_option("--classes", options->classes, "Outputs of the classifier; the benchmark's by default");
  CLI::Option* init =
      command->add_option("--init", options->init, "Initialiser of the weights in an ONNX or TorchScript file");
  CLI::Option* seed = command->add_option("--seed", options->seed, "Seed of these weights");
  init->capture_default_str();
  seed->capture_default_str()->check(seed_check());
  command->add_option("--out", options->out, "File to write; standard output by default");
  command->footer(
      "Example: zeroth export '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|' "
      "--space nasbench201 --format pytorch --out network.py");
  command->callback([=] { run(*options, init->count() + seed->count() > 0); });
}

}  // namespace zeroth::cli
