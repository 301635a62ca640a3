#include "spaces/user_space_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <utility>

#include "core/error.h"
#include "spaces/user_space_operators.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kAgain = "again";

FromZeros apply(OnConstant rule, FromZeros before) {
  switch (rule) {
    case OnConstant::kKeeps:
      return before;
    case OnConstant::kCentres:
      return before == FromZeros::kConstant ? FromZeros::kZeros : before;
    case OnConstant::kShifts:
      return std::max(before, FromZeros::kConstant);
    case OnConstant::kSpreads:
      return before == FromZeros::kZeros ? before : FromZeros::kMap;
  }
  throw core::Bug("an operator without a rule for constants");
}

bool same_form(const OpGraph& net, int a, int b) {
  const FeatureShape &x = net.nodes().at(static_cast<size_t>(a)).shape,
                     &y = net.nodes().at(static_cast<size_t>(b)).shape;
  const bool same = x.channels == y.channels && x.height == y.height && x.width == y.width;
  return same && is_row(net, a) == is_row(net, b);
}

}  // namespace

BoundBlock::BoundBlock(const Description& description, const std::string& block, Values values, bool again)
    : description_(&description), block_(&description.block(block)), values_(std::move(values)), again_(again) {
  while (block_->steps.size() == 1 && !block_->skip && !is_operator(block_->steps.front())) {
    block_ = &description.block(value(block_->steps.front().operation));
  }
}

BoundBlock BoundBlock::of_label(const Description& description, const std::string& label) {
  std::vector<std::string> parts;
  boost::split(parts, label, boost::is_any_of(":"));
  const bool again = parts.size() % 2 == 0;
  ZEROTH_CHECK(description.blocks.count(parts.front()) > 0 && (!again || parts.back() == kAgain));
  Values values;
  for (size_t i = 1; i + 1 < parts.size(); i += 2) values[parts[i]] = parts[i + 1];
  return {description, parts.front(), std::move(values), again};
}

std::string BoundBlock::label() const {
  std::vector<std::string> parameters;
  collect_used(parameters);
  std::string label = block_->name;
  for (const std::string& parameter : parameters) label += fmt::format(":{}:{}", parameter, values_.at(parameter));
  return again_ && strides() ? fmt::format("{}:{}", label, kAgain) : label;
}

const std::string& BoundBlock::value(const std::string& text) const {
  return is_parameter(text) ? values_.at(text.substr(1)) : text;
}

bool BoundBlock::is_operator(const Step& step) const {
  return !is_parameter(step.operation) && find_operator(step.operation) != nullptr;
}

BoundBlock BoundBlock::inner(const Step& step) const { return {*description_, value(step.operation), values_, again_}; }

void BoundBlock::collect_used(std::vector<std::string>& parameters) const {
  const auto use = [&parameters](const std::string& text) {
    if (!is_parameter(text)) return;
    const std::string name = text.substr(1);
    if (std::find(parameters.begin(), parameters.end(), name) == parameters.end()) parameters.push_back(name);
  };
  for (const Step& step : block_->steps) {
    use(step.operation);
    for (const auto& [field, text] : step.fields) use(text);
    if (!is_operator(step)) inner(step).collect_used(parameters);
  }
}

bool BoundBlock::strides() const {
  return std::any_of(block_->steps.begin(), block_->steps.end(), [this](const Step& step) {
    if (!is_operator(step)) return inner(step).strides();
    const auto stride = step.fields.find("stride");
    return stride != step.fields.end() && value(stride->second) != "1";
  });
}

UnitKind BoundBlock::kind() const {
  bool zero = false, weightless = block_->skip, parametric = false;
  for (const Step& step : block_->steps) {
    const UnitKind kind = is_operator(step) ? find_operator(step.operation)->kind : inner(step).kind();
    zero = zero || kind == UnitKind::kZero;
    weightless = weightless || kind == UnitKind::kWeightless;
    parametric = parametric || kind == UnitKind::kParametric;
  }
  if (zero) return block_->skip ? UnitKind::kIdentity : UnitKind::kZero;
  if (parametric) return UnitKind::kParametric;
  return weightless ? UnitKind::kWeightless : UnitKind::kIdentity;
}

FromZeros BoundBlock::from_zeros() const {
  FromZeros state = FromZeros::kZeros;
  for (const Step& step : block_->steps) {
    if (is_operator(step)) {
      state = apply(find_operator(step.operation)->on_constant, state);
    } else if (state == FromZeros::kZeros) {
      state = inner(step).from_zeros();
    } else {
      state = FromZeros::kMap;
    }
  }
  return state;
}

int BoundBlock::lower(OpGraph& net, int x, int64_t base, const std::string& scope, int line) const {
  const UnitKind whole = kind();
  if (whole == UnitKind::kIdentity) return x;
  ZEROTH_CHECK(whole != UnitKind::kZero);
  const int64_t width = net.nodes().at(static_cast<size_t>(x)).shape.channels;
  int y = x;
  for (size_t i = 0; i < block_->steps.size(); ++i) {
    const std::string place = block_->steps.size() == 1 ? scope : fmt::format("{}.{}", scope, i);
    y = lower_step(block_->steps[i], net, y, place, base, width, line);
  }
  if (block_->steps.size() > 1) net.returned_by(y, 1);  // the sequence
  if (!block_->skip || !same_form(net, x, y)) return y;
  y = net.add({x, y}, scope);
  net.returned_by(y, 1);
  return y;
}

int BoundBlock::lower_step(const Step& step, OpGraph& net, int x, const std::string& scope, int64_t base, int64_t width,
                           int line) const {
  const int own_line = step.line > 0 ? step.line : line;
  if (!is_operator(step)) return inner(step).lower(net, x, base, scope, own_line);
  const OperatorRule& rule = *find_operator(step.operation);
  if (rule.kind == UnitKind::kIdentity) return x;
  OperatorFields fields;
  for (const auto& [field, text] : step.fields) fields.texts[field] = value(text);
  fields.scale = {base, width};
  fields.again = again_;
  try {
    return rule.lower(net, x, fields, scope);
  } catch (const core::UsageError& error) {
    throw core::UsageError(fmt::format("{}:{}: {}: {}", description_->path, own_line, rule.name, error.what()));
  }
}

}  // namespace zeroth::spaces
