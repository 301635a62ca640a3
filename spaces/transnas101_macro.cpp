// TransNAS-Bench-101, macro level: a residual network of four to six modules, each of four kinds. 3,256 architectures.
// Duan et al., CVPR 2021, arXiv:2105.11871.
//
// An architecture is written 64-DIGITS-basic: the width of the stem, a digit for each module, and the block that they
// are made of. Kind 1 keeps map and width, 2 doubles the channels, 3 halves the map, 4 does both. One to three modules
// double and one to four halve: with those bounds the enumeration is that of the benchmark. The choices are six, the
// kinds from 0 and then 4 where there is no module; the fourth module is always there, and the sixth only after a
// fifth.
//
// The network: a stem that quarters the map, the modules of two residual blocks each, global average pooling and a
// linear layer. A block is twice ReLU, 3x3 convolution, batch norm; the first block of a module has its stride and its
// doubling, and then the shortcut is a 1x1 convolution with batch norm. No ReLU follows the sum. No two architectures
// are one function.
//
// The benchmark trains this backbone for seven tasks, with decoders for the dense ones and nine images at once for the
// jigsaw. Here it ends in the head of the two classification tasks, whatever the task: a rank is of the backbone alone.
// The fast shape scales the width and the image: with four halvings after the stem 64 pixels are the fewest that every
// one of them halves. It keeps both blocks of a module.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <memory>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/lower_cell.h"
#include "spaces/search_space.h"
#include "spaces/transnas101.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kName = "transnas101-macro";
constexpr const char* kPrefix = "64-";
constexpr const char* kSuffix = "-basic";
constexpr const char* kExample = "64-224131-basic";
constexpr size_t kFewest = 4, kMost = 6;  // modules
constexpr int kMostDoubling = 3, kMostHalving = 4;
constexpr int64_t kReduction = 64;  // of the image: 4 in the stem, 2 in each of at most four modules

struct Kind {
  const char* name;
  int widening, stride;
};

constexpr std::array<Kind, 4> kKinds = {
    {{"basic", 1, 1}, {"basic_doubling", 2, 1}, {"basic_halving", 1, 2}, {"basic_doubling_halving", 2, 2}}};
constexpr int kAbsent = static_cast<int>(kKinds.size());

const Kind& kind_of(int choice) { return kKinds.at(static_cast<size_t>(choice)); }

// ------------------------------------------------------------------------------------------------- architectures

size_t length(const Architecture& architecture) {
  const auto& choices = architecture.choices;
  return static_cast<size_t>(std::find(choices.begin(), choices.end(), kAbsent) - choices.begin());
}

// Empty where these are the choices of an architecture.
std::string what_is_wrong(const Architecture& architecture) {
  const auto& choices = architecture.choices;
  const size_t modules = length(architecture);
  if (modules < kFewest) return fmt::format("{} module(s), should be 4 to 6", modules);
  if (static_cast<size_t>(std::count(choices.begin(), choices.end(), kAbsent)) != kMost - modules) {
    return "a module after one that is absent";
  }
  int doubling = 0, halving = 0;
  for (size_t module = 0; module < modules; ++module) {
    doubling += kind_of(choices[module]).widening == 2;
    halving += kind_of(choices[module]).stride == 2;
  }
  if (doubling < 1 || doubling > kMostDoubling) {
    return fmt::format("{} module(s) of kind 2 or 4, which double the channels, should be 1 to {}", doubling,
                       kMostDoubling);
  }
  if (halving < 1 || halving > kMostHalving) {
    return fmt::format("{} module(s) of kind 3 or 4, which halve the map, should be 1 to {}", halving, kMostHalving);
  }
  return "";
}

// In the order of the choices read as a number, absent modules last.
std::vector<Architecture> enumerate() {
  std::vector<Architecture> all;
  const int numbers = 15625;  // (kAbsent + 1) ^ kMost
  for (int number = 0; number < numbers; ++number) {
    Architecture candidate{std::vector<int>(kMost)};
    int rest = number;
    for (size_t module = kMost; module-- > 0; rest /= kAbsent + 1) candidate.choices[module] = rest % (kAbsent + 1);
    if (what_is_wrong(candidate).empty()) all.push_back(candidate);
  }
  return all;
}

const std::vector<Architecture>& all_architectures() {
  static const std::vector<Architecture> all = enumerate();
  return all;
}

Architecture parse_modules(std::string_view text) {
  const auto refuse = [text](const std::string& why) { refuse_architecture(text, kName, why); };
  const size_t around = std::string_view(kPrefix).size() + std::string_view(kSuffix).size();
  if (text.size() < around || !boost::starts_with(text, kPrefix) || !boost::ends_with(text, kSuffix)) {
    refuse(fmt::format("it should be {}DIGITS{}, as {} is", kPrefix, kSuffix, kExample));
  }
  const std::string_view digits = text.substr(std::string_view(kPrefix).size(), text.size() - around);
  if (digits.size() < kFewest || digits.size() > kMost) {
    refuse(fmt::format("{} module(s), should be 4 to 6", digits.size()));
  }
  Architecture architecture{std::vector<int>(kMost, kAbsent)};
  for (size_t module = 0; module < digits.size(); ++module) {
    const int kind = digits[module] - '1';
    if (kind < 0 || kind >= kAbsent) {
      refuse(fmt::format("module {}: kind '{}' should be 1, 2, 3 or 4", module + 1, digits[module]));
    }
    architecture.choices[module] = kind;
  }
  const std::string wrong = what_is_wrong(architecture);
  if (!wrong.empty()) refuse(wrong);
  return architecture;
}

// ------------------------------------------------------------------------------------------------------- network

int add_block(OpGraph& net, int x, int64_t channels, int stride, const std::string& scope) {
  const bool keeps = stride == 1 && channels == net.nodes()[static_cast<size_t>(x)].shape.channels;
  const int a = transnas101::operation(net, x, channels, 3, stride, scope + ".conv_a");
  const int b = transnas101::operation(net, a, channels, 3, 1, scope + ".conv_b");
  int shortcut = x;
  if (!keeps) {
    shortcut = conv_bn(net, x, channels, 1, stride, scope + ".downsample");
    net.returned_by(shortcut, 1);
  }
  const int sum = net.add({shortcut, b}, scope);
  net.returned_by(sum, 1);
  net.tap(sum);
  return sum;
}

int add_module(OpGraph& net, const Unit& unit, int64_t blocks, int x) {
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&unit](const Kind& known) { return unit.label == known.name; });
  ZEROTH_CHECK(kind != kKinds.end());
  const int64_t channels = net.nodes()[static_cast<size_t>(x)].shape.channels * kind->widening;
  for (int64_t block = 0; block < blocks; ++block) {
    x = add_block(net, x, channels, block == 0 ? kind->stride : 1, fmt::format("layer{}.{}", unit.origin, block));
  }
  net.returned_by(x, 1);
  return x;
}

class TransNas101Macro : public SearchSpace {
 public:
  std::string_view name() const override { return kName; }
  std::string_view summary() const override {
    return "residual network of 4 to 6 modules that may double the channels and halve the map, 256x256 images; 3,256 "
           "architectures; the backbone of seven tasks, here under a linear classifier for all";
  }
  std::string_view citation() const override { return "Duan et al., CVPR 2021, arXiv:2105.11871"; }
  std::string_view example() const override { return kExample; }

  std::optional<uint64_t> size() const override { return all_architectures().size(); }
  Architecture at(uint64_t index) const override {
    ZEROTH_CHECK(index < all_architectures().size());
    return all_architectures()[index];
  }
  Architecture sample(const core::Stream& stream, uint32_t first) const override {
    const std::vector<Architecture>& all = all_architectures();
    return all[stream.below(static_cast<uint32_t>(all.size()), first)];
  }
  uint32_t draws() const override { return kMost; }

  std::vector<Architecture> neighbours(const Architecture& architecture) const override {
    std::vector<Architecture> found;
    for (size_t module = 0; module < kMost; ++module) {
      for (int choice = 0; choice <= kAbsent; ++choice) {
        Architecture other = architecture;
        other.choices.at(module) = choice;
        if (!(other == architecture) && what_is_wrong(other).empty()) found.push_back(other);
      }
    }
    return found;
  }

  // A child out of bounds is replaced by the first parent.
  Architecture crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                         uint32_t first) const override {
    Architecture child = SearchSpace::crossover(a, b, stream, first);
    return what_is_wrong(child).empty() ? child : a;
  }

  Architecture parse(std::string_view text) const override {
    return parse_modules(boost::trim_copy(std::string(text)));
  }

  std::string print(const Architecture& architecture) const override {
    std::string text = kPrefix;
    for (size_t module = 0; module < length(architecture); ++module) {
      text += std::to_string(architecture.choices[module] + 1);
    }
    return text + kSuffix;
  }

  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    std::vector<Unit> units;
    for (size_t module = 0; module < length(architecture); ++module) {
      const Kind& kind = kind_of(architecture.choices[module]);
      units.push_back({UnitKind::kParametric, kind.name, static_cast<int>(module)});
    }
    return {chain(units)};
  }

  NetShape full_shape() const override { return transnas101::full_shape(); }
  NetShape fast_shape() const override {
    NetShape shape = full_shape();
    shape.channels = 8;
    shape.resolution = 64;
    return shape;
  }

  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    ZEROTH_CHECK(cells.size() == 1);
    OpGraph net;
    int x = transnas101::stem(net, shape, name(), kReduction);
    x = lower_cell(net, cells.front(), x, "layers", [&shape](OpGraph& graph, const Unit& unit, int from) {
      return add_module(graph, unit, shape.cells, from);
    });
    transnas101::head(net, x, shape);
    return net;
  }
};

}  // namespace

std::unique_ptr<SearchSpace> space_transnas101_macro() { return std::make_unique<TransNas101Macro>(); }

}  // namespace zeroth::spaces
