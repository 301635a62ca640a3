#include "spaces/mbconv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cstdio>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {

void Reading::refuse(const std::string& why) const { refuse_architecture(text, space, why); }

std::vector<int> read_fields(const Reading& reading, const std::string& where, std::string_view word,
                             const std::vector<Field>& fields) {
  std::vector<int> choices;
  size_t at = 0;
  for (const Field& field : fields) {
    const bool begins = at < word.size() && word[at] == field.letter;
    const size_t end = begins ? std::min(word.find_first_not_of("0123456789", at + 1), word.size()) : at;
    const std::string_view number = begins ? word.substr(at + 1, end - at - 1) : std::string_view();
    const auto chosen = std::find_if(field.values.begin(), field.values.end(),
                                     [number](int value) { return number == std::to_string(value); });
    if (chosen == field.values.end()) {
      reading.refuse(fmt::format(
          "{}: \"{}\" should have {} at character {}", where, word,
          fmt::format("{}{}", field.letter, fmt::join(field.values, fmt::format(" or {}", field.letter))), at + 1));
    }
    choices.push_back(static_cast<int>(chosen - field.values.begin()));
    at = end;
  }
  if (at != word.size()) reading.refuse(fmt::format("{}: \"{}\" goes on behind character {}", where, word, at));
  return choices;
}

std::string print_fields(const std::vector<Field>& fields, const std::vector<int>& choices, size_t first) {
  std::string word;
  for (size_t i = 0; i < fields.size(); ++i) {
    word += fields[i].letter + std::to_string(fields[i].values.at(static_cast<size_t>(choices.at(first + i))));
  }
  return word;
}

std::vector<std::string> read_parts(const Reading& reading, const std::string& where, std::string_view text,
                                    char separator, size_t count, const char* part) {
  std::vector<std::string> parts;
  boost::split(parts, text, [separator](char c) { return c == separator; });
  if (parts.size() != count) {
    reading.refuse(fmt::format("{}{} {}(s) joined by '{}', should be {}", where, parts.size(), part, separator, count));
  }
  return parts;
}

std::string mbconv_label(const MbConv& block) {
  return fmt::format("k{}_e{}_g{}_w{}_s{}{}", block.kernel, block.expansion, block.groups, block.channels, block.stride,
                     block.squeezes ? "_se" : "");
}

MbConv read_mbconv_label(std::string_view label) {
  MbConv block;
  int channels = 0;
  const int read = std::sscanf(std::string(label).c_str(), "k%d_e%d_g%d_w%d_s%d", &block.kernel, &block.expansion,
                               &block.groups, &channels, &block.stride);
  ZEROTH_CHECK(read == 5);
  block.channels = channels;
  block.squeezes = boost::ends_with(label, "_se");
  return block;
}

int64_t scaled_width(int64_t width, const NetShape& shape, int64_t divisor) {
  return divisor * scaled(width, shape.channels, kMobileChannels * divisor);
}

NetShape mobile_imagenet_shape() {
  NetShape shape;
  shape.channels = kMobileChannels;
  shape.cells = 1;
  shape.resolution = 224;
  shape.classes = 1000;
  return shape;
}

NetShape mobile_fast_shape() {
  NetShape shape;
  shape.channels = kMobileChannels / 4;
  shape.cells = 1;
  shape.resolution = 64;
  return shape;
}

MbConvScopes ofa_scopes(int index) {
  const std::string block = fmt::format("blocks.{}", index), conv = block + ".conv";
  const std::string expand = conv + ".inverted_bottleneck", depth = conv + ".depth_conv",
                    project = conv + ".point_linear";
  return {expand + ".conv", expand + ".bn",    expand + ".act", "",   depth + ".conv", depth + ".bn", depth + ".act",
          depth + ".se.fc", project + ".conv", project + ".bn", block};
}

int mbconv(OpGraph& net, int x, const MbConv& block, const MbConvStyle& style, const MbConvScopes& scopes) {
  const int input = x;
  const FeatureShape in = net.nodes().at(static_cast<size_t>(x)).shape;
  const int64_t expanded = in.channels * block.expansion;
  const auto returned_by = [&](int node, int modules) {
    if (style.nested) net.returned_by(node, modules);
  };
  if (block.expansion != 1 || style.always_expands) {
    x = net.conv2d(x, expanded, Window::square(1, 1, 0), block.groups, scopes.expand);
    x = activation_or_relu(net, net.batch_norm(x, scopes.expand_norm), style.activation, scopes.expand_activation);
    returned_by(x, 1);
    if (block.groups > 1) x = net.shuffle(x, block.groups, scopes.shuffle);
  }
  const Window window = Window::square(block.kernel, block.stride, block.kernel / 2);
  x = net.conv2d(x, expanded, window, static_cast<int>(expanded), scopes.depth);
  x = activation_or_relu(net, net.batch_norm(x, scopes.depth_norm), style.activation, scopes.depth_activation);
  returned_by(x, 1);
  if (block.squeezes) {
    x = squeeze_excite(net, x, style.squeezed, style.gate, scopes.squeeze, style.squeezed_activation);
    returned_by(x, 1);
  }
  x = net.conv2d(x, block.channels, Window::square(1, 1, 0), block.groups, scopes.project);
  x = net.batch_norm(x, scopes.project_norm);
  returned_by(x, 2);
  if (block.stride == 1 && block.channels == in.channels) x = net.add({x, input}, scopes.block);
  net.returned_by(x, 1);
  return x;
}

int conv_bn_act(OpGraph& net, int x, int64_t channels, int kernel, int stride, std::optional<Activation> activation,
                const std::string& scope) {
  x = net.conv2d(x, channels, kernel, stride, kernel / 2, scope + ".conv");
  x = activation_or_relu(net, net.batch_norm(x, scope + ".bn"), activation, scope + ".act");
  net.returned_by(x, 1);
  return x;
}

}  // namespace zeroth::spaces
