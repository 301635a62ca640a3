#include "proxies/formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "core/csv.h"
#include "core/error.h"

namespace zeroth::proxies {

using Array = Eigen::ArrayXd;

// A number is an array of one element; whether a node is a number is known when it is parsed.
struct Formula::Node {
  std::function<Array(const std::vector<Array>& operands, const Tensors& tensors)> compute;
  std::vector<std::unique_ptr<const Node>> operands;
  bool is_number = false;

  Array value(const Tensors& tensors) const {
    std::vector<Array> values;
    values.reserve(operands.size());
    for (const auto& operand : operands) values.push_back(operand->value(tensors));
    return compute(values, tensors);
  }
};

namespace {

using NodePointer = std::unique_ptr<const Formula::Node>;
using Binary = double (*)(double, double);

Array combine(const Array& a, const Array& b, Binary operation) {
  const bool spread_a = a.size() == 1, spread_b = b.size() == 1;
  if (!spread_a && !spread_b && a.size() != b.size()) {
    throw core::Error(fmt::format("a formula combines tensors of {} and {} elements", a.size(), b.size()));
  }
  Array result(spread_a ? b.size() : a.size());
  for (Eigen::Index i = 0; i < result.size(); ++i) result[i] = operation(a[spread_a ? 0 : i], b[spread_b ? 0 : i]);
  return result;
}

Array number(double value) { return Array::Constant(1, value); }

double deviation(const Array& x) { return std::sqrt((x - x.mean()).square().mean()); }

const std::map<std::string, Array (*)(const Array&)> kByElement = {
    {"abs", [](const Array& x) -> Array { return x.abs(); }},
    {"sign", [](const Array& x) -> Array { return x.sign(); }},
    {"square", [](const Array& x) -> Array { return x.square(); }},
    {"sqrt", [](const Array& x) -> Array { return x.sqrt(); }},
    {"exp", [](const Array& x) -> Array { return x.exp(); }},
    {"log", [](const Array& x) -> Array { return x.unaryExpr([](double v) { return std::log(v); }); }},
    {"log1p", [](const Array& x) -> Array { return x.unaryExpr([](double v) { return std::log1p(v); }); }},
    {"relu", [](const Array& x) -> Array { return x.max(0.0); }},
    {"sigmoid", [](const Array& x) -> Array { return (1.0 + (-x).exp()).inverse(); }},
    {"tanh", [](const Array& x) -> Array { return x.tanh(); }},
    {"log_positive",
     [](const Array& x) -> Array { return x.unaryExpr([](double v) { return v > 0.0 ? std::log(v) : 0.0; }); }},
};

const std::map<std::string, double (*)(const Array&)> kToNumber = {
    {"sum", [](const Array& x) { return x.sum(); }},
    {"mean", [](const Array& x) { return x.mean(); }},
    {"std", deviation},
    {"l1", [](const Array& x) { return x.abs().sum(); }},
    {"l2", [](const Array& x) { return std::sqrt(x.square().sum()); }},
    {"smallest", [](const Array& x) { return x.minCoeff(); }},
    {"largest", [](const Array& x) { return x.maxCoeff(); }},
    {"count", [](const Array& x) { return static_cast<double>(x.size()); }},
};

const std::map<std::string, Binary> kOfTwo = {
    {"ratio", [](double a, double b) { return b != 0.0 ? a / b : 0.0; }},
    {"min", [](double a, double b) { return std::min(a, b); }},
    {"max", [](double a, double b) { return std::max(a, b); }},
};

const std::map<char, Binary> kOperators = {
    {'+', [](double a, double b) { return a + b; }},          {'-', [](double a, double b) { return a - b; }},
    {'*', [](double a, double b) { return a * b; }},          {'/', [](double a, double b) { return a / b; }},
    {'^', [](double a, double b) { return std::pow(a, b); }},
};

NodePointer node_of_two(NodePointer a, NodePointer b, Binary operation) {
  auto node = std::make_unique<Formula::Node>();
  node->is_number = a->is_number && b->is_number;
  node->compute = [operation](const std::vector<Array>& values, const Formula::Tensors&) {
    return combine(values[0], values[1], operation);
  };
  node->operands.push_back(std::move(a));
  node->operands.push_back(std::move(b));
  return node;
}

NodePointer node_of_one(NodePointer x, bool is_number, std::function<Array(const Array&)> function) {
  auto node = std::make_unique<Formula::Node>();
  node->is_number = is_number;
  node->compute = [function = std::move(function)](const std::vector<Array>& values, const Formula::Tensors&) {
    return function(values[0]);
  };
  node->operands.push_back(std::move(x));
  return node;
}

// Recursive descent, a method for each level of binding.
class Parser {
 public:
  Parser(const std::string& text, const std::vector<std::string>& names, std::set<std::string>& reads)
      : text_(text), names_(names), reads_(reads) {}

  NodePointer parse() {
    NodePointer node = sum();
    if (peek() != '\0') fail(fmt::format("nothing can follow here, but \"{}\" does", text_.substr(place_)));
    return node;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw core::Error(fmt::format("formula \"{}\", column {}: {}", text_, place_ + 1, what));
  }

  char peek() {
    while (place_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[place_])) != 0) ++place_;
    return place_ < text_.size() ? text_[place_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++place_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(fmt::format("expected \"{}\"", c));
  }

  NodePointer sum() {
    NodePointer node = product();
    for (char c = peek(); c == '+' || c == '-'; c = peek()) {
      ++place_;
      node = node_of_two(std::move(node), product(), kOperators.at(c));
    }
    return node;
  }

  NodePointer product() {
    NodePointer node = negation();
    for (char c = peek(); c == '*' || c == '/'; c = peek()) {
      ++place_;
      node = node_of_two(std::move(node), negation(), kOperators.at(c));
    }
    return node;
  }

  NodePointer negation() {
    if (!take('-')) return power();
    if (++depth_ > kDeepest) fail("signs lie too deep");
    NodePointer operand = negation();
    --depth_;
    const bool is_number = operand->is_number;
    return node_of_one(std::move(operand), is_number, [](const Array& x) -> Array { return -x; });
  }

  NodePointer power() {
    NodePointer base = primary();
    return take('^') ? node_of_two(std::move(base), negation(), kOperators.at('^')) : std::move(base);
  }

  NodePointer primary() {
    if (take('(')) {
      if (++depth_ > kDeepest) fail("parentheses lie too deep");
      NodePointer node = sum();
      expect(')');
      --depth_;
      return node;
    }
    const char c = peek();
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.') return literal();
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) fail("expected a number, a name or \"(\"");
    const size_t start = place_;
    std::string name;
    while (place_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[place_])) != 0 || text_[place_] == '_'))
      name += text_[place_++];
    return peek() == '(' ? function(name, start) : tensor(name, start);
  }

  NodePointer literal() {
    size_t end = place_;
    while (end < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '.' ||
                                  text_[end] == 'e' || (text_[end] == '-' && text_[end - 1] == 'e')))
      ++end;
    const std::optional<double> value = core::parse_number(text_.substr(place_, end - place_));
    if (!value) fail(fmt::format("\"{}\" is not a number", text_.substr(place_, end - place_)));
    place_ = end;
    auto node = std::make_unique<Formula::Node>();
    node->is_number = true;
    node->compute = [value = *value](const std::vector<Array>&, const Formula::Tensors&) { return number(value); };
    return node;
  }

  NodePointer tensor(const std::string& name, size_t start) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
      place_ = start;
      fail(core::unknown_name("tensor", name, names_));
    }
    reads_.insert(name);
    auto node = std::make_unique<Formula::Node>();
    node->compute = [name](const std::vector<Array>&, const Formula::Tensors& tensors) { return tensors(name); };
    return node;
  }

  NodePointer function(const std::string& name, size_t start) {
    expect('(');
    if (++depth_ > kDeepest) fail("parentheses lie too deep");
    NodePointer first = sum(), result;
    if (const auto element = kByElement.find(name); element != kByElement.end()) {
      const bool is_number = first->is_number;
      result = node_of_one(std::move(first), is_number, element->second);
    } else if (const auto reduction = kToNumber.find(name); reduction != kToNumber.end()) {
      result = node_of_one(std::move(first), true,
                           [reduce = reduction->second](const Array& x) { return number(reduce(x)); });
    } else if (const auto two = kOfTwo.find(name); two != kOfTwo.end()) {
      expect(',');
      result = node_of_two(std::move(first), sum(), two->second);
    } else {
      place_ = start;
      fail(core::unknown_name("function", name, function_names()));
    }
    expect(')');
    --depth_;
    return result;
  }

  static std::vector<std::string> function_names() {
    std::vector<std::string> names;
    for (const auto& [name, function] : kByElement) names.push_back(name);
    for (const auto& [name, function] : kToNumber) names.push_back(name);
    for (const auto& [name, function] : kOfTwo) names.push_back(name);
    return names;
  }

  static constexpr int kDeepest = 100;

  const std::string& text_;
  const std::vector<std::string>& names_;
  std::set<std::string>& reads_;
  size_t place_ = 0;
  int depth_ = 0;
};

}  // namespace

Formula::Formula(const std::string& text, const std::vector<std::string>& names)
    : root_(Parser(text, names, reads_).parse()) {
  if (!root_->is_number) {
    throw core::Error(
        fmt::format("formula \"{}\": its value is a tensor; sum(...) or mean(...) makes it a number", text));
  }
}
Formula::Formula(Formula&&) noexcept = default;
Formula::~Formula() = default;

double Formula::evaluate(const Tensors& tensors) const { return root_->value(tensors)[0]; }

}  // namespace zeroth::proxies
