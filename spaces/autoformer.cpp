// AutoFormer: vision transformers of 12 to 14 encoder blocks at one embedding width, each block with its own number of
// heads and its own feed-forward width. The tiny space, 1,056,964,608 architectures. Chen et al., AutoFormer: Searching
// Transformers for Visual Recognition, ICCV 2021, arXiv:2107.00651.
//
// An architecture is written as in the ViT-Bench tables of Auto-Prox (Wei et al., AAAI 2024, arXiv:2312.09059):
// {"hidden_dim":192,"mlp_ratio":[3.5,4.0,...],"depth":12,"num_heads":[4,3,...]}. Choice 0 is the embedding width,
// choice k the k-th block: 0 where there is none, else 1 plus its heads and ratio as places in kHeads and kRatios.
// Samples have every depth equally often, as the authors draw them, so that they are not uniform.
//
// The network: patches of 16x16 pixels, a class token, learned positions, the blocks, layer norm, the mean of all
// tokens but the class token, a linear layer. A head has 64 channels whatever the embedding's width, as in the authors'
// supernet. The fast shape scales the embedding, the heads and with them the feed-forward layers, and the image.
//
// Departures: AutoFormer's relative positions are left out, as Auto-Prox leaves them out. The networks that Auto-Prox
// trained for its tables have queries, keys and values as wide as the embedding, and only ImageNet's column is of a
// supernet with 64 channels a head. Layer norms have an eps of 1e-5, theirs 1e-6; one layer for queries, keys and
// values is three here.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/encoder.h"
#include "spaces/lower_cell.h"
#include "spaces/number_object.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

const std::vector<double> kWidths = {192, 216, 240};
const std::vector<double> kDepths = {12, 13, 14};
const std::vector<double> kHeads = {3, 4};
const std::vector<double> kRatios = {3.5, 4.0};
constexpr int kBlockOptions = 4;  // heads times ratios
constexpr int kLeast = 12, kMost = 14;
constexpr int kPatch = 16;
constexpr int64_t kHeadChannels = 64, kFullChannels = 192;
constexpr const char* kExample = R"({"hidden_dim":192,"mlp_ratio":[3.5,4.0,3.5,4.0,3.5,3.5,4.0,3.5,4.0,4.0,4.0,3.5],)"
                                 R"("depth":12,"num_heads":[4,4,3,4,3,3,4,4,3,3,3,4]})";

struct Block {
  double width = 0, heads = 0, ratio = 0;

  std::string label() const { return fmt::format("encoder-d{}-h{}-r{:.1f}", width, heads, ratio); }
};

Block block_of(int width, int option) {
  return {kWidths.at(width), kHeads.at((option - 1) / 2), kRatios.at((option - 1) % 2)};
}

Block find_block(const std::string& label) {
  static const auto by_label = [] {
    std::map<std::string, Block> blocks;
    for (int width = 0; width < static_cast<int>(kWidths.size()); ++width) {
      for (int option = 1; option <= kBlockOptions; ++option) {
        const Block block = block_of(width, option);
        blocks[block.label()] = block;
      }
    }
    return blocks;
  }();
  const auto found = by_label.find(label);
  ZEROTH_CHECK(found != by_label.end());
  return found->second;
}

int depth_of(const Architecture& architecture) {
  const auto& choices = architecture.choices;
  ZEROTH_CHECK(choices.size() == kMost + 1);
  return static_cast<int>(std::find(choices.begin() + 1, choices.end(), 0) - choices.begin()) - 1;
}

uint64_t count_of(int depth) { return kWidths.size() << (2 * depth); }  // 4^depth combinations of blocks

class AutoFormer : public SearchSpace {
 public:
  std::string_view name() const override { return "autoformer"; }
  std::string_view summary() const override {
    return "vision transformers of 12 to 14 blocks with heads and feed-forward width of their own; 1,056,964,608";
  }
  std::string_view citation() const override { return "Chen et al., ICCV 2021, arXiv:2107.00651"; }
  std::string_view example() const override { return kExample; }

  std::optional<uint64_t> size() const override {
    uint64_t sum = 0;
    for (int depth = kLeast; depth <= kMost; ++depth) sum += count_of(depth);
    return sum;
  }

  // By depth, then width, then the blocks, the last fastest.
  Architecture at(uint64_t index) const override {
    ZEROTH_CHECK(index < *size());
    int depth = kLeast;
    for (; index >= count_of(depth); ++depth) index -= count_of(depth);
    Architecture architecture{std::vector<int>(kMost + 1)};
    for (int block = depth; block >= 1; --block, index /= kBlockOptions) {
      architecture.choices[block] = 1 + static_cast<int>(index % kBlockOptions);
    }
    architecture.choices[0] = static_cast<int>(index);
    return architecture;
  }

  uint32_t draws() const override { return 2 + kMost; }
  Architecture sample(const core::Stream& stream, uint32_t first) const override {
    const int depth = kLeast + static_cast<int>(stream.below(kMost - kLeast + 1, first));
    Architecture architecture{std::vector<int>(kMost + 1)};
    architecture.choices[0] = static_cast<int>(stream.below(static_cast<uint32_t>(kWidths.size()), first + 1));
    for (int block = 1; block <= depth; ++block) {
      const uint32_t drawn = stream.below(kBlockOptions, first + 1 + static_cast<uint32_t>(block));
      architecture.choices[block] = 1 + static_cast<int>(drawn);
    }
    return architecture;
  }

  // Other widths; other heads or another ratio in one block; a block less or, of any kind, more at the end.
  std::vector<Architecture> neighbours(const Architecture& architecture) const override {
    std::vector<Architecture> found;
    const auto add = [&](int decision, int option) {
      found.push_back(architecture);
      found.back().choices[decision] = option;
    };
    const int depth = depth_of(architecture);
    for (int width = 0; width < static_cast<int>(kWidths.size()); ++width) {
      if (width != architecture.choices[0]) add(0, width);
    }
    for (int block = 1; block <= depth; ++block) {
      const int option = architecture.choices[block] - 1;
      add(block, 1 + (option ^ 1));
      add(block, 1 + (option ^ 2));
    }
    if (depth > kLeast) add(depth, 0);
    for (int option = 1; depth < kMost && option <= kBlockOptions; ++option) add(depth + 1, option);
    return found;
  }

  // A last block without the one before it goes: the parent without the one before it has no last one either.
  Architecture crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                         uint32_t first) const override {
    Architecture child = SearchSpace::crossover(a, b, stream, first);
    const int depth = depth_of(child);
    std::fill(child.choices.begin() + 1 + depth, child.choices.end(), 0);
    return child;
  }

  Architecture parse(std::string_view text) const override {
    const NumberObject read(text, name(), kExample, {"hidden_dim", "mlp_ratio", "depth", "num_heads"});
    const int depth = kLeast + read.place("depth", kDepths);
    Architecture architecture{std::vector<int>(kMost + 1)};
    architecture.choices[0] = read.place("hidden_dim", kWidths);
    const std::vector<int> heads = read.places("num_heads", kHeads), ratios = read.places("mlp_ratio", kRatios);
    const auto check = [&](const char* key, size_t count) {
      if (static_cast<int>(count) != depth) read.refuse(fmt::format("{}: {} numbers, depth is {}", key, count, depth));
    };
    check("num_heads", heads.size());
    check("mlp_ratio", ratios.size());
    for (int block = 0; block < depth; ++block) architecture.choices[block + 1] = 1 + 2 * heads[block] + ratios[block];
    return architecture;
  }

  std::string print(const Architecture& architecture) const override {
    std::vector<std::string> heads, ratios;
    const int depth = depth_of(architecture);
    for (int block = 1; block <= depth; ++block) {
      const Block chosen = block_of(architecture.choices[0], architecture.choices[block]);
      heads.push_back(fmt::format("{}", chosen.heads));
      ratios.push_back(fmt::format("{:.1f}", chosen.ratio));
    }
    return fmt::format(R"({{"hidden_dim":{},"mlp_ratio":[{}],"depth":{},"num_heads":[{}]}})",
                       kWidths.at(architecture.choices[0]), fmt::join(ratios, ","), depth, fmt::join(heads, ","));
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    for (int block = 1; block <= depth_of(architecture); ++block) {
      const Block chosen = block_of(architecture.choices[0], architecture.choices[block]);
      units.push_back({UnitKind::kParametric, chosen.label(), block});
    }
    return {chain(units)};
  }

  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = kFullChannels;  // of the narrowest embedding
    shape.cells = 1;
    shape.resolution = 224;
    shape.classes = 100;
    return shape;
  }
  NetShape fast_shape() const override {
    NetShape shape = full_shape();
    shape.channels = 24;
    shape.resolution = 64;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_image_shape(shape, name(), kPatch);
    // Widths are 8, 9 and 10 eighths of the narrowest.
    const auto width_of = [&shape](const Block& block) {
      return std::lround(block.width) / 24 * scaled(24, shape.channels, kFullChannels);
    };
    OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    const int64_t width = width_of(find_block(cells.front()[1].label));
    x = net.conv2d(x, width, kPatch, kPatch, 0, "patch_embed.projection");
    x = net.tokens(net.bias(x, "patch_embed.projection"), "patch_embed");
    net.returned_by(x, 1);
    x = net.position_embedding(net.class_token(x, "cls_token"), "pos_embed");
    net.tap(x);
    int index = 0;
    x = lower_cell(net, cells.front(), x, "blocks", [&](OpGraph& graph, const Unit& unit, int from) {
      const Block block = find_block(unit.label);
      const auto heads = static_cast<int>(block.heads);
      const auto hidden = static_cast<int64_t>(block.ratio * static_cast<double>(width));
      const int64_t attention = heads * scaled(kHeadChannels, shape.channels, kFullChannels);
      const int to = encoder_block(graph, from, {attention, heads, hidden}, fmt::format("blocks.{}", index++));
      graph.tap(to);
      return to;
    });
    x = net.layer_norm(x, "norm");
    const int64_t side = shape.resolution / kPatch;
    classify(net, net.map(x, side, side, "patches"), shape, "head");
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_autoformer() { return std::make_unique<AutoFormer>(); }

}  // namespace zeroth::spaces
