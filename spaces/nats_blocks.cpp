#include "spaces/nats_blocks.h"

#include "spaces/blocks.h"

namespace zeroth::spaces {

int nats_operation(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope) {
  x = relu_conv_bn(net, x, channels, kernel, stride, scope);
  net.returned_by(x, 2);  // the sequence and the module around it
  return x;
}

// Parameters come in the order of the modules; the sum begins with the shortcut.
int nats_reduction(OpGraph& net, int x, int64_t channels, const std::string& scope) {
  const int a = nats_operation(net, x, channels, 3, 2, scope + ".conv_a.op");
  const int b = nats_operation(net, a, channels, 3, 1, scope + ".conv_b.op");
  const int pooled = net.avg_pool(x, 2, 2, 0, scope + ".downsample.0");
  const int shortcut = net.conv2d(pooled, channels, 1, 1, 0, scope + ".downsample.1");
  net.returned_by(shortcut, 1);
  const int sum = net.add({shortcut, b}, scope);
  net.returned_by(sum, 1);
  return sum;
}

int nats_stem(OpGraph& net, int x, int64_t channels) {
  x = net.conv2d(x, channels, 3, 1, 1, "stem.0");
  x = net.batch_norm(x, "stem.1");
  net.returned_by(x, 1);
  net.tap(x);
  return x;
}

int nats_head(OpGraph& net, int x, const NetShape& shape) {
  x = net.batch_norm(x, "lastact.0");
  x = net.relu(x, "lastact.1");
  net.returned_by(x, 1);
  x = classify(net, x, shape, "classifier");
  if (!shape.dense) net.returned_by(x, 1);  // the network
  return x;
}

}  // namespace zeroth::spaces
