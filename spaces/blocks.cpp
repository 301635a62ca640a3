#include "spaces/blocks.h"

#include <fmt/format.h>

#include "core/error.h"

namespace zeroth::spaces {

int conv_bn(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope, int first) {
  x = net.conv2d(x, channels, kernel, stride, kernel / 2, fmt::format("{}.{}", scope, first));
  return net.batch_norm(x, fmt::format("{}.{}", scope, first + 1));
}

int conv_bn_relu(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope) {
  return net.relu(conv_bn(net, x, channels, kernel, stride, scope), scope + ".2");
}

int relu_conv_bn(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope) {
  return conv_bn(net, net.relu(x, scope + ".0"), channels, kernel, stride, scope, 1);
}

int activation_or_relu(OpGraph& net, int x, std::optional<Activation> function, const std::string& scope) {
  return function ? net.activation(x, *function, scope) : net.relu(x, scope);
}

int squeeze_excite(OpGraph& net, int x, int64_t squeezed, Activation gate, const std::string& scope,
                   std::optional<Activation> between) {
  const int64_t channels = net.nodes().at(static_cast<size_t>(x)).shape.channels;
  int g = net.global_avg_pool(x, scope + ".pool");
  g = activation_or_relu(net, net.linear(g, squeezed, scope + ".reduce"), between, scope + ".act");
  g = net.activation(net.linear(g, channels, scope + ".expand"), gate, scope + ".gate");
  return net.multiply(x, g, scope);
}

int classify(OpGraph& net, int x, const NetShape& shape, const std::string& scope) {
  if (shape.dense) return net.conv2d(x, shape.classes, 1, 1, 0, "head");
  return net.linear(net.global_avg_pool(x, "global_pooling"), shape.classes, scope, Role::kClassifier);
}

int64_t scaled(int64_t width, int64_t channels, int64_t full) {
  return std::max<int64_t>(1, (2 * width * channels + full) / (2 * full));
}

void check_image_shape(const NetShape& shape, std::string_view space, int64_t reduction) {
  const auto positive = [](const char* what, int64_t value) {
    if (value < 1) throw core::UsageError(fmt::format("{} {}: must be at least 1", what, value));
  };
  positive("channels", shape.channels);
  positive("cells", shape.cells);
  positive("classes", shape.classes);
  positive("input channels", shape.input_channels);
  positive("resolution", shape.resolution);
  if (shape.resolution % reduction != 0) {
    throw core::UsageError(fmt::format("resolution {}: {} divides the image by {}, so it must be a multiple of {}",
                                       shape.resolution, space, reduction, reduction));
  }
}

}  // namespace zeroth::spaces
