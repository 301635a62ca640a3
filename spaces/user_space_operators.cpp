#include "spaces/user_space_operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/blocks.h"

namespace zeroth::spaces {
namespace {

constexpr int kLargestCount = 31;

const FeatureShape& shape_of(const OpGraph& net, int x) { return net.nodes().at(static_cast<size_t>(x)).shape; }

// -------------------------------------------------------------------------------------------------------- fields

std::optional<int> whole_number(const std::string& text) {
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoi(text);
}

struct Width {
  double factor;
  std::string unit;  // "", "x" or "in"
};

std::optional<Width> parse_width(const std::string& text) {
  const size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string unit = text.substr(end);
  if (unit == "C") unit = "x";
  if (!unit.empty() && unit != "x" && unit != "in") return std::nullopt;
  const std::optional<double> factor = core::parse_number(text.substr(0, end));
  if (!factor || *factor <= 0.0 || *factor > static_cast<double>(kLargestWidth)) return std::nullopt;
  if (unit.empty() && *factor != std::floor(*factor)) return std::nullopt;
  return Width{*factor, unit};
}

[[noreturn]] void refuse(const std::string& what) { throw core::UsageError(what); }

int count(const OperatorFields& fields, const char* name) { return *whole_number(fields.texts.at(name)); }

int stride(const OperatorFields& fields) { return fields.again ? 1 : count(fields, "stride"); }

int64_t width(const OperatorFields& fields, const char* name, int64_t same) {
  const std::string& text = fields.texts.at(name);
  if (text == "same") return same;
  const std::optional<Width> width = parse_width(text);
  ZEROTH_CHECK(width);
  const int64_t unit = width->unit == "x" ? fields.scale.base : width->unit == "in" ? fields.scale.block : 1;
  const double channels = std::round(width->factor * static_cast<double>(unit));
  if (channels < 1.0 || channels > static_cast<double>(kLargestWidth)) {
    refuse(
        fmt::format("{}: \"{}\" is {} channels here; from 1 to {} are allowed", name, text, channels, kLargestWidth));
  }
  return static_cast<int64_t>(channels);
}

Window window(const OperatorFields& fields, int dilation) {
  const int kernel = count(fields, "kernel");
  const std::string& padding = fields.texts.at("padding");
  const int same = dilation * ((kernel - 1) / 2);
  return Window::square(kernel, stride(fields), padding == "same" ? same : *whole_number(padding), dilation);
}

// ----------------------------------------------------------------------------------------------------- operators

void need_map(const OpGraph& net, int x) {
  if (is_row(net, x)) refuse("reads a map, and here is a vector");
}

void need_fit(const OpGraph& net, int x, const Window& window) {
  const FeatureShape& map = shape_of(net, x);
  const int64_t field = int64_t{window.dilation} * (window.height - 1) + 1;
  if (field > std::min(map.height, map.width) + 2 * int64_t{window.pad_height}) {
    refuse(fmt::format("kernel {} with dilation {} and padding {} is larger than the map, {}x{} pixels here",
                       window.height, window.dilation, window.pad_height, map.height, map.width));
  }
}

int convolution(OpGraph& net, int x, const OperatorFields& fields, const std::string& scope) {
  need_map(net, x);
  const Window slid = window(fields, count(fields, "dilation"));
  need_fit(net, x, slid);
  const int64_t in = shape_of(net, x).channels, out = width(fields, "out", in);
  const std::string& text = fields.texts.at("groups");
  const int64_t groups = text == "all" ? in : *whole_number(text);
  if (in % groups != 0 || out % groups != 0) {
    refuse(
        fmt::format("groups {} must divide the {} channels that are read and the {} that come out", groups, in, out));
  }
  return net.conv2d(x, out, slid, static_cast<int>(groups), scope);
}

Window pool_window(const OpGraph& net, int x, const OperatorFields& fields) {
  need_map(net, x);
  const Window slid = window(fields, 1);
  need_fit(net, x, slid);
  if (2 * slid.pad_height > slid.height) {
    refuse(fmt::format("padding {} is more than half of kernel {}", slid.pad_height, slid.height));
  }
  return slid;
}

int average_pool(OpGraph& net, int x, const OperatorFields& fields, const std::string& scope) {
  const Window slid = pool_window(net, x, fields);
  return net.avg_pool(x, slid.height, slid.stride, slid.pad_height, scope);
}

int largest_pool(OpGraph& net, int x, const OperatorFields& fields, const std::string& scope) {
  const Window slid = pool_window(net, x, fields);
  return net.max_pool(x, slid.height, slid.stride, slid.pad_height, scope);
}

int global_pool(OpGraph& net, int x, const OperatorFields&, const std::string& scope) {
  need_map(net, x);
  return net.global_avg_pool(x, scope);
}

int linear(OpGraph& net, int x, const OperatorFields& fields, const std::string& scope) {
  if (!is_row(net, x)) refuse("reads a vector, and here is a map; global_avg_pool makes one of it");
  return net.linear(x, width(fields, "out", shape_of(net, x).channels), scope);
}

int batch_norm(OpGraph& net, int x, const OperatorFields&, const std::string& scope) {
  return net.batch_norm(x, scope);
}

int layer_norm(OpGraph& net, int x, const OperatorFields&, const std::string& scope) {
  if (!is_row(net, x)) refuse("reads a vector, and here is a map");
  return net.layer_norm(x, scope);
}

int squeeze(OpGraph& net, int x, const OperatorFields& fields, const std::string& scope) {
  need_map(net, x);
  const int64_t squeezed = std::max<int64_t>(1, shape_of(net, x).channels / count(fields, "ratio"));
  const bool hard = fields.texts.at("gate") == "hard_sigmoid";
  return squeeze_excite(net, x, squeezed, hard ? Activation::kHardSigmoid : Activation::kSigmoid, scope);
}

// NAS-Bench-201's: the module between its stages. The sum begins with the shortcut, whose parameters come last.
int residual_reduction(OpGraph& net, int x, const OperatorFields&, const std::string& scope) {
  need_map(net, x);
  const FeatureShape map = shape_of(net, x);
  if (map.height % 2 != 0) refuse(fmt::format("halves the map, and {}x{} pixels have no half", map.height, map.width));
  const auto half = [&](int from, int stride, const char* name) {
    const int y = relu_conv_bn(net, from, 2 * map.channels, 3, stride, fmt::format("{}.{}.op", scope, name));
    net.returned_by(y, 2);
    return y;
  };
  const int a = half(x, 2, "conv_a");
  const int b = half(a, 1, "conv_b");
  const int pooled = net.avg_pool(x, 2, 2, 0, scope + ".downsample.0");
  const int shortcut = net.conv2d(pooled, 2 * map.channels, 1, 1, 0, scope + ".downsample.1");
  net.returned_by(shortcut, 1);
  const int sum = net.add({shortcut, b}, scope);
  net.returned_by(sum, 1);
  return sum;
}

template <Activation Function>
int activation(OpGraph& net, int x, const OperatorFields&, const std::string& scope) {
  return net.activation(x, Function, scope);
}
int relu(OpGraph& net, int x, const OperatorFields&, const std::string& scope) { return net.relu(x, scope); }
int gelu(OpGraph& net, int x, const OperatorFields&, const std::string& scope) { return net.gelu(x, scope); }

// Whoever lowers a block leaves these out.
int never(OpGraph&, int, const OperatorFields&, const std::string& scope) {
  throw core::Bug("nothing to lower at " + scope);
}

const std::vector<FieldRule> kNoFields;
const std::vector<FieldRule> kPoolFields = {{"kernel", FieldKind::kCount, nullptr},
                                            {"stride", FieldKind::kCount, "1"},
                                            {"padding", FieldKind::kPadding, "same"}};
const std::vector<FieldRule> kConvFields = {
    {"out", FieldKind::kWidth, "same"},   {"kernel", FieldKind::kCount, nullptr},
    {"stride", FieldKind::kCount, "1"},   {"groups", FieldKind::kGroups, "1"},
    {"dilation", FieldKind::kCount, "1"}, {"padding", FieldKind::kPadding, "same"}};

}  // namespace

std::string fault_of(FieldKind kind, const std::string& text) {
  const std::optional<int> number = whole_number(text);
  const bool is_count = number && *number >= 1 && *number <= kLargestCount;
  switch (kind) {
    case FieldKind::kCount:
      if (is_count) return "";
      return fmt::format("must be a whole number from 1 to {}", kLargestCount);
    case FieldKind::kPadding:
      if (text == "same" || (number && *number <= kLargestCount)) return "";
      return fmt::format("must be a whole number from 0 to {}, or same", kLargestCount);
    case FieldKind::kGroups:
      if (text == "all" || (number && *number >= 1)) return "";
      return "must be a whole number from 1, or all (one for each channel)";
    case FieldKind::kWidth:
      if (text == "same" || parse_width(text)) return "";
      return fmt::format(
          "must be a number of channels up to {}, a multiple of the network's width (2x), of what the block reads "
          "(6in), or same",
          kLargestWidth);
    case FieldKind::kGate:
      if (text == "sigmoid" || text == "hard_sigmoid") return "";
      return "must be sigmoid or hard_sigmoid";
  }
  throw core::Bug("a field without a rule");
}

const std::vector<OperatorRule>& operator_rules() {
  using U = UnitKind;
  using C = OnConstant;
  static const std::vector<OperatorRule> rules = {
      {"identity", kNoFields, U::kIdentity, C::kKeeps, never},
      {"zero", kNoFields, U::kZero, C::kKeeps, never},
      {"conv", kConvFields, U::kParametric, C::kSpreads, convolution},
      {"linear", {{"out", FieldKind::kWidth, "same"}}, U::kParametric, C::kShifts, linear},
      {"batch_norm", kNoFields, U::kParametric, C::kCentres, batch_norm},
      {"layer_norm", kNoFields, U::kParametric, C::kKeeps, layer_norm},
      {"avg_pool", kPoolFields, U::kWeightless, C::kKeeps, average_pool},
      {"max_pool", kPoolFields, U::kWeightless, C::kKeeps, largest_pool},
      {"global_avg_pool", kNoFields, U::kWeightless, C::kKeeps, global_pool},
      {"squeeze_excite",
       {{"ratio", FieldKind::kCount, "4"}, {"gate", FieldKind::kGate, "sigmoid"}},
       U::kParametric,
       C::kKeeps,
       squeeze},
      {"residual_reduction", kNoFields, U::kParametric, C::kSpreads, residual_reduction},
      {"relu", kNoFields, U::kWeightless, C::kKeeps, relu},
      {"relu6", kNoFields, U::kWeightless, C::kKeeps, activation<Activation::kRelu6>},
      {"leaky_relu", kNoFields, U::kWeightless, C::kKeeps, activation<Activation::kLeakyRelu>},
      {"swish", kNoFields, U::kWeightless, C::kKeeps, activation<Activation::kSwish>},
      {"hard_swish", kNoFields, U::kWeightless, C::kKeeps, activation<Activation::kHardSwish>},
      {"gelu", kNoFields, U::kWeightless, C::kKeeps, gelu},
      {"tanh", kNoFields, U::kWeightless, C::kKeeps, activation<Activation::kTanh>},
      {"sigmoid", kNoFields, U::kWeightless, C::kShifts, activation<Activation::kSigmoid>},
      {"hard_sigmoid", kNoFields, U::kWeightless, C::kShifts, activation<Activation::kHardSigmoid>}};
  return rules;
}

const OperatorRule* find_operator(const std::string& name) {
  const std::vector<OperatorRule>& rules = operator_rules();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const OperatorRule& rule) { return name == rule.name; });
  return found == rules.end() ? nullptr : &*found;
}

bool is_row(const OpGraph& net, int x) {
  for (const OpNode* node = &net.nodes().at(static_cast<size_t>(x));;
       node = &net.nodes().at(static_cast<size_t>(node->operands.at(0)))) {
    switch (node->kind) {
      case OpKind::kGlobalAvgPool:
      case OpKind::kLinear:
        return true;
      case OpKind::kInput:
      case OpKind::kConv2d:
      case OpKind::kAvgPool:
      case OpKind::kMaxPool:
        return false;
      default:
        break;  // has the form of what it reads
    }
  }
}

}  // namespace zeroth::spaces
