// NAS-Bench-Macro: a mobile network of eight layers, three blocks to choose from in each. 6,561 architectures.
// Su et al., Prioritized Architecture Sampling with Monto-Carlo Tree Search, CVPR 2021, arXiv:2103.11922.
//
// An architecture is written as eight digits, one a layer: 0 identity, 1 inverted residual block of expansion 3 and
// kernel 3, 2 of expansion 6 and kernel 5. Choice k is digit k.
//
// The network: a stem of 32 channels, stages of two, three and three layers whose first layer halves the map and
// doubles the channels, a 1x1 convolution to 1,280 channels, global average pooling and a linear layer. Activations are
// ReLU. A block is a 1x1 convolution that expands, a depthwise one that has the stride, and a 1x1 one that projects,
// all followed by batch norm, with a shortcut where map and width stay. An identity that halves is a 1x1 convolution of
// stride 2 with batch norm; any other is nothing at all, so the place of an identity within the rest of its stage does
// not matter: 3,969 functions. The fast shape scales all widths, the last convolution's too, and the image.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"

namespace zeroth::spaces {
namespace {

constexpr size_t kLayers = 8;
constexpr std::array<bool, kLayers> kReduces = {true, false, true, false, false, true, false, false};
constexpr int64_t kLastWidening = 40;  // the last convolution's 1,280 channels are 40 times the stem's 32
constexpr const char* kExample = "22212220";

struct Block {
  const char* name;
  UnitKind kind;
  int expansion, kernel, stride;  // an expansion of 0 is an identity
};

constexpr int kBlockCount = 3;
using Blocks = std::array<Block, kBlockCount>;
constexpr Blocks kKeeping = {{{"id", UnitKind::kIdentity, 0, 0, 1},
                              {"ir_3x3_t3", UnitKind::kParametric, 3, 3, 1},
                              {"ir_5x5_t6", UnitKind::kParametric, 6, 5, 1}}};
constexpr Blocks kReducing = {{{"id_reduce", UnitKind::kParametric, 0, 1, 2},
                               {"ir_3x3_t3_reduce", UnitKind::kParametric, 3, 3, 2},
                               {"ir_5x5_t6_reduce", UnitKind::kParametric, 6, 5, 2}}};

const Block& block_of(const Unit& unit) {
  for (const Blocks* blocks : {&kKeeping, &kReducing}) {
    for (const Block& block : *blocks) {
      if (unit.label == block.name) return block;
    }
  }
  throw core::Bug(fmt::format("no block of nasbench-macro: {}", unit.label));
}

int inverted_residual(OpGraph& net, int x, int64_t channels, const Block& block, const std::string& scope) {
  const int64_t in = net.nodes()[static_cast<size_t>(x)].shape.channels, hidden = in * block.expansion;
  const std::string conv = scope + ".conv";
  int y = conv_bn_relu(net, x, hidden, 1, 1, conv);
  y = net.conv2d(y, hidden, Window::square(block.kernel, block.stride, block.kernel / 2), static_cast<int>(hidden),
                 conv + ".3");
  y = net.relu(net.batch_norm(y, conv + ".4"), conv + ".5");
  y = conv_bn(net, y, channels, 1, 1, conv, 6);
  net.returned_by(y, 1);
  if (block.stride == 1) y = net.add({y, x}, scope);
  net.returned_by(y, 1);
  return y;
}

int add_layer(OpGraph& net, const Unit& unit, int x) {
  const Block& block = block_of(unit);
  const std::string scope = fmt::format("features.{}", unit.origin);
  // Where a layer halves the map it doubles the channels.
  const int64_t channels = net.nodes()[static_cast<size_t>(x)].shape.channels * block.stride;
  if (block.expansion > 0) {
    x = inverted_residual(net, x, channels, block, scope);
  } else {
    x = conv_bn(net, x, channels, block.kernel, block.stride, scope + ".downsample");
    net.returned_by(x, 2);
  }
  net.tap(x);
  return x;
}

class NasBenchMacro : public FactoredSpace {
 public:
  NasBenchMacro() : FactoredSpace(std::vector<int>(kLayers, kBlockCount)) {}

  std::string_view name() const override { return "nasbench-macro"; }
  std::string_view summary() const override {
    return "mobile network of 8 layers with 3 blocks each, CIFAR-sized images; 6,561 architectures, 3,969 functions";
  }
  std::string_view citation() const override { return "Su et al., CVPR 2021, arXiv:2103.11922"; }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    const std::string digits = boost::trim_copy(std::string(text));
    const auto refuse = [&](const std::string& why) { refuse_architecture(digits, name(), why); };
    if (digits.size() != kLayers) {
      refuse(fmt::format("{} layer(s), should be 8 digits, as in {}", digits.size(), kExample));
    }
    Architecture architecture;
    for (size_t layer = 0; layer < kLayers; ++layer) {
      const int block = digits[layer] - '0';
      if (block < 0 || block >= kBlockCount) {
        refuse(fmt::format("layer {}: block '{}' should be 0, 1 or 2", layer + 1, digits[layer]));
      }
      architecture.choices.push_back(block);
    }
    return architecture;
  }

  std::string print(const Architecture& architecture) const override {
    std::string text;
    for (const int block : architecture.choices) text += std::to_string(block);
    return text;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    for (size_t layer = 0; layer < kLayers; ++layer) {
      const Blocks& blocks = kReduces[layer] ? kReducing : kKeeping;
      const Block& block = blocks.at(static_cast<size_t>(architecture.choices.at(layer)));
      units.push_back({block.kind, block.name, static_cast<int>(layer)});
    }
    return {chain(units)};
  }

  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = 32;
    shape.cells = 1;  // what is repeated is searched
    return shape;
  }
  NetShape fast_shape() const override {
    NetShape shape = full_shape();
    shape.channels = 8;
    shape.resolution = 16;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_image_shape(shape, name(), 8);
    OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    x = conv_bn_relu(net, x, shape.channels, 3, 1, "stem");
    net.returned_by(x, 1);
    net.tap(x);
    x = lower_cell(net, cells.front(), x, "features", add_layer);
    net.returned_by(x, 1);
    x = conv_bn_relu(net, x, kLastWidening * shape.channels, 1, 1, "out");
    x = classify(net, x, shape, "classifier");
    if (!shape.dense) {
      net.returned_by(net.nodes()[static_cast<size_t>(x)].operands.front(), 1);  // the sequence that ends on the pool
      net.returned_by(x, 1);                                                     // the network
    }
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_nasbench_macro() { return std::make_unique<NasBenchMacro>(); }

}  // namespace zeroth::spaces
