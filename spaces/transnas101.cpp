#include "spaces/transnas101.h"

#include <fmt/format.h>

#include "core/error.h"
#include "spaces/blocks.h"

namespace zeroth::spaces::transnas101 {

NetShape full_shape() {
  NetShape shape;
  shape.channels = 64;
  shape.cells = 2;
  shape.resolution = 256;
  shape.classes = 47;
  return shape;
}

int stem(OpGraph& net, const NetShape& shape, std::string_view space, int64_t reduction) {
  check_image_shape(shape, space, reduction);
  if (shape.channels % 2 != 0) {
    throw core::UsageError(
        fmt::format("channels {}: the stem of {} has a half of them, so they must be even", shape.channels, space));
  }
  int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
  x = conv_bn(net, x, shape.channels / 2, 3, 2, "stem");
  x = operation(net, x, shape.channels, 3, 2, "stem.2");
  net.returned_by(x, 1);
  net.tap(x);
  return x;
}

int operation(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope) {
  x = relu_conv_bn(net, x, channels, kernel, stride, scope + ".ops");
  net.returned_by(x, 2);  // the sequence and the module around it
  return x;
}

void head(OpGraph& net, int x, const NetShape& shape) {
  x = classify(net, x, shape, "head");
  if (!shape.dense) net.returned_by(x, 1);  // the network
}

}  // namespace zeroth::spaces::transnas101
