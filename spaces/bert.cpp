// FlexiBERT: encoders for text of two or four layers, each with its own operation and feed-forward stack. 10,621,440
// architectures. Tuli et al., FlexiBERT, JAIR 2023, arXiv:2205.11656, in the form of Serianni and Kalita, Training-free
// NAS for RNNs and Transformers, ACL 2023, arXiv:2306.00288, whose table of GLUE scores it reads.
//
// An architecture is written h256|SA-SDP-n4-f1024-s3|LT-DCT-n2-f512-s1: the hidden width, and of each layer the
// operation, its heads, the feed-forward width and how many layers of that width are stacked. Operations: attention by
// scaled dot products (SA-SDP) or with a matrix between queries and keys (SA-WMA), a fixed Fourier or cosine transform
// by head (LT-DFT, LT-DCT), attention and a dynamic convolution of 5 or 9 tokens side by side (DSC-5, DSC-9).
//
// Choice 0 is the hidden width, 1 and 2 the first two layers, each one of 48, and 3 the last two together: 0 where
// there are none, else 1 plus 48 times one plus the other. A neighbour changes one trait of one layer, or the hidden
// width, or appends or drops two equal layers. Samples have both depths equally often, so that they are not uniform.
//
// The network: words and positions, layer norm, a linear layer where the hidden width is not the embedding's, layers
// with a layer norm behind each shortcut, the first token, a linear layer. As in the authors' code a transform has
// neither shortcut nor norm, and half of a DSC layer's heads are the convolution's. The fast shape scales the
// embedding, the hidden and the feed-forward width together, the text and the vocabulary.
//
// Departures: token types are left out, as all tokens are of the first, which with the positions adds up to one vector
// a position. Layer norms have an eps of 1e-5, theirs 1e-12. The table's params column is of networks of hidden and
// feed-forward width 256 and 1024 whatever the architecture says, as the authors' code sets neither there. In its
// scores the operations leave no trace: with width, heads and stacks accounted for, none of them differs from attention
// by more than 1.5 standard errors. The code that trained the networks compares operations by identity, not by value,
// so that every layer there seems to have been plain attention.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <map>
#include <memory>
#include <utility>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/encoder.h"
#include "spaces/lower_cell.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

enum class Kind { kAttention, kTransform, kConvolution };
struct Operation {
  const char* name;
  Kind kind;
  int kernel;  // tokens of the dynamic convolution
};
constexpr std::array<Operation, 6> kOperations = {{{"SA-SDP", Kind::kAttention, 0},
                                                   {"SA-WMA", Kind::kAttention, 0},
                                                   {"LT-DFT", Kind::kTransform, 0},
                                                   {"LT-DCT", Kind::kTransform, 0},
                                                   {"DSC-5", Kind::kConvolution, 5},
                                                   {"DSC-9", Kind::kConvolution, 9}}};
constexpr std::array<int, 2> kHidden = {128, 256}, kHeads = {2, 4}, kWidths = {512, 1024}, kStacks = {1, 3};
constexpr int kLayers = 48;  // that differ: operations, heads, widths and stacks
constexpr int64_t kFullChannels = 128;
constexpr const char* kExample = "h256|SA-SDP-n4-f1024-s3|LT-DCT-n2-f512-s1|DSC-9-n4-f512-s3|SA-WMA-n2-f1024-s1";

// The traits of a layer, each a place in its list.
struct Layer {
  int operation = 0, heads = 0, width = 0, stack = 0;

  static Layer of(int number) { return {number / 8, number / 4 % 2, number / 2 % 2, number % 2}; }
  int number() const { return 8 * operation + 4 * heads + 2 * width + stack; }
  std::string text() const {
    return fmt::format("{}-n{}-f{}-s{}", kOperations.at(operation).name, kHeads.at(heads), kWidths.at(width),
                       kStacks.at(stack));
  }
};

// Numbers of the layers that differ in one trait.
std::vector<int> relatives(int number) {
  std::vector<int> found = {number ^ 1, number ^ 2, number ^ 4};
  for (int operation = 0; operation < static_cast<int>(kOperations.size()); ++operation) {
    if (operation != number / 8) found.push_back(8 * operation + number % 8);
  }
  return found;
}

std::vector<int> layers_of(const Architecture& architecture) {
  const auto& choices = architecture.choices;
  std::vector<int> layers = {choices.at(1), choices.at(2)};
  const int pair = choices.at(3) - 1;
  if (pair >= 0) layers.insert(layers.end(), {pair / kLayers, pair % kLayers});
  return layers;
}

// ------------------------------------------------------------------------------------------------------ notation

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(boost::trim_copy(std::string(text))) {}

  Architecture architecture() const {
    const std::vector<std::string> parts = split(text_, "|");
    if (parts.size() != 3 && parts.size() != 5) {
      refuse(fmt::format("{} part(s) between '|', should be 3 or 5, as in {}", parts.size(), kExample));
    }
    std::vector<int> numbers;
    for (size_t i = 1; i < parts.size(); ++i) numbers.push_back(layer(parts[i], fmt::format("layer {}", i)));
    const int pair = parts.size() == 3 ? 0 : 1 + kLayers * numbers[2] + numbers[3];
    return {{option(parts[0], 'h', kHidden, "hidden width"), numbers[0], numbers[1], pair}};
  }

 private:
  static std::vector<std::string> split(const std::string& text, const char* separator) {
    std::vector<std::string> parts;
    boost::split(parts, text, boost::is_any_of(separator));
    return parts;
  }

  [[noreturn]] void refuse(const std::string& why) const { refuse_architecture(text_, "bert", why); }

  int layer(const std::string& text, const std::string& where) const {
    const std::vector<std::string> parts = split(text, "-");
    if (parts.size() != 5) {
      refuse(fmt::format("{}: \"{}\" should be TYPE-PARAMETER-nHEADS-fWIDTH-sSTACK", where, text));
    }
    const std::string name = parts[0] + "-" + parts[1];
    std::vector<std::string> known;
    for (const Operation& operation : kOperations) known.emplace_back(operation.name);
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) refuse(where + ": " + core::unknown_name("operation", name, known));
    return Layer{static_cast<int>(found - known.begin()), option(parts[2], 'n', kHeads, where + ", heads"),
                 option(parts[3], 'f', kWidths, where + ", feed-forward width"),
                 option(parts[4], 's', kStacks, where + ", feed-forward stack")}
        .number();
  }

  int option(const std::string& text, char letter, const std::array<int, 2>& options, const std::string& where) const {
    for (int i = 0; i < 2; ++i) {
      if (text == letter + std::to_string(options.at(i))) return i;
    }
    refuse(fmt::format("{}: \"{}\" should be {}{} or {}{}", where, text, letter, options[0], letter, options[1]));
  }

  std::string text_;
};

// ------------------------------------------------------------------------------------------------------- network

std::string label_of(int hidden, int layer) {
  return fmt::format("h{}-{}", kHidden.at(hidden), Layer::of(layer).text());
}

// The hidden width and the layer that a label names.
std::pair<int, Layer> find_layer(const std::string& label) {
  static const auto by_label = [] {
    std::map<std::string, std::pair<int, Layer>> layers;
    for (const int hidden : {0, 1}) {
      for (int layer = 0; layer < kLayers; ++layer) {
        layers[label_of(hidden, layer)] = {kHidden.at(hidden), Layer::of(layer)};
      }
    }
    return layers;
  }();
  const auto found = by_label.find(label);
  ZEROTH_CHECK(found != by_label.end());
  return found->second;
}

// Adds layers of one hidden width.
class Encoder {
 public:
  Encoder(OpGraph& net, int64_t hidden, int64_t channels) : net_(net), hidden_(hidden), channels_(channels) {}

  int layer(const Layer& layer, int x, const std::string& scope) const {
    const Operation& operation = kOperations.at(layer.operation);
    const int heads = kHeads.at(layer.heads);
    const std::string inner = scope + ".operation.operation";
    if (operation.kind == Kind::kTransform) {
      const int mixed = net_.linear(x, hidden_, inner + ".input", Role::kValue);
      x = operation.name == std::string_view("LT-DFT") ? net_.fourier_transform(mixed, heads, inner)
                                                       : net_.cosine_transform(mixed, heads, inner);
    } else {
      const bool weighted = operation.name == std::string_view("SA-WMA");
      const int mixed = operation.kind == Kind::kAttention ? attention(x, heads, weighted, inner)
                                                           : convolution(x, heads, operation.kernel, inner);
      const int projected = net_.linear(mixed, hidden_, scope + ".operation.output.dense", Role::kAttentionOutput);
      x = net_.layer_norm(net_.add({projected, x}, scope + ".operation.output.sum"),
                          scope + ".operation.output.LayerNorm");
      net_.returned_by(x, 1);
    }
    return feed_forward(x, kWidths.at(layer.width) / kFullChannels * channels_, kStacks.at(layer.stack), scope);
  }

 private:
  int attention(int x, int heads, bool weighted, const std::string& scope) const {
    int query = net_.linear(x, hidden_, scope + ".query", Role::kQuery);
    const int key = net_.linear(x, hidden_, scope + ".key", Role::kKey);
    const int value = net_.linear(x, hidden_, scope + ".value", Role::kValue);
    if (weighted) query = net_.linear(query, hidden_, scope + ".weight", Role::kQuery, /*bias=*/false);
    return net_.attention_context(net_.attention_scores(query, key, heads, scope + ".softmax"), value,
                                  scope + ".context");
  }

  // Half of the heads attend; as many channels are of a convolution whose kernels come from the queries and a separable
  // convolution.
  int convolution(int x, int heads, int kernel, const std::string& scope) const {
    const int64_t half = hidden_ / 2, tokens = net_.nodes().at(static_cast<size_t>(x)).shape.height;
    const int query = net_.linear(x, half, scope + ".query", Role::kQuery);
    const int key = net_.linear(x, half, scope + ".key", Role::kKey);
    const int value = net_.linear(x, half, scope + ".value", Role::kValue);
    const auto as_map = [&](int node) { return net_.map(node, tokens, 1, scope + ".map"); };
    Window window;
    window.height = kernel;
    window.width = 1;
    window.pad_height = kernel / 2;
    const std::string separable = scope + ".key_conv_attn_layer";
    int mixed = net_.conv2d(as_map(x), hidden_, window, static_cast<int>(hidden_), separable + ".depthwise");
    mixed = net_.conv2d(mixed, half, 1, 1, 0, separable + ".pointwise");
    mixed = net_.tokens(net_.multiply(net_.bias(mixed, separable), as_map(query), scope + ".product"), scope);
    const int kernels = net_.linear(mixed, int64_t{heads} / 2 * kernel, scope + ".conv_kernel_layer");
    const int values = net_.linear(x, half, scope + ".conv_out_layer", Role::kValue);
    const int convolved = net_.dynamic_convolution(kernels, values, heads / 2, scope + ".convolution");
    const int scores = net_.attention_scores(query, key, heads / 2, scope + ".softmax");
    const int context = net_.attention_context(scores, value, scope + ".context");
    return net_.tokens(net_.concat({as_map(context), as_map(convolved)}, scope + ".concat"), scope);
  }

  int feed_forward(int x, int64_t width, int stack, const std::string& scope) const {
    const std::string inner = scope + ".intermediate";
    int y = net_.linear(x, width, inner + ".dense_in", Role::kFeedForward);
    y = net_.gelu(y, inner + ".intermediate_act_fn");
    for (int i = 0; i + 1 < stack; ++i) {
      y = net_.linear(y, width, fmt::format("{}.dense_list.{}", inner, i), Role::kFeedForward);
      y = net_.gelu(y, inner + ".intermediate_act_fn");
    }
    net_.returned_by(y, 1);
    y = net_.linear(y, hidden_, scope + ".output.dense", Role::kFeedForward);
    y = net_.layer_norm(net_.add({y, x}, scope + ".output.sum"), scope + ".output.LayerNorm");
    net_.returned_by(y, 1);
    net_.tap(y);
    return y;
  }

  OpGraph& net_;
  int64_t hidden_, channels_;
};

void check_text_shape(const NetShape& shape) {
  const auto positive = [](const char* what, int64_t value) {
    if (value < 1) throw core::UsageError(fmt::format("{} {}: must be at least 1", what, value));
  };
  positive("channels", shape.channels);
  positive("classes", shape.classes);
  positive("tokens", shape.tokens);
  positive("vocabulary", shape.vocabulary);
  if (shape.dense) throw core::UsageError("bert has no map of pixels to classify");
}

class Bert : public SearchSpace {
 public:
  std::string_view name() const override { return "bert"; }
  std::string_view summary() const override {
    return "text encoders of 2 or 4 layers: attention, fixed transforms, dynamic convolutions; 10,621,440 "
           "architectures";
  }
  std::string_view citation() const override {
    return "Tuli et al., JAIR 2023, arXiv:2205.11656; Serianni and Kalita, ACL 2023, arXiv:2306.00288";
  }
  std::string_view example() const override { return kExample; }

  std::optional<uint64_t> size() const override {
    return uint64_t{kHidden.size()} * kLayers * kLayers * (1 + kLayers * kLayers);
  }
  // The last two layers change fastest.
  Architecture at(uint64_t index) const override {
    ZEROTH_CHECK(index < *size());
    const auto digit = [&index](uint64_t options) {
      const auto place = static_cast<int>(index % options);
      index /= options;
      return place;
    };
    const int pair = digit(1 + kLayers * kLayers), second = digit(kLayers), first = digit(kLayers);
    return {{static_cast<int>(index), first, second, pair}};
  }

  uint32_t draws() const override { return 6; }
  Architecture sample(const core::Stream& stream, uint32_t first) const override {
    const auto draw = [&](uint32_t options, uint32_t i) { return static_cast<int>(stream.below(options, first + i)); };
    const int deep = draw(2, 5) * (1 + kLayers * draw(kLayers, 3) + draw(kLayers, 4));
    return {{draw(2, 0), draw(kLayers, 1), draw(kLayers, 2), deep}};
  }

  std::vector<Architecture> neighbours(const Architecture& architecture) const override {
    std::vector<Architecture> found;
    const auto add = [&](int decision, int option) {
      found.push_back(architecture);
      found.back().choices.at(decision) = option;
    };
    add(0, 1 - architecture.choices.at(0));
    const std::vector<int> layers = layers_of(architecture);
    for (const int layer : {0, 1}) {
      for (const int relative : relatives(layers[layer])) add(1 + layer, relative);
    }
    if (layers.size() == 2) {
      for (int layer = 0; layer < kLayers; ++layer) add(3, 1 + kLayers * layer + layer);
      return found;
    }
    for (const int relative : relatives(layers[2])) add(3, 1 + kLayers * relative + layers[3]);
    for (const int relative : relatives(layers[3])) add(3, 1 + kLayers * layers[2] + relative);
    if (layers[2] == layers[3]) add(3, 0);
    return found;
  }

  Architecture parse(std::string_view text) const override { return Reader(text).architecture(); }
  std::string print(const Architecture& architecture) const override {
    std::string text = fmt::format("h{}", kHidden.at(architecture.choices.at(0)));
    for (const int layer : layers_of(architecture)) text += "|" + Layer::of(layer).text();
    return text;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    int decision = 1;
    for (const int layer : layers_of(architecture)) {
      const std::string label = label_of(architecture.choices.at(0), layer);
      units.push_back({UnitKind::kParametric, label, std::min(decision++, 3)});
    }
    return {chain(units)};
  }

  // Of as many positions as the authors' has.
  NetShape full_shape() const override {
    NetShape shape;
    shape.channels = kFullChannels;  // of the embedding and the narrower hidden width
    shape.cells = 1;
    shape.classes = 2;
    shape.tokens = 512;
    shape.vocabulary = 30522;
    return shape;
  }
  NetShape fast_shape() const override {
    NetShape shape = full_shape();
    shape.channels = 16;
    shape.tokens = 16;
    shape.vocabulary = 256;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    check_text_shape(shape);
    const int64_t channels = 4 * scaled(1, shape.channels, 4);  // a multiple of the heads
    OpGraph net;
    int x = net.embedding(net.token_input(shape.tokens), shape.vocabulary, channels, "embeddings.word_embeddings");
    x = net.position_embedding(x, "embeddings.position_embeddings.weight");
    x = net.layer_norm(x, "embeddings.LayerNorm");
    net.returned_by(x, 1);
    const int64_t hidden = find_layer(cells.front()[1].label).first * channels / kFullChannels;
    if (hidden != channels) x = net.linear(x, hidden, "embeddings_project");
    net.tap(x);
    int index = 0;
    x = lower_cell(net, cells.front(), x, "encoder", [&](OpGraph& graph, const Unit& unit, int from) {
      const Encoder encoder(graph, hidden, channels);
      return encoder.layer(find_layer(unit.label).second, from, fmt::format("encoder.layer.{}", index++));
    });
    net.linear(net.first_token(x, "first"), shape.classes, "classifier", Role::kClassifier);
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_bert() { return std::make_unique<Bert>(); }

}  // namespace zeroth::spaces
