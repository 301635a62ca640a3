// PiT: vision transformers of three stages of encoder blocks, with convolutions between them that halve the map of
// tokens. 4,320 architectures. Heo et al., Rethinking Spatial Dimensions of Vision Transformers, ICCV 2021,
// arXiv:2103.16302; the search space and its tables are Auto-Prox's, Wei et al., AAAI 2024, arXiv:2312.09059.
//
// An architecture is written {"base_dim":16,"mlp_ratio":6,"depth":[2,8,4],"num_heads":[2,4,4]}: channels of a head, the
// feed-forward layers' ratio, and the blocks and heads of each stage. Choices are places in kBases, kRatios, the three
// lists of kDepths, and kHeads. The heads are one decision, as a stage's width must be a multiple of the one before: of
// the 27 triples only the ten that never fall have a network.
//
// The network: patches of 16x16 pixels, 8 apart, learned positions, a class token in front of the map's tokens. Between
// stages a 3x3 convolution with stride 2 by channel groups widens the map, and a linear layer the class token. At the
// end layer norm of the class token and a linear layer. The fast shape scales the channels of a head and the image.
//
// Departures: layer norms have an eps of 1e-5, theirs 1e-6; one layer for queries, keys and values is three here.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/encoder.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"
#include "spaces/number_object.h"

namespace zeroth::spaces {
namespace {

constexpr int kStages = 3;
using Heads = std::array<int, kStages>;

const std::vector<double> kBases = {16, 24, 32, 40};
const std::vector<double> kRatios = {2, 4, 6, 8};
const std::array<std::vector<double>, kStages> kDepths = {{{1, 2, 3}, {4, 6, 8}, {2, 4, 6}}};
const std::vector<double> kHeadCounts = {2, 4, 8};
constexpr std::array<Heads, 10> kHeads = {
    {{2, 2, 2}, {2, 2, 4}, {2, 2, 8}, {2, 4, 4}, {2, 4, 8}, {2, 8, 8}, {4, 4, 4}, {4, 4, 8}, {4, 8, 8}, {8, 8, 8}}};
constexpr int kPatch = 16, kStride = 8;
constexpr int64_t kFullChannels = 16;
constexpr const char* kExample = R"({"base_dim":16,"mlp_ratio":6,"depth":[2,8,4],"num_heads":[2,4,4]})";

struct Block {
  int stage = 0;
  double base = 0, ratio = 0;
  int heads = 0;

  std::string label() const { return fmt::format("encoder-s{}-b{}-h{}-r{}", stage + 1, base, heads, ratio); }
};

std::map<std::string, Block> all_blocks() {
  std::map<std::string, Block> blocks;
  for (int stage = 0; stage < kStages; ++stage) {
    for (const double base : kBases) {
      for (const double ratio : kRatios) {
        for (const double heads : kHeadCounts) {
          const Block block = {stage, base, ratio, static_cast<int>(heads)};
          blocks[block.label()] = block;
        }
      }
    }
  }
  return blocks;
}

Block find_block(const std::string& label) {
  static const std::map<std::string, Block> by_label = all_blocks();
  const auto found = by_label.find(label);
  ZEROTH_CHECK(found != by_label.end());
  return found->second;
}

// The network while it grows: tokens of the stage, class token first, and the side of the map of the others.
class Lowering {
 public:
  Lowering(OpGraph& net, const NetShape& shape) : net_(net), shape_(shape) {}

  int embed(const Block& first) {
    int x = net_.input({shape_.input_channels, shape_.resolution, shape_.resolution});
    x = net_.conv2d(x, width(first), kPatch, kStride, 0, "patch_embed.conv");
    x = net_.bias(x, "patch_embed.conv");
    net_.returned_by(x, 1);
    x = net_.position_embedding(x, "pos_embed");
    net_.tap(x);
    side_ = net_.nodes()[x].shape.height;
    return net_.class_token(net_.tokens(x, "tokens"), "cls_token");
  }

  int block(const Block& block, int x) {
    for (; stage_ < block.stage; ++stage_, index_ = 0) x = pool(width(block), x);
    const int64_t channels = width(block);
    const EncoderBlock encoder = {channels, block.heads, static_cast<int64_t>(block.ratio) * channels};
    x = encoder_block(net_, x, encoder, fmt::format("transformers.{}.blocks.{}", stage_, index_++));
    net_.tap(x);
    return x;
  }

  void head(int x) {
    if (shape_.dense) {
      classify(net_, net_.map(x, side_, side_, "map"), shape_, "head");
      return;
    }
    x = net_.layer_norm(net_.first_token(x, "first"), "norm");
    net_.linear(x, shape_.classes, "head", Role::kClassifier);
  }

 private:
  int64_t width(const Block& block) const {
    return std::lround(block.base) / 8 * scaled(8, shape_.channels, kFullChannels) * block.heads;
  }

  int pool(int64_t channels, int x) {
    const std::string scope = fmt::format("pools.{}", stage_);
    const auto from = static_cast<int>(net_.nodes()[x].shape.channels);
    int map = net_.map(x, side_, side_, scope);
    map = net_.conv2d(map, channels, Window::square(3, 2, 1), from, scope + ".conv");
    map = net_.bias(map, scope + ".conv");
    net_.tap(map);
    side_ = net_.nodes()[map].shape.height;
    const int token = net_.linear(net_.first_token(x, scope), channels, scope + ".fc");
    return net_.prepend_token(token, net_.tokens(map, scope), scope);
  }

  OpGraph& net_;
  const NetShape& shape_;
  int64_t side_ = 0;
  int stage_ = 0, index_ = 0;
};

class PiT : public FactoredSpace {
 public:
  PiT() : FactoredSpace({4, 4, 3, 3, 3, static_cast<int>(kHeads.size())}) {}

  std::string_view name() const override { return "pit"; }
  std::string_view summary() const override {
    return "pooling vision transformers of three stages, their blocks and heads; 4,320 architectures";
  }
  std::string_view citation() const override {
    return "Heo et al., ICCV 2021, arXiv:2103.16302; Wei et al., AAAI 2024, arXiv:2312.09059";
  }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    const NumberObject read(text, name(), kExample, {"base_dim", "mlp_ratio", "depth", "num_heads"});
    Architecture architecture{{read.place("base_dim", kBases), read.place("mlp_ratio", kRatios)}};
    for (const int place : depths(read)) architecture.choices.push_back(place);
    architecture.choices.push_back(heads(read));
    return architecture;
  }

  std::string print(const Architecture& architecture) const override {
    const auto& choices = architecture.choices;
    std::vector<double> depth;
    for (int stage = 0; stage < kStages; ++stage) depth.push_back(kDepths.at(stage).at(choices.at(2 + stage)));
    return fmt::format(R"({{"base_dim":{},"mlp_ratio":{},"depth":[{}],"num_heads":[{}]}})", kBases.at(choices.at(0)),
                       kRatios.at(choices.at(1)), fmt::join(depth, ","), fmt::join(kHeads.at(choices.at(5)), ","));
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    const auto& choices = architecture.choices;
    std::vector<Unit> units;
    for (int stage = 0; stage < kStages; ++stage) {
      const Block block = {stage, kBases.at(choices.at(0)), kRatios.at(choices.at(1)),
                           kHeads.at(choices.at(5)).at(stage)};
      const auto depth = static_cast<int>(kDepths.at(stage).at(choices.at(2 + stage)));
      units.insert(units.end(), static_cast<size_t>(depth), {UnitKind::kParametric, block.label(), 2 + stage});
    }
    return {chain(units)};
  }

  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = kFullChannels;  // of the narrowest head
    shape.cells = 1;
    shape.resolution = 224;
    shape.classes = 100;
    return shape;
  }
  NetShape fast_shape() const override {
    NetShape shape = full_shape();
    shape.channels = 4;
    shape.resolution = 64;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_image_shape(shape, name(), kStride);
    if (shape.resolution < kPatch) {
      throw core::UsageError(fmt::format("resolution {}: {} needs one patch of {}", shape.resolution, name(), kPatch));
    }
    OpGraph net;
    Lowering lowering(net, shape);
    const int tokens = lowering.embed(find_block(cells.front()[1].label));
    lowering.head(lower_cell(
        net, cells.front(), tokens, "transformers",
        [&lowering](OpGraph&, const Unit& unit, int x) { return lowering.block(find_block(unit.label), x); }));
    return net;
  }

 private:
  static std::vector<int> depths(const NumberObject& read) {
    std::vector<double> all;
    for (const auto& stage : kDepths) all.insert(all.end(), stage.begin(), stage.end());
    const std::vector<int> places = read.places("depth", all);
    if (places.size() != kStages) read.refuse(fmt::format("depth: {} numbers, should be 3", places.size()));
    std::vector<int> found;
    for (int stage = 0; stage < kStages; ++stage) {
      const auto& allowed = kDepths.at(stage);
      const auto place = std::find(allowed.begin(), allowed.end(), all.at(places[stage]));
      if (place == allowed.end()) {
        read.refuse(fmt::format("depth, number {}: {} should be one of {}", stage + 1, all.at(places[stage]),
                                fmt::join(allowed, ", ")));
      }
      found.push_back(static_cast<int>(place - allowed.begin()));
    }
    return found;
  }

  static int heads(const NumberObject& read) {
    const std::vector<int> places = read.places("num_heads", kHeadCounts);
    if (places.size() != kStages) read.refuse(fmt::format("num_heads: {} numbers, should be 3", places.size()));
    Heads given{};
    for (int stage = 0; stage < kStages; ++stage) given.at(stage) = static_cast<int>(kHeadCounts.at(places[stage]));
    const auto found = std::find(kHeads.begin(), kHeads.end(), given);
    if (found == kHeads.end()) {
      read.refuse(fmt::format("num_heads: {} must not fall from one stage to the next", fmt::join(given, ", ")));
    }
    return static_cast<int>(found - kHeads.begin());
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_pit() { return std::make_unique<PiT>(); }

}  // namespace zeroth::spaces
