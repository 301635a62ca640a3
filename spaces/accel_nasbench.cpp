// Accel-NASBench: seven stages of mobile blocks as in MnasNet and EfficientNet; for each stage expansion, kernel,
// number of blocks and squeeze-and-excite. 36^6 * 48, about 1.04 * 10^11 architectures. Ahmad et al., DAC 2024,
// arXiv:2404.08005.
//
// An architecture is written as the benchmark's table has it: a word such as e6k3l1s0 for each stage, joined by '_'.
// Four choices a stage, in that order.
//
// The network, with the authors' numbers for GPUs: a 3x3 stem with stride two to 32 channels, the stages below, a 1x1
// convolution to 1280 channels, global average pooling and a linear layer; swish throughout, the gate a sigmoid,
// squeezed to a quarter of the block's input. Batch norms are affine, the gate's layers have a bias. Dropout and
// stochastic depth are left out: they are the identity but in training. The gate's layers, which the authors call fc1
// and fc2, are named reduce and expand.
//
// The fast shape has a quarter of the widths and 64x64 images: the last map is 2x2, so that 3x3 and 5x5 windows still
// see different pixels there.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"
#include "spaces/mbconv.h"

namespace zeroth::spaces {
namespace {

constexpr std::array<MbStage, 7> kStages = {
    {{16, 1, 3}, {24, 2, 3}, {40, 2, 3}, {80, 2, 3}, {112, 1, 3}, {192, 2, 4}, {320, 1, 3}}};
constexpr int kDecisions = 4;  // of a stage
constexpr int64_t kStemChannels = 32;
constexpr int64_t kLastChannels = 1280;
constexpr int kReduction = 32;
// EfficientNet-B0.
constexpr const char* kExample = "e1k3l1s1_e6k3l2s1_e6k5l2s1_e6k3l3s1_e6k5l3s1_e6k5l4s1_e6k3l1s1";

const std::vector<Field>& fields(const MbStage& stage) {
  static const std::vector<Field> usual = {{'e', {1, 4, 6}}, {'k', {3, 5}}, {'l', {1, 2, 3}}, {'s', {0, 1}}};
  static const std::vector<Field> deep = {{'e', {1, 4, 6}}, {'k', {3, 5}}, {'l', {1, 2, 3, 4}}, {'s', {0, 1}}};
  return stage.blocks == 4 ? deep : usual;
}

std::vector<int> option_counts() {
  std::vector<int> counts;
  for (const MbStage& stage : kStages) {
    for (const Field& field : fields(stage)) counts.push_back(static_cast<int>(field.values.size()));
  }
  return counts;
}

// The modules of a block are numbered: what it lacks has no number.
MbConvScopes scopes(const std::string& scope, const MbConv& block) {
  int next = 0;
  const auto layer = [&] { return fmt::format("{}.block.{}", scope, next++); };
  const std::string expand = block.expansion == 1 ? "" : layer(), depth = layer();
  const std::string squeeze = block.squeezes ? layer() : "", project = layer();
  return {expand + ".0", expand + ".1",  expand + ".2",  "",   depth + ".0", depth + ".1", depth + ".2",
          squeeze,       project + ".0", project + ".1", scope};
}

int add_block(OpGraph& net, int x, const std::string& label, const NetShape& shape, const std::string& scope) {
  MbConv block = read_mbconv_label(label);
  block.channels = scaled_width(block.channels, shape);
  MbConvStyle style;
  style.activation = style.squeezed_activation = Activation::kSwish;
  style.squeezed = std::max<int64_t>(1, net.nodes().at(static_cast<size_t>(x)).shape.channels / 4);
  x = mbconv(net, x, block, style, scopes(scope, block));
  net.tap(x);
  return x;
}

int add_layer(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope) {
  x = conv_bn(net, x, channels, kernel, stride, scope);
  x = net.activation(x, Activation::kSwish, scope + ".2");
  net.returned_by(x, 1);
  return x;
}

class AccelNasBench : public FactoredSpace {
 public:
  AccelNasBench() : FactoredSpace(option_counts()) {}

  std::string_view name() const override { return "accel-nasbench"; }
  std::string_view summary() const override {
    return "7 stages of mobile blocks: expansion, kernel, depth, squeeze-excite; ImageNet; 1.04e11 architectures";
  }
  std::string_view citation() const override { return "Ahmad et al., DAC 2024, arXiv:2404.08005"; }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    const std::string trimmed = boost::trim_copy(std::string(text));
    const Reading reading = {name(), trimmed};
    const std::vector<std::string> words = read_parts(reading, "", trimmed, '_', kStages.size(), "stage");
    Architecture architecture;
    for (size_t i = 0; i < kStages.size(); ++i) {
      for (const int choice : read_fields(reading, fmt::format("stage {}", i + 1), words[i], fields(kStages[i]))) {
        architecture.choices.push_back(choice);
      }
    }
    return architecture;
  }

  std::string print(const Architecture& architecture) const override {
    std::string text;
    for (size_t i = 0; i < kStages.size(); ++i) {
      if (i > 0) text += '_';
      text += print_fields(fields(kStages[i]), architecture.choices, kDecisions * i);
    }
    return text;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    for (size_t i = 0; i < kStages.size(); ++i) {
      const MbStage& stage = kStages[i];
      const auto chosen = [&](size_t field) {
        const int choice = architecture.choices.at(kDecisions * i + field);
        return fields(stage).at(field).values.at(static_cast<size_t>(choice));
      };
      for (int block = 0; block < chosen(2); ++block) {
        const std::string label =
            mbconv_label({chosen(1), chosen(0), 1, stage.channels, block == 0 ? stage.stride : 1, chosen(3) == 1});
        units.push_back({UnitKind::kParametric, label, static_cast<int>(kDecisions * i)});
      }
    }
    return {chain(units)};
  }

  NetShape full_shape() const override { return mobile_imagenet_shape(); }
  NetShape fast_shape() const override { return mobile_fast_shape(); }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_image_shape(shape, name(), kReduction);
    OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    x = add_layer(net, x, scaled_width(kStemChannels, shape), 3, 2, "features.0");
    net.tap(x);
    int stage = -1, index = 0;
    x = lower_cell(net, cells.front(), x, "features", [&](OpGraph& graph, const Unit& unit, int from) {
      const int now = unit.origin / kDecisions;
      index = now == stage ? index + 1 : 0;
      if (index == 0 && stage >= 0) graph.returned_by(from, 1);  // the stage before
      stage = now;
      return add_block(graph, from, unit.label, shape, fmt::format("features.{}.{}", stage + 1, index));
    });
    net.returned_by(x, 1);
    x = add_layer(net, x, scaled_width(kLastChannels, shape), 1, 1, fmt::format("features.{}", kStages.size() + 1));
    net.returned_by(x, 1);  // all features
    x = classify(net, x, shape, "classifier.1");
    if (!shape.dense) net.returned_by(x, 2);  // the sequence, the network
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_accel_nasbench() { return std::make_unique<AccelNasBench>(); }

}  // namespace zeroth::spaces
