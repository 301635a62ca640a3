// Once-for-All, the MobileNetV3 space: five stages of two to four mobile blocks, kernel 3, 5 or 7 and expansion 3, 4 or
// 6 for each of the 20 blocks. 3^45, about 3 * 10^21 texts; about 2 * 10^19 networks.
// Cai et al., ICLR 2020, arXiv:1908.09791.
//
// The field passes architectures as the authors' dictionary {"ks": [20], "e": [20], "d": [5]}, which is read, as JSON
// or as Python prints it. It is printed without commas and blanks: for each stage its depth and four blocks, such as
// d3.k3e4.k5e6.k7e3.k3e3, stages joined by '_'. Nine choices a stage in that order.
//
// Blocks beyond the depth are no part of the network. Their choices are kept, printed and read all the same, so that
// the depth alone tells neighbours apart; the canonical form knows that such architectures are equal. The dictionary's
// "r", the image's side, is read and dropped: it is no part of the network, and NetShape says it for all networks
// alike.
//
// The network: a 3x3 stem with stride two to 16 channels, a block without expansion, the stages below, a 1x1
// convolution to 960 channels, average pooling, a 1x1 convolution without norm to 1280, and a linear layer. ReLU in the
// first two stages, hard swish after; the second, fourth and fifth squeeze and excite with a hard sigmoid, to a quarter
// of the expanded width, rounded to a multiple of eight. Dropout is left out.
//
// The fast shape has a quarter of the widths, of that multiple too, and 64x64 images: the last map is 2x2.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"
#include "spaces/mbconv.h"
#include "spaces/notation.h"

namespace zeroth::spaces {
namespace {

using Json = nlohmann::json;

constexpr std::array<MbStage, 5> kStages = {{{24, 2, 4}, {40, 2, 4}, {80, 2, 4}, {112, 1, 4}, {160, 2, 4}}};
constexpr size_t kBlocks = 4;                   // of a stage, at most
constexpr size_t kDecisions = 1 + 2 * kBlocks;  // of a stage
constexpr int64_t kExpandedChannels = 960;
constexpr int64_t kLastChannels = 1280;
constexpr int64_t kDivisor = 8;  // of squeezed widths
constexpr int kReduction = 32;
constexpr const char* kExample =
    "d3.k3e3.k5e6.k3e4.k3e3_d4.k5e4.k3e3.k7e3.k5e6_d2.k7e6.k5e4.k3e3.k3e3_d4.k5e6.k5e4.k3e3.k7e4_d3.k7e6.k5e6.k7e4."
    "k3e6";

const std::vector<Field>& depth_field() {
  static const std::vector<Field> depth = {{'d', {2, 3, 4}}};
  return depth;
}
const std::vector<Field>& block_fields() {
  static const std::vector<Field> block = {{'k', {3, 5, 7}}, {'e', {3, 4, 6}}};
  return block;
}

// What the architecture chose of the field at this place.
int value_at(const Architecture& architecture, const Field& field, size_t place) {
  return field.values.at(static_cast<size_t>(architecture.choices.at(place)));
}

size_t place_of_block(size_t stage, size_t block) { return kDecisions * stage + 1 + 2 * block; }

// ------------------------------------------------------------------------------------------------------ notation

Architecture read_words(const Reading& reading) {
  const std::vector<std::string> groups = read_parts(reading, "", reading.text, '_', kStages.size(), "stage");
  Architecture architecture;
  const auto take = [&](const std::string& where, const std::string& word, const std::vector<Field>& fields) {
    for (const int choice : read_fields(reading, where, word, fields)) architecture.choices.push_back(choice);
  };
  for (size_t i = 0; i < kStages.size(); ++i) {
    const std::string stage = fmt::format("stage {}", i + 1);
    const std::vector<std::string> words = read_parts(reading, stage + ": ", groups[i], '.', 1 + kBlocks, "word");
    take(stage, words[0], depth_field());
    for (size_t j = 1; j <= kBlocks; ++j) take(fmt::format("{}, block {}", stage, j), words[j], block_fields());
  }
  return architecture;
}

// The list under `key`, as places in the field's values.
std::vector<int> read_list(const Reading& reading, const Json& dictionary, const char* key, size_t count,
                           const Field& field) {
  const auto list = dictionary.find(key);
  if (list == dictionary.end() || !list->is_array() || list->size() != count) {
    reading.refuse(fmt::format("\"{}\" should be a list of {} numbers", key, count));
  }
  std::vector<int> choices;
  for (const Json& entry : *list) {
    const auto chosen = std::find_if(field.values.begin(), field.values.end(),
                                     [&entry](int value) { return entry.is_number_integer() && entry == value; });
    if (chosen == field.values.end()) {
      const std::string read = entry.is_number() ? entry.dump() : entry.type_name();
      reading.refuse(fmt::format("\"{}\": {} should be one of {}", key, read, fmt::join(field.values, ", ")));
    }
    choices.push_back(static_cast<int>(chosen - field.values.begin()));
  }
  return choices;
}

Architecture read_dictionary(const Reading& reading) {
  const std::string json = boost::replace_all_copy(std::string(reading.text), "'", "\"");
  const Json dictionary = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!dictionary.is_object())
    reading.refuse(R"(it should be a dictionary, as in {"ks": [3, ...], "e": ..., "d": ...})");
  for (const auto& [key, value] : dictionary.items()) {
    if (key != "ks" && key != "e" && key != "d" && key != "r") {
      reading.refuse(core::unknown_name("entry", key, {"ks", "e", "d", "r"}));
    }
  }
  const size_t blocks = kBlocks * kStages.size();
  const std::vector<int> kernels = read_list(reading, dictionary, "ks", blocks, block_fields()[0]);
  const std::vector<int> expansions = read_list(reading, dictionary, "e", blocks, block_fields()[1]);
  const std::vector<int> depths = read_list(reading, dictionary, "d", kStages.size(), depth_field()[0]);
  Architecture architecture;
  for (size_t i = 0; i < kStages.size(); ++i) {
    architecture.choices.push_back(depths[i]);
    for (size_t j = kBlocks * i; j < kBlocks * (i + 1); ++j) {
      architecture.choices.push_back(kernels[j]);
      architecture.choices.push_back(expansions[j]);
    }
  }
  return architecture;
}

// With a place in the lists for every block; those beyond a stage's depth are not used.
std::string write_dictionary(const Architecture& architecture) {
  using Ordered = nlohmann::ordered_json;
  Ordered kernels = Ordered::array(), expansions = kernels, depths = kernels;
  for (size_t i = 0; i < kStages.size(); ++i) {
    depths.push_back(value_at(architecture, depth_field()[0], kDecisions * i));
    for (size_t j = 0; j < kBlocks; ++j) {
      const size_t at = place_of_block(i, j);
      kernels.push_back(value_at(architecture, block_fields()[0], at));
      expansions.push_back(value_at(architecture, block_fields()[1], at + 1));
    }
  }
  return Ordered{{"ks", kernels}, {"e", expansions}, {"d", depths}}.dump();
}

// ------------------------------------------------------------------------------------------------------- network

// To a multiple of the divisor, the nearest but never less than nine tenths.
int64_t squeezed_width(int64_t expanded, int64_t divisor) {
  const int64_t quarter = expanded / 4;
  const int64_t near = std::max(divisor, (quarter + divisor / 2) / divisor * divisor);
  return 10 * near < 9 * quarter ? near + divisor : near;
}

int add_block(OpGraph& net, int x, MbConv block, const NetShape& shape, int index) {
  const int64_t expanded = net.nodes().at(static_cast<size_t>(x)).shape.channels * block.expansion;
  MbConvStyle style;
  if (block.channels >= kStages[2].channels) style.activation = Activation::kHardSwish;
  style.gate = Activation::kHardSigmoid;
  style.squeezed = squeezed_width(expanded, scaled_width(kDivisor, shape));
  block.channels = scaled_width(block.channels, shape);
  x = mbconv(net, x, block, style, ofa_scopes(index));
  net.tap(x);
  return x;
}

int add_head(OpGraph& net, int x, const NetShape& shape) {
  x = conv_bn_act(net, x, scaled_width(kExpandedChannels, shape), 1, 1, Activation::kHardSwish, "final_expand_layer");
  // A map of one pixel, which the convolution reads. Nothing is pooled where each pixel has its answer.
  const auto side = static_cast<int>(net.nodes().at(static_cast<size_t>(x)).shape.height);
  if (!shape.dense) x = net.avg_pool(x, side, side, 0, "global_avg_pool");
  x = net.conv2d(x, scaled_width(kLastChannels, shape), 1, 1, 0, "feature_mix_layer.conv");
  x = net.activation(x, Activation::kHardSwish, "feature_mix_layer.act");
  net.returned_by(x, 1);
  x = classify(net, x, shape, "classifier.linear");
  if (!shape.dense) net.returned_by(x, 2);  // the classifier, the network
  return x;
}

class OnceForAll : public FactoredSpace {
 public:
  OnceForAll() : FactoredSpace(std::vector<int>(kDecisions * kStages.size(), 3)) {}

  std::string_view name() const override { return "ofa"; }
  std::string_view summary() const override {
    return "5 stages of 2 to 4 MobileNetV3 blocks: depth, kernel, expansion; ImageNet; 2e19 networks";
  }
  std::string_view citation() const override { return "Cai et al., ICLR 2020, arXiv:1908.09791"; }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    const std::string trimmed = boost::trim_copy(std::string(text));
    const Reading reading = {name(), trimmed};
    return boost::starts_with(trimmed, "{") ? read_dictionary(reading) : read_words(reading);
  }

  std::string print(const Architecture& architecture) const override {
    std::string text;
    for (size_t i = 0; i < kStages.size(); ++i) {
      if (i > 0) text += '_';
      text += print_fields(depth_field(), architecture.choices, kDecisions * i);
      for (size_t j = 0; j < kBlocks; ++j) {
        text += '.' + print_fields(block_fields(), architecture.choices, place_of_block(i, j));
      }
    }
    return text;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    for (size_t i = 0; i < kStages.size(); ++i) {
      const MbStage& stage = kStages[i];
      const int depth = value_at(architecture, depth_field()[0], kDecisions * i);
      const bool squeezes = i == 1 || i >= 3;
      for (size_t j = 0; j < static_cast<size_t>(depth); ++j) {
        const size_t at = place_of_block(i, j);
        const int kernel = value_at(architecture, block_fields()[0], at);
        const int expansion = value_at(architecture, block_fields()[1], at + 1);
        const MbConv block = {kernel, expansion, 1, stage.channels, j == 0 ? stage.stride : 1, squeezes};
        units.push_back({UnitKind::kParametric, mbconv_label(block), static_cast<int>(at)});
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
    x = conv_bn_act(net, x, scaled_width(kMobileChannels, shape), 3, 2, Activation::kHardSwish, "first_conv");
    net.tap(x);
    x = add_block(net, x, {3, 1, 1, kMobileChannels, 1, false}, shape, 0);
    int index = 0;
    x = lower_cell(net, cells.front(), x, "blocks", [&](OpGraph& graph, const Unit& unit, int from) {
      return add_block(graph, from, read_mbconv_label(unit.label), shape, ++index);
    });
    add_head(net, x, shape);
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_ofa() { return std::make_unique<OnceForAll>(); }

Notation notation_ofa() {
  return own_notation(find_space("ofa"), "stages of depth, kernels and expansions: d3.k3e3.k5e6.k3e4.k3e3_d4...");
}

Notation notation_ofa_json() {
  const Notation own = notation_ofa();
  return {"ofa-json", own.space, R"(the authors' dictionary: {"ks":[3,5,...],"e":[3,6,...],"d":[3,4,2,4,3]})", own.read,
          write_dictionary};
}

}  // namespace zeroth::spaces
