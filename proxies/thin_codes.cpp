#include "proxies/thin_codes.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/simd.h"

namespace zeroth::proxies {
namespace {

using spaces::FeatureShape;
using spaces::OpKind;
using spaces::OpNode;

constexpr size_t kWordBits = 64;

// A feature map as units x images: the images of a unit are next to each other. Unit (c, y, x) is (c * H + y) * W + x.
class Map {
 public:
  Map() = default;
  Map(FeatureShape shape, size_t images)
      : shape_(shape),
        images_(images),
        values_(static_cast<size_t>(shape.channels * shape.height * shape.width) * images, 0.0) {}

  const FeatureShape& shape() const { return shape_; }
  size_t images() const { return images_; }
  size_t units() const { return values_.size() / images_; }
  double* unit(size_t u) { return values_.data() + u * images_; }
  const double* unit(size_t u) const { return values_.data() + u * images_; }
  double* unit(int64_t c, int64_t y, int64_t x) { return unit(number(c, y, x)); }
  const double* unit(int64_t c, int64_t y, int64_t x) const { return unit(number(c, y, x)); }
  std::vector<double>& values() { return values_; }

 private:
  size_t number(int64_t c, int64_t y, int64_t x) const {
    return static_cast<size_t>((c * shape_.height + y) * shape_.width + x);
  }

  FeatureShape shape_;
  size_t images_ = 1;
  std::vector<double> values_;
};

ZEROTH_SIMD_CLONES void add_scaled(double* out, const double* x, double factor, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] += factor * x[i];
}

ZEROTH_SIMD_CLONES void normalise(double* x, double factor, double offset, size_t count) {
  for (size_t i = 0; i < count; ++i) x[i] = factor * x[i] + offset;
}

std::vector<double> param_values(const torch::Tensor& param) {
  const torch::Tensor values = param.detach().to(torch::kFloat64).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

// Calls visit(out_y, out_x, ky, kx, y, x) for each place of a window that lies on the map.
template <typename Visit>
void for_each_tap(const OpNode& node, const FeatureShape& from, const Visit& visit) {
  const spaces::Window& w = node.window;
  ZEROTH_CHECK(w.dilation == 1 && node.groups == 1);
  for (int64_t out_y = 0; out_y < node.shape.height; ++out_y) {
    for (int64_t out_x = 0; out_x < node.shape.width; ++out_x) {
      for (int64_t ky = 0; ky < w.height; ++ky) {
        for (int64_t kx = 0; kx < w.width; ++kx) {
          const int64_t y = out_y * w.stride - w.pad_height + ky, x = out_x * w.stride - w.pad_width + kx;
          if (y >= 0 && y < from.height && x >= 0 && x < from.width) visit(out_y, out_x, ky, kx, y, x);
        }
      }
    }
  }
}

void convolution(const OpNode& node, const Map& from, const std::vector<double>& weight, Map& to) {
  for_each_tap(node, from.shape(), [&](int64_t oy, int64_t ox, int64_t ky, int64_t kx, int64_t y, int64_t x) {
    for (int64_t out = 0; out < to.shape().channels; ++out) {
      for (int64_t in = 0; in < from.shape().channels; ++in) {
        const int64_t at = ((out * from.shape().channels + in) * node.window.height + ky) * node.window.width + kx;
        add_scaled(to.unit(out, oy, ox), from.unit(in, y, x), weight[static_cast<size_t>(at)], to.images());
      }
    }
  });
}

void average_pool(const OpNode& node, const Map& from, Map& to) {
  std::vector<double> counted(static_cast<size_t>(node.shape.height * node.shape.width), 0.0);
  const auto place = [&](int64_t y, int64_t x) { return static_cast<size_t>(y * node.shape.width + x); };
  for_each_tap(node, from.shape(),
               [&](int64_t oy, int64_t ox, int64_t, int64_t, int64_t, int64_t) { counted[place(oy, ox)] += 1.0; });
  for_each_tap(node, from.shape(), [&](int64_t oy, int64_t ox, int64_t, int64_t, int64_t y, int64_t x) {
    for (int64_t c = 0; c < to.shape().channels; ++c) {
      add_scaled(to.unit(c, oy, ox), from.unit(c, y, x), 1.0 / counted[place(oy, ox)], to.images());
    }
  });
}

void batch_norm(const std::vector<double>& gain, const std::vector<double>& shift, double epsilon, Map& map) {
  const size_t per_channel = map.values().size() / static_cast<size_t>(map.shape().channels);
  for (size_t c = 0; c < static_cast<size_t>(map.shape().channels); ++c) {
    double* x = map.values().data() + c * per_channel;
    double mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < per_channel; ++i) mean += x[i];
    mean /= static_cast<double>(per_channel);
    for (size_t i = 0; i < per_channel; ++i) variance += (x[i] - mean) * (x[i] - mean);
    variance /= static_cast<double>(per_channel);
    const double factor = gain[c] / std::sqrt(variance + epsilon);
    normalise(x, factor, shift[c] - factor * mean, per_channel);
  }
}

// A one-pixel map is added to every pixel: the reduction of a 3x3 map joins 1x1 and 2x2.
void add(const Map& from, Map& to) {
  const bool spread = from.units() != to.units();
  ZEROTH_CHECK(!spread || from.shape().height * from.shape().width == 1);
  const size_t pixels = to.units() / static_cast<size_t>(to.shape().channels);
  for (size_t u = 0; u < to.units(); ++u) add_scaled(to.unit(u), from.unit(spread ? u / pixels : u), 1.0, to.images());
}

// ReLU, and a bit for each unit and image.
void rectify(Map& map, std::vector<std::vector<uint64_t>>& codes, size_t first_bit) {
  for (size_t u = 0; u < map.units(); ++u) {
    double* x = map.unit(u);
    const size_t word = (first_bit + u) / kWordBits, bit = (first_bit + u) % kWordBits;
    for (size_t n = 0; n < map.images(); ++n) {
      codes[n][word] |= static_cast<uint64_t>(x[n] > 0.0) << bit;
      x[n] = std::max(x[n], 0.0);
    }
  }
}

Map input_map(const torch::Tensor& images, const FeatureShape& shape) {
  Map map(shape, static_cast<size_t>(images.size(0)));
  const torch::Tensor by_unit = images.to(torch::kFloat64).contiguous().reshape({images.size(0), -1}).t().contiguous();
  std::copy_n(by_unit.data_ptr<double>(), by_unit.numel(), map.values().begin());
  return map;
}

size_t code_bits(const nn::Network& network) {
  int64_t bits = 0;
  for (const OpNode& node : network.graph().nodes()) {
    if (node.kind == OpKind::kRelu) bits += node.shape.channels * node.shape.height * node.shape.width;
  }
  return static_cast<size_t>(bits);
}

}  // namespace

std::vector<std::vector<uint64_t>> thin_codes(const nn::Network& network, const torch::Tensor& images) {
  const auto batch = static_cast<size_t>(images.size(0));
  std::vector<std::vector<uint64_t>> codes(batch,
                                           std::vector<uint64_t>((code_bits(network) + kWordBits - 1) / kWordBits, 0));
  const std::vector<OpNode>& nodes = network.graph().nodes();
  std::vector<Map> maps(nodes.size());
  size_t bit = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const OpNode& node = nodes[i];
    const auto operand = [&](size_t k) -> const Map& { return maps[static_cast<size_t>(node.operands[k])]; };
    const auto param = [&](size_t k) { return param_values(network.params()[static_cast<size_t>(node.params[k])]); };
    Map& map = maps[i];
    switch (node.kind) {
      case OpKind::kInput:
        map = input_map(images, node.shape);
        break;
      case OpKind::kConv2d:
        map = Map(node.shape, batch);
        convolution(node, operand(0), param(0), map);
        break;
      case OpKind::kBatchNorm:
        map = operand(0);
        batch_norm(param(0), param(1), node.epsilon, map);
        break;
      case OpKind::kRelu:
        map = operand(0);
        rectify(map, codes, bit);
        bit += map.units();
        break;
      case OpKind::kAvgPool:
        map = Map(node.shape, batch);
        average_pool(node, operand(0), map);
        break;
      case OpKind::kAdd:
      case OpKind::kZero:
        map = Map(node.shape, batch);
        for (size_t k = 0; node.kind == OpKind::kAdd && k < node.operands.size(); ++k) add(operand(k), map);
        break;
      case OpKind::kGlobalAvgPool:
      case OpKind::kLinear:
        return codes;  // no ReLU follows
      default:
        throw core::Bug("a thin network with an operator that codes have no rule for: " + node.scope);
    }
  }
  return codes;
}

}  // namespace zeroth::proxies
