#include "spaces/genotype_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "spaces/blocks.h"

namespace zeroth::spaces {
namespace {

enum class Family {
  kNone,
  kSkip,
  kMaxPool,
  kAvgPool,
  kConv,         // ReLU, convolution, batch norm
  kSpatial,      // a row and a column in place of a square
  kSeparable,    // depthwise and pointwise convolution, twice
  kDilated,      // the same once, every second pixel
  kDilatedTwice  // the same twice
};

struct Operation {
  std::string_view name;
  Family family;
  int kernel;  // 0 where there is no window
};

constexpr std::array<Operation, 16> kOperations = {{{kNoOperation, Family::kNone, 0},
                                                    {"skip_connect", Family::kSkip, 0},
                                                    {"max_pool_3x3", Family::kMaxPool, 3},
                                                    {"max_pool_5x5", Family::kMaxPool, 5},
                                                    {"max_pool_7x7", Family::kMaxPool, 7},
                                                    {"avg_pool_3x3", Family::kAvgPool, 3},
                                                    {"conv_1x1", Family::kConv, 1},
                                                    {"conv_3x3", Family::kConv, 3},
                                                    {"conv_3x1_1x3", Family::kSpatial, 3},
                                                    {"conv_7x1_1x7", Family::kSpatial, 7},
                                                    {"sep_conv_3x3", Family::kSeparable, 3},
                                                    {"sep_conv_5x5", Family::kSeparable, 5},
                                                    {"sep_conv_7x7", Family::kSeparable, 7},
                                                    {"dil_conv_3x3", Family::kDilated, 3},
                                                    {"dil_conv_5x5", Family::kDilated, 5},
                                                    {"dil_sep_conv_3x3", Family::kDilatedTwice, 3}}};
constexpr std::string_view kReducingSkip = "factorized_reduce";
constexpr std::string_view kReducing = ":s2";

const Operation& find_operation(std::string_view name) {
  const auto found = std::find_if(kOperations.begin(), kOperations.end(),
                                  [name](const Operation& operation) { return operation.name == name; });
  ZEROTH_CHECK(found != kOperations.end());
  return *found;
}

UnitKind kind_of(Family family, int stride) {
  switch (family) {
    case Family::kNone:
      return UnitKind::kZero;
    case Family::kSkip:
      return stride == 1 ? UnitKind::kIdentity : UnitKind::kParametric;
    case Family::kMaxPool:
    case Family::kAvgPool:
      return UnitKind::kWeightless;
    default:
      return UnitKind::kParametric;
  }
}

int64_t channels_of(const OpGraph& net, int x) { return net.nodes().at(static_cast<size_t>(x)).shape.channels; }

// ReLU, depthwise and pointwise convolution, batch norm, in scopes from .FIRST on.
int depthwise(OpGraph& net, int x, int kernel, int stride, int dilation, const std::string& scope, int first = 0) {
  const int64_t channels = channels_of(net, x);
  const auto part = [&](int number) { return fmt::format("{}.{}", scope, first + number); };
  x = net.relu(x, part(0));
  x = net.conv2d(x, channels, Window::square(kernel, stride, dilation * (kernel / 2), dilation),
                 static_cast<int>(channels), part(1));
  x = net.conv2d(x, channels, 1, 1, 0, part(2));
  return net.batch_norm(x, part(3));
}

// The row steps by one pixel and the column by two each way: the pixels that the authors' strides (1, 2) and (2, 1)
// keep, since nothing lies between the two. The row's other results are dropped and cost multiply-adds.
int spatial(OpGraph& net, int x, int kernel, int stride, const std::string& scope) {
  const int64_t channels = channels_of(net, x);
  x = net.relu(x, scope + ".0");
  x = net.conv2d(x, channels, Window{1, kernel, 1, 0, kernel / 2}, 1, scope + ".1");
  x = net.conv2d(x, channels, Window{kernel, 1, stride, kernel / 2, 0}, 1, scope + ".2");
  return net.batch_norm(x, scope + ".3");
}

int lower_operation(OpGraph& net, const Operation& operation, int stride, int x, const std::string& scope) {
  const int kernel = operation.kernel;
  const std::string sequence = scope + ".op";
  const auto inside = [&net](int node, int modules) {
    net.returned_by(node, modules);
    return node;
  };
  switch (operation.family) {
    case Family::kMaxPool:
      return net.max_pool(x, kernel, stride, kernel / 2, scope);
    case Family::kAvgPool:
      return net.avg_pool(x, kernel, stride, kernel / 2, scope);
    case Family::kConv:
      return inside(relu_conv_bn(net, x, channels_of(net, x), kernel, stride, scope), 1);
    case Family::kSpatial:
      return inside(spatial(net, x, kernel, stride, scope), 1);
    case Family::kDilated:
      return inside(depthwise(net, x, kernel, stride, 2, sequence), 2);
    case Family::kSeparable:
    case Family::kDilatedTwice: {
      const int dilation = operation.family == Family::kSeparable ? 1 : 2;
      x = depthwise(net, x, kernel, stride, dilation, sequence);
      return inside(depthwise(net, x, kernel, 1, dilation, sequence, 4), 2);
    }
    case Family::kNone:
    case Family::kSkip:
      break;
  }
  ZEROTH_CHECK(!"an operation with operators");
  return x;
}

}  // namespace

Unit genotype_unit(std::string_view operation, int stride, int origin) {
  const Operation& known = find_operation(operation);
  const UnitKind kind = kind_of(known.family, stride);
  if (stride == 1) return {kind, std::string(operation), origin};
  const std::string_view name = known.family == Family::kSkip ? kReducingSkip : operation;
  return {kind, std::string(name) + std::string(kReducing), origin};
}

int lower_genotype_unit(OpGraph& net, const Unit& unit, int x, const std::string& scope) {
  std::string_view name = unit.label;
  int stride = 1;
  if (name.size() > kReducing.size() && name.substr(name.size() - kReducing.size()) == kReducing) {
    name.remove_suffix(kReducing.size());
    stride = 2;
  }
  if (name == kReducingSkip) return factorized_reduce(net, x, channels_of(net, x), scope);
  return lower_operation(net, find_operation(name), stride, x, scope);
}

int factorized_reduce(OpGraph& net, int x, int64_t channels, const std::string& scope) {
  ZEROTH_CHECK(channels % 2 == 0);
  x = net.relu(x, scope + ".relu");
  const int even = net.conv2d(x, channels / 2, 1, 2, 0, scope + ".conv_1");
  const int odd = net.conv2d(net.crop(x, scope), channels / 2, 1, 2, 0, scope + ".conv_2");
  x = net.batch_norm(net.concat({even, odd}, scope), scope + ".bn");
  net.returned_by(x, 1);
  return x;
}

}  // namespace zeroth::spaces
