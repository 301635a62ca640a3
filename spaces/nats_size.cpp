// NATS-Bench's size space: the widths of five layers, each one of eight. 8^5 = 32,768 architectures.
// Dong et al., TPAMI 2021, arXiv:2009.00437.
//
// An architecture is written as the five widths joined by ':', such as 8:16:24:32:40. Choice k is layer k's width, as
// the number of eights in it, less one.
//
// The network: a stem as wide as the first layer, then the layers: a cell, a residual reduction, a cell, a reduction, a
// cell; batch norm, ReLU, global average pooling and a linear layer. The cell is NAS-Bench-201's best on CIFAR-100, in
// all architectures. Its convolutions from the cell's input change the width, and so does its skip connection, a 1x1
// convolution and batch norm where the widths differ.
//
// NetShape::channels is the narrowest choice: 8 in the benchmark. The fast shape halves it, so that the eight choices
// stay as far apart as they were, and takes 8x8 images.
#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cstdio>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/factored_space.h"
#include "spaces/lower_cell.h"
#include "spaces/nats_blocks.h"

namespace zeroth::spaces {
namespace {

constexpr int kLayers = 5;
constexpr int kWidths = 8;
constexpr int kNarrowest = 8;
constexpr const char* kExample = "8:16:24:32:40";

int width_of(int choice) { return kNarrowest * (choice + 1); }

bool is_reduction(int layer) { return layer == 1 || layer == 3; }

[[noreturn]] void refuse(std::string_view text, const std::string& why) { refuse_architecture(text, "nats-size", why); }

int read_width(std::string_view text, const std::string& word, int layer) {
  for (int choice = 0; choice < kWidths; ++choice) {
    if (word == std::to_string(width_of(choice))) return choice;
  }
  refuse(text, fmt::format("layer {}: width \"{}\" should be a multiple of 8 from 8 to 64", layer, word));
}

// The width that the unit's label says, at this shape.
int64_t width_in(const Unit& unit, const NetShape& shape) {
  int width = 0;
  const int read = std::sscanf(unit.label.c_str(), unit.label[0] == 'c' ? "cell_w%d" : "reduction_w%d", &width);
  ZEROTH_CHECK(read == 1);
  return width / kNarrowest * shape.channels;
}

int add_skip(OpGraph& net, int x, int64_t channels, const std::string& scope) {
  if (net.nodes().at(static_cast<size_t>(x)).shape.channels != channels) {
    x = net.batch_norm(net.conv2d(x, channels, 1, 1, 0, scope + ".conv"), scope + ".bn");
  }
  net.returned_by(x, 1);
  return x;
}

// |nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|
int add_cell(OpGraph& net, int x, int64_t channels, const std::string& scope) {
  const auto conv = [&](int from, int layer) {
    return nats_operation(net, from, channels, 3, 1, fmt::format("{}.layers.{}.op", scope, layer));
  };
  const int first = conv(x, 0);
  const int from_input = conv(x, 1), from_first = conv(first, 2);
  const int second = net.add({from_input, from_first}, scope);
  const int skip = add_skip(net, x, channels, scope + ".layers.3");
  const int again = conv(first, 4), last = conv(second, 5);
  const int sum = net.add({skip, again, last}, scope);
  net.returned_by(sum, 1);
  return sum;
}

class NatsSize : public FactoredSpace {
 public:
  NatsSize() : FactoredSpace(std::vector<int>(kLayers, kWidths)) {}

  std::string_view name() const override { return "nats-size"; }
  std::string_view summary() const override {
    return "widths of 5 layers around one fixed cell, CIFAR-sized images; 32,768 architectures";
  }
  std::string_view citation() const override { return "Dong et al., TPAMI 2021, arXiv:2009.00437"; }
  std::string_view example() const override { return kExample; }

  Architecture parse(std::string_view text) const override {
    const std::string trimmed = boost::trim_copy(std::string(text));
    std::vector<std::string> words;
    boost::split(words, trimmed, boost::is_any_of(":"));
    if (words.size() != kLayers) {
      refuse(trimmed, fmt::format("{} width(s) joined by ':', should be 5, as in {}", words.size(), kExample));
    }
    Architecture architecture;
    for (const std::string& word : words) {
      const auto layer = static_cast<int>(architecture.choices.size()) + 1;
      architecture.choices.push_back(read_width(trimmed, word, layer));
    }
    return architecture;
  }

  std::string print(const Architecture& architecture) const override {
    std::vector<std::string> widths;
    for (const int choice : architecture.choices) widths.push_back(std::to_string(width_of(choice)));
    return boost::join(widths, ":");
  }

  // Labels say no width of an input: that is the width of the unit before.
  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> layers;
    for (int layer = 0; layer < kLayers; ++layer) {
      const int width = width_of(architecture.choices.at(static_cast<size_t>(layer)));
      const std::string label = fmt::format("{}_w{}", is_reduction(layer) ? "reduction" : "cell", width);
      layers.push_back({UnitKind::kParametric, label, layer});
    }
    return {chain(layers)};
  }

  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = kNarrowest;
    shape.cells = 1;
    return shape;
  }
  NetShape fast_shape() const override {
    NetShape shape = full_shape();
    shape.channels = 4;
    shape.resolution = 8;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_image_shape(shape, name(), 4);
    OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    x = nats_stem(net, x, width_in(cells.front()[1], shape));
    x = lower_cell(net, cells.front(), x, "cells", [&shape](OpGraph& graph, const Unit& unit, int from) {
      const std::string scope = fmt::format("cells.{}", unit.origin);
      const auto add = unit.label[0] == 'c' ? add_cell : nats_reduction;
      const int layer = add(graph, from, width_in(unit, shape), scope);
      graph.tap(layer);
      return layer;
    });
    nats_head(net, x, shape);
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_nats_size() { return std::make_unique<NatsSize>(); }

}  // namespace zeroth::spaces
