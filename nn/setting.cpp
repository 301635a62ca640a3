#include "nn/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/error.h"

namespace zeroth::nn {
namespace {

// In the order of the enumerators.
const std::vector<std::string> kViews = {"canonical", "as-written"};
const std::vector<std::string> kDTypes = {"float32", "float64"};
const std::vector<std::string> kLosses = {"ce", "mse", "sum"};
const std::vector<std::string> kInits = {
    "pytorch", "kaiming_normal_fan_in", "kaiming_normal_fan_out", "normal", "xavier", "reference", "reference_normal",
    "own"};

size_t index_of(std::string_view kind, std::string_view name, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw core::UsageError(core::unknown_name(kind, name, names));
  return static_cast<size_t>(found - names.begin());
}

}  // namespace

std::string_view name_of(GraphView view) { return kViews[static_cast<size_t>(view)]; }
std::string_view name_of(DType dtype) { return kDTypes[static_cast<size_t>(dtype)]; }
std::string_view name_of(Init init) { return kInits[static_cast<size_t>(init)]; }
std::string_view name_of(Loss loss) { return kLosses[static_cast<size_t>(loss)]; }

GraphView parse_view(std::string_view name) { return static_cast<GraphView>(index_of("graph view", name, kViews)); }
DType parse_dtype(std::string_view name) { return static_cast<DType>(index_of("dtype", name, kDTypes)); }
Init parse_init(std::string_view name) { return static_cast<Init>(index_of("initialiser", name, init_names())); }
Loss parse_loss(std::string_view name) { return static_cast<Loss>(index_of("loss", name, kLosses)); }
const std::vector<std::string>& init_names() {
  static const std::vector<std::string> drawn(kInits.begin(), kInits.end() - 1);
  return drawn;
}

bool same_network(const Setting& a, const Setting& b) {
  const auto key = [](const Setting& s) {
    const spaces::NetShape& shape = s.shape;
    return std::tie(s.view, shape.channels, shape.cells, shape.resolution, shape.classes, shape.input_channels,
                    shape.tokens, shape.vocabulary, shape.thin, shape.dense, s.init, s.dtype, s.loss, s.batch);
  };
  return key(a) == key(b);
}

std::string Setting::text() const {
  if (shape.thin) {
    return fmt::format("{} thin C={} {}x{} batch={} init={} {}", name_of(view), shape.channels, shape.resolution,
                       shape.resolution, batch, name_of(init), name_of(dtype));
  }
  const std::string text =
      fmt::format("{} {} batch={} init={} {}", name_of(view), shape.text(), batch, name_of(init), name_of(dtype));
  return loss == Loss::kCrossEntropy ? text : fmt::format("{} loss={}", text, name_of(loss));
}

}  // namespace zeroth::nn
