// Mobile inverted bottlenecks (MBConv), the block of MobileNetV2 and its followers, and what the spaces made of a chain
// of them share. A block expands its channels by a 1x1 convolution, convolves each channel on its own, may squeeze and
// excite, and projects by another 1x1 convolution, whose result has no activation; it adds its input where that has the
// size of the result.
//
// Sandler et al., CVPR 2018, arXiv:1801.04381.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/op_graph.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// ------------------------------------------------------------------------------------------------------- notation

// An architecture's text while it is read: what its errors begin with.
struct Reading {
  std::string_view space;
  std::string_view text;
  // Throws core::Error.
  [[noreturn]] void refuse(const std::string& why) const;
};

// A letter and the numbers that may follow it.
struct Field {
  char letter;
  std::vector<int> values;
};

// Reads a word such as "e6k3l1s0": each field's letter and number, nothing else. Gives for each field which of its
// values it is. `where` says where the word stands, for the message.
std::vector<int> read_fields(const Reading& reading, const std::string& where, std::string_view word,
                             const std::vector<Field>& fields);
// The word for these choices, from the first one's place on.
std::string print_fields(const std::vector<Field>& fields, const std::vector<int>& choices, size_t first = 0);

// The parts between separators; an error unless there are `count`, each called a `part` in the message.
std::vector<std::string> read_parts(const Reading& reading, const std::string& where, std::string_view text,
                                    char separator, size_t count, const char* part);

// ---------------------------------------------------------------------------------------------------- as dataflow

// What a block's unit says of it. `channels` is the width of its result in the full network; the width of its input is
// that of what it reads.
struct MbConv {
  int kernel = 3;
  int expansion = 1;
  int groups = 1;  // of the 1x1 convolutions; with more than one, the channels are shuffled between them
  int64_t channels = 0;
  int stride = 1;
  bool squeezes = false;
};

// "k3_e6_g1_w24_s2", with "_se" at the end where it squeezes.
std::string mbconv_label(const MbConv& block);
MbConv read_mbconv_label(std::string_view label);

// Groups of blocks: the first of a stage has the stride, the others one.
struct MbStage {
  int64_t channels;
  int stride;
  int blocks;  // at most
};

// -------------------------------------------------------------------------------------------------------- network

// The width of the first stage in all of these networks.
constexpr int64_t kMobileChannels = 16;
// A width of the full network at another width of the first stage: nearest multiple of `divisor`, at least that.
int64_t scaled_width(int64_t width, const NetShape& shape, int64_t divisor = 1);

// ImageNet's images and classes; and a quarter of the widths, on 64x64 images of ten classes.
NetShape mobile_imagenet_shape();
NetShape mobile_fast_shape();

struct MbConvStyle {
  std::optional<Activation> activation;  // a ReLU where there is none
  Activation gate = Activation::kSigmoid;
  std::optional<Activation> squeezed_activation;  // between the gate's layers; a ReLU where there is none
  int64_t squeezed = 0;                           // width between the gate's layers, of a block that squeezes
  bool always_expands = false;                    // has the first convolution even where it widens nothing
  // The authors' modules: convolution, norm and activation have one of their own around them, and so have the three.
  bool nested = true;
};

// Where the block's operators are.
struct MbConvScopes {
  std::string expand, expand_norm, expand_activation, shuffle;
  std::string depth, depth_norm, depth_activation;
  std::string squeeze;
  std::string project, project_norm;
  std::string block;
};

// Those of block `index` in the code of ProxylessNAS and Once-for-All.
MbConvScopes ofa_scopes(int index);

// Adds the block's operators. block.channels is the width at the shape that is built.
int mbconv(OpGraph& net, int x, const MbConv& block, const MbConvStyle& style, const MbConvScopes& scopes);

// Convolution, batch norm, activation: `scope`.conv, .bn and .act.
int conv_bn_act(OpGraph& net, int x, int64_t channels, int kernel, int stride, std::optional<Activation> activation,
                const std::string& scope);

}  // namespace zeroth::spaces
