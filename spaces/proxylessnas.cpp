// ProxylessNAS: 21 mobile blocks in six stages, kernel 3, 5 or 7 and expansion 3 or 6 for each, or none. 6^6 * 7^15,
// about 2.2 * 10^17 architectures. Cai et al., ICLR 2019, arXiv:1812.00332.
//
// The field has no text for an architecture. Here: a word such as k5e3 for each block, or "skip", joined by '.' within
// a stage, stages joined by '_'. Choice k is block k's: kernels ascending, for each the two expansions, then the skip.
// The first block of a stage cannot be skipped, as it changes the width.
//
// The network: a 3x3 stem with stride two to 32 channels, a block without expansion to 16, the stages below, a 1x1
// convolution to 1280 channels, global average pooling and a linear layer; ReLU6 throughout. Scopes are those of the
// authors' later code (Once-for-All). Batch norms' eps is 1e-3 there and 1e-5 here.
//
// The fast shape has a quarter of the widths and 64x64 images: the last map is 2x2.
#include <fmt/format.h>

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

constexpr std::array<MbStage, 6> kStages = {{{24, 2, 4}, {40, 2, 4}, {80, 2, 4}, {96, 1, 4}, {192, 2, 4}, {320, 1, 1}}};
constexpr int kSkip = 6;
constexpr int64_t kStemChannels = 32;
constexpr int64_t kLastChannels = 1280;
constexpr int kReduction = 32;
constexpr const char* kExample =
    "k5e3.skip.k3e3.skip_k7e3.k3e3.k5e6.skip_k7e6.k5e3.k5e3.k5e3_k5e6.k5e3.skip.k7e3_k7e6.k7e6.k7e3.k5e6_k7e6";

const std::vector<Field>& fields() {
  static const std::vector<Field> both = {{'k', {3, 5, 7}}, {'e', {3, 6}}};
  return both;
}

std::vector<int> option_counts() {
  std::vector<int> counts;
  for (const MbStage& stage : kStages) {
    for (int i = 0; i < stage.blocks; ++i) counts.push_back(i == 0 ? kSkip : kSkip + 1);
  }
  return counts;
}

int read_block(const Reading& reading, const std::string& where, const std::string& word, bool may_skip) {
  if (word == "skip") {
    if (!may_skip) reading.refuse(where + ": the first block of a stage cannot be skipped");
    return kSkip;
  }
  const std::vector<int> chosen = read_fields(reading, where, word, fields());
  return 2 * chosen[0] + chosen[1];
}

int add_block(OpGraph& net, int x, MbConv block, const NetShape& shape, int index) {
  block.channels = scaled_width(block.channels, shape);
  MbConvStyle style;
  style.activation = Activation::kRelu6;
  x = mbconv(net, x, block, style, ofa_scopes(index));
  net.tap(x);
  return x;
}

class ProxylessNas : public FactoredSpace {
 public:
  ProxylessNas() : FactoredSpace(option_counts()) {}

  std::string_view name() const override { return "proxylessnas"; }
  std::string_view summary() const override {
    return "21 mobile blocks: kernel, expansion or skip; ImageNet; 2.2e17 architectures";
  }
  std::string_view citation() const override { return "Cai et al., ICLR 2019, arXiv:1812.00332"; }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    const std::string trimmed = boost::trim_copy(std::string(text));
    const Reading reading = {name(), trimmed};
    const std::vector<std::string> groups = read_parts(reading, "", trimmed, '_', kStages.size(), "stage");
    Architecture architecture;
    for (size_t i = 0; i < kStages.size(); ++i) {
      const std::string stage = fmt::format("stage {}", i + 1);
      const auto count = static_cast<size_t>(kStages[i].blocks);
      const std::vector<std::string> words = read_parts(reading, stage + ": ", groups[i], '.', count, "block");
      for (size_t j = 0; j < count; ++j) {
        const std::string where = fmt::format("{}, block {}", stage, j + 1);
        architecture.choices.push_back(read_block(reading, where, words[j], j > 0));
      }
    }
    return architecture;
  }

  std::string print(const Architecture& architecture) const override {
    std::string text;
    size_t decision = 0;
    for (const MbStage& stage : kStages) {
      for (int i = 0; i < stage.blocks; ++i) {
        if (decision > 0) text += i == 0 ? '_' : '.';
        const int choice = architecture.choices.at(decision++);
        text += choice == kSkip ? "skip" : print_fields(fields(), {choice / 2, choice % 2});
      }
    }
    return text;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    for (const MbStage& stage : kStages) {
      for (int i = 0; i < stage.blocks; ++i) {
        const int decision = static_cast<int>(units.size());
        const int choice = architecture.choices.at(units.size());
        if (choice == kSkip) {
          units.push_back({UnitKind::kIdentity, "skip", decision});
          continue;
        }
        const int kernel = fields()[0].values.at(static_cast<size_t>(choice / 2));
        const int expansion = fields()[1].values.at(static_cast<size_t>(choice % 2));
        const MbConv block = {kernel, expansion, 1, stage.channels, i == 0 ? stage.stride : 1, false};
        units.push_back({UnitKind::kParametric, mbconv_label(block), decision});
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
    x = conv_bn_act(net, x, scaled_width(kStemChannels, shape), 3, 2, Activation::kRelu6, "first_conv");
    net.tap(x);
    x = add_block(net, x, {3, 1, 1, kMobileChannels, 1, false}, shape, 0);
    x = lower_cell(net, cells.front(), x, "blocks", [&shape](OpGraph& graph, const Unit& unit, int from) {
      return add_block(graph, from, read_mbconv_label(unit.label), shape, unit.origin + 1);
    });
    x = conv_bn_act(net, x, scaled_width(kLastChannels, shape), 1, 1, Activation::kRelu6, "feature_mix_layer");
    x = classify(net, x, shape, "classifier.linear");
    if (!shape.dense) net.returned_by(x, 2);  // the classifier, the network
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_proxylessnas() { return std::make_unique<ProxylessNas>(); }

}  // namespace zeroth::spaces
