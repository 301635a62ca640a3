// The encoder block of vision transformers: a layer norm in front of attention and of the feed-forward layers, each
// with a shortcut around it.
#pragma once

#include <cstdint>
#include <string>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

struct EncoderBlock {
  int64_t attention = 0;  // channels of queries, keys and values, all heads together
  int heads = 0;
  int64_t hidden = 0;  // width between the two feed-forward layers
};

// Scopes: `scope`.norm1, .attn.{query,key,value,softmax,context,proj}, .norm2, .mlp.{fc1,gelu,fc2}. Returns the sum.
int encoder_block(OpGraph& net, int x, const EncoderBlock& block, const std::string& scope);

}  // namespace zeroth::spaces
