#include "spaces/genotype_notation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/error.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

constexpr std::array<const char*, 4> kFields = {"normal", "normal_concat", "reduce", "reduce_concat"};
constexpr int kLargest = 999;  // of a number, far above what any space allows

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  Reader(std::string_view text, std::string_view space) : text_(text), space_(space) {}

  Genotype genotype() {
    if (is_letter(peek()) && word() != "Genotype") refuse("should be Genotype(...)");
    std::set<std::string> seen;
    sequence("({", [this, &seen] { field(seen); });
    if (peek() != '\0' || at_ < text_.size()) refuse("should be the end");
    for (const char* name : kFields) {
      if (seen.count(name) == 0) refuse_architecture(text_, space_, fmt::format("{} is missing", name));
    }
    return genotype_;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    refuse_architecture(text_, space_, fmt::format("at character {}: {}", at_ + 1, why));
  }

  // The next character that is no blank; '\0' at the end.
  char peek() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!take(c)) refuse(fmt::format("should be '{}'", c));
  }

  // A name, bare or in quotes.
  std::string word() {
    const char quote = peek();
    const bool quoted = quote == '\'' || quote == '"';
    if (quoted) ++at_;
    const size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    if (at_ == begin) refuse("should be a name");
    std::string name(text_.substr(begin, at_ - begin));
    if (quoted) {
      if (at_ == text_.size() || text_[at_] != quote) refuse(fmt::format("should be {}", quote));
      ++at_;
    }
    return name;
  }

  int number() {
    if (!is_digit(peek())) refuse("should be a number");
    int value = 0;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      value = 10 * value + (text_[at_] - '0');
      if (value > kLargest) refuse(fmt::format("should be a number of at most {}", kLargest));
      ++at_;
    }
    return value;
  }

  // Items between one of these brackets and its partner, with commas between and perhaps after them.
  template <typename Item>
  void sequence(std::string_view brackets, const Item& item) {
    const char open = peek();
    if (brackets.find(open) == std::string_view::npos) refuse(fmt::format("should be '{}'", brackets.front()));
    const char close = open == '(' ? ')' : open == '[' ? ']' : '}';
    ++at_;
    while (!take(close)) {
      item();
      if (peek() != close) expect(',');
    }
  }

  void field(std::set<std::string>& seen) {
    const std::string name = word();
    const auto* const known =
        std::find_if(kFields.begin(), kFields.end(), [&name](const char* one) { return name == one; });
    if (known == kFields.end()) {
      refuse(core::unknown_name("field", name, {kFields.begin(), kFields.end()}));
    }
    if (!seen.insert(name).second) refuse(fmt::format("{} comes twice", name));
    if (!take(':')) expect('=');
    GenotypeCell& cell = name[0] == 'n' ? genotype_.normal : genotype_.reduce;
    if (name.find('_') == std::string::npos) {
      sequence("[(", [this, &cell] { cell.edges.push_back(edge()); });
    } else {
      cell.concat = concat();
    }
  }

  GenotypeEdge edge() {
    GenotypeEdge edge;
    const bool round = take('(');
    if (!round) expect('[');
    edge.operation = word();
    expect(',');
    edge.input = number();
    expect(round ? ')' : ']');
    return edge;
  }

  std::vector<int> concat() {
    std::vector<int> nodes;
    if (!is_letter(peek())) {
      sequence("[(", [this, &nodes] { nodes.push_back(number()); });
      return nodes;
    }
    if (word() != "range") refuse("should be a list of numbers, or range(a, b)");
    expect('(');
    const int begin = number();
    expect(',');
    const int end = number();
    expect(')');
    for (int node = begin; node < end; ++node) nodes.push_back(node);
    return nodes;
  }

  std::string_view text_, space_;
  size_t at_ = 0;
  Genotype genotype_;
};

std::string write_edges(const GenotypeCell& cell) {
  std::vector<std::string> pairs;
  for (const GenotypeEdge& edge : cell.edges) pairs.push_back(fmt::format("('{}', {})", edge.operation, edge.input));
  return fmt::format("[{}]", fmt::join(pairs, ", "));
}

}  // namespace

Genotype read_genotype(std::string_view text, std::string_view space) { return Reader(text, space).genotype(); }

std::string write_genotype(const Genotype& genotype) {
  return fmt::format("Genotype(normal={}, normal_concat=[{}], reduce={}, reduce_concat=[{}])",
                     write_edges(genotype.normal), fmt::join(genotype.normal.concat, ", "),
                     write_edges(genotype.reduce), fmt::join(genotype.reduce.concat, ", "));
}

}  // namespace zeroth::spaces
