// FBNet: 22 blocks in seven stages, nine operations for each. 9^22, about 9.8 * 10^20 architectures.
// Wu et al., CVPR 2019, arXiv:1812.03443; in the form that HW-NAS-Bench (Li et al., ICLR 2021, arXiv:2103.10584) and
// HELP measure.
//
// An architecture is written as the 22 operations' numbers in kOperations, joined by '_', as in their tables. Choice k
// is block k's.
//
// The network is HW-NAS-Bench's for CIFAR-100: a 3x3 stem without stride, the stages below, a 1x1 convolution to 1504
// channels, global average pooling and a linear layer, all convolutions without bias. A block has both 1x1 convolutions
// even where it expands nothing. A skip is the identity, but where a stage changes width or stride it is a strided 1x1
// convolution with batch norm and ReLU. The paper's own network, for ImageNet, differs by a stride of two in the stem
// and in the second stage, and ends in 1984 channels: it is not built.
//
// The fast shape halves all widths, which must stay even for the grouped convolutions, and the image's side: the last
// map is 2x2, so that 3x3 and 5x5 windows still see different pixels there.
#include <fmt/format.h>

#include <array>
#include <boost/algorithm/string.hpp>
#include <cstdio>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"
#include "spaces/mbconv.h"

namespace zeroth::spaces {
namespace {

struct Operation {
  int kernel, expansion, groups;
};
constexpr std::array<Operation, 9> kOperations = {
    {{3, 1, 1}, {3, 1, 2}, {3, 3, 1}, {3, 6, 1}, {5, 1, 1}, {5, 1, 2}, {5, 3, 1}, {5, 6, 1}, {0, 0, 0}}};
constexpr int kSkip = 8;
constexpr std::array<MbStage, 7> kStages = {
    {{16, 1, 1}, {24, 1, 4}, {32, 2, 4}, {64, 2, 4}, {112, 1, 4}, {184, 2, 4}, {352, 1, 1}}};
constexpr int kBlocks = 22;
constexpr int64_t kStemChannels = 16;
constexpr int64_t kLastChannels = 1504;
constexpr int kReduction = 8;
constexpr int64_t kEven = 2;  // for the two groups
constexpr const char* kExample = "3_8_2_0_1_7_6_2_4_5_3_8_7_2_6_1_3_7_8_6_2_3";

Unit skip(int64_t in, const MbConv& block, int origin) {
  if (block.stride == 1 && in == block.channels) return {UnitKind::kIdentity, "skip", origin};
  return {UnitKind::kParametric, fmt::format("skip_w{}_s{}", block.channels, block.stride), origin};
}

int add_skip(OpGraph& net, const std::string& label, int x, const NetShape& shape, const std::string& scope) {
  int channels = 0, stride = 0;
  const int read = std::sscanf(label.c_str(), "skip_w%d_s%d", &channels, &stride);
  ZEROTH_CHECK(read == 2);
  x = net.conv2d(x, scaled_width(channels, shape, kEven), Window::square(1, stride, 0), 1, scope + ".conv");
  x = net.relu(net.batch_norm(x, scope + ".bn"), scope + ".relu");
  net.returned_by(x, 1);
  return x;
}

int add_block(OpGraph& net, const std::string& label, int x, const NetShape& shape, const std::string& scope) {
  MbConv block = read_mbconv_label(label);
  block.channels = scaled_width(block.channels, shape, kEven);
  MbConvStyle style;
  style.always_expands = true;
  style.nested = false;
  // One ReLU module serves both places.
  const MbConvScopes scopes = {scope + ".conv1", scope + ".bn1", scope + ".nl", scope + ".shuffle",
                               scope + ".conv2", scope + ".bn2", scope + ".nl", "",
                               scope + ".conv3", scope + ".bn3", scope};
  return mbconv(net, x, block, style, scopes);
}

class FbNet : public FactoredSpace {
 public:
  FbNet() : FactoredSpace(std::vector<int>(kBlocks, static_cast<int>(kOperations.size()))) {}

  std::string_view name() const override { return "fbnet"; }
  std::string_view summary() const override {
    return "22 mobile blocks with 9 operations each, CIFAR-sized images; 9.8e20 architectures";
  }
  std::string_view citation() const override {
    return "Wu et al., CVPR 2019, arXiv:1812.03443; as in HW-NAS-Bench, Li et al., ICLR 2021, arXiv:2103.10584";
  }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    const std::string trimmed = boost::trim_copy(std::string(text));
    const Reading reading = {name(), trimmed};
    Architecture architecture;
    for (const std::string& word : read_parts(reading, "", trimmed, '_', kBlocks, "block")) {
      if (word.size() != 1 || word[0] < '0' || word[0] > '8') {
        reading.refuse(fmt::format("block {}: operation \"{}\" should be a digit from 0 to 8",
                                   architecture.choices.size() + 1, word));
      }
      architecture.choices.push_back(word[0] - '0');
    }
    return architecture;
  }

  std::string print(const Architecture& architecture) const override {
    return fmt::format("{}", fmt::join(architecture.choices, "_"));
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    int64_t in = kStemChannels;
    int decision = 0;
    for (const MbStage& stage : kStages) {
      for (int i = 0; i < stage.blocks; ++i, ++decision) {
        const int chosen = architecture.choices.at(static_cast<size_t>(decision));
        const Operation& operation = kOperations.at(static_cast<size_t>(chosen));
        const MbConv block = {operation.kernel, operation.expansion,       operation.groups,
                              stage.channels,   i == 0 ? stage.stride : 1, false};
        units.push_back(chosen == kSkip ? skip(in, block, decision)
                                        : Unit{UnitKind::kParametric, mbconv_label(block), decision});
        in = stage.channels;
      }
    }
    return {chain(units)};
  }

  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = kMobileChannels;
    shape.cells = 1;
    shape.resolution = 32;
    shape.classes = 100;
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
    check_image_shape(shape, name(), kReduction);
    OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    x = conv_bn_act(net, x, scaled_width(kStemChannels, shape, kEven), 3, 1, {}, "stem");
    net.tap(x);
    x = lower_cell(net, cells.front(), x, "cells", [&shape](OpGraph& graph, const Unit& unit, int from) {
      const std::string scope = fmt::format("cells.{}", unit.origin);
      const bool skips = boost::starts_with(unit.label, "skip");
      const int block = (skips ? add_skip : add_block)(graph, unit.label, from, shape, scope);
      graph.tap(block);
      return block;
    });
    x = conv_bn_act(net, x, scaled_width(kLastChannels, shape, kEven), 1, 1, {}, "header");
    x = classify(net, x, shape, "fc");
    if (!shape.dense) net.returned_by(x, 1);  // the network
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_fbnet() { return std::make_unique<FbNet>(); }

}  // namespace zeroth::spaces
