#include "spaces/encoder.h"

#include <algorithm>

namespace zeroth::spaces {

int encoder_block(OpGraph& net, int x, const EncoderBlock& block, const std::string& scope) {
  const int64_t width = net.nodes().at(static_cast<size_t>(x)).shape.channels;
  const int normed = net.layer_norm(x, scope + ".norm1");
  const int query = net.linear(normed, block.attention, scope + ".attn.query", Role::kQuery);
  const int key = net.linear(normed, block.attention, scope + ".attn.key", Role::kKey);
  const int value = net.linear(normed, block.attention, scope + ".attn.value", Role::kValue);
  const int scores = net.attention_scores(query, key, block.heads, scope + ".attn.softmax");
  const int context = net.attention_context(scores, value, scope + ".attn.context");
  const int attended = net.linear(context, width, scope + ".attn.proj", Role::kAttentionOutput);
  net.returned_by(attended, 1);  // attention
  x = net.add({x, attended}, scope + ".sum1");
  int y = net.linear(net.layer_norm(x, scope + ".norm2"), block.hidden, scope + ".mlp.fc1", Role::kFeedForward);
  y = net.linear(net.gelu(y, scope + ".mlp.gelu"), width, scope + ".mlp.fc2", Role::kFeedForward);
  net.returned_by(y, 1);  // the feed-forward layers
  x = net.add({x, y}, scope);
  net.returned_by(x, 1);
  return x;
}

}  // namespace zeroth::spaces
