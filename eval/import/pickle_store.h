// What a Python pickle holds, as plain data: numbers, texts, and containers of them. No class of Python exists here and
// nothing of a file is ever called, so a hostile pickle can at worst be refused.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zeroth::eval {

enum class PickleKind : uint8_t {
  kNone,
  kBool,
  kInteger,
  kReal,
  kText,  // also bytes
  kTuple,
  kList,
  kSet,
  kDict,       // its items are a key, its value, the next key ...
  kArray,      // NumPy's, flat
  kDtype,      // NumPy's: two texts, code and byte order
  kName,       // a class or function of the list of allowed ones; a text
  kOpaque,     // a tensor: allowed to be there, but nobody reads it
  kForgotten,  // was dropped to bound the memory
};

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  union {
    int64_t integer = 0;  // kBool, kInteger
    double real;          // kReal
    uint64_t place;       // of a text or a container in the store
  };
};

// Owns texts and containers; values are handles to them, so containers that hold themselves need no care. Every
// function for readers throws core::Error that names the file and what was expected.
class PickleStore {
 public:
  // More than `most_bytes` at a time are refused.
  PickleStore(std::string file, uint64_t most_bytes) : file_(std::move(file)), most_bytes_(most_bytes) {}

  static PickleValue boolean(bool value);
  static PickleValue integer(int64_t value);
  static PickleValue real(double value);
  PickleValue text(std::string_view text, PickleKind kind = PickleKind::kText);
  PickleValue container(PickleKind kind);
  void append(PickleValue container, PickleValue item);
  // Counts memory that others hold for the file's sake.
  void charge(uint64_t bytes);
  void discharge(uint64_t bytes) { bytes_ -= bytes; }

  // Containers made after mark() are dropped by release(). Texts stay: equal ones are one.
  size_t mark() const { return containers_.size(); }
  void release(size_t mark);

  static bool is_container(PickleValue value);
  // How often a text like this one was made.
  uint32_t uses(PickleValue text) const { return texts_.at(text.place).uses; }

  const std::vector<PickleValue>& items(PickleValue container) const;
  std::string_view text_of(PickleValue value) const;
  bool is_text(PickleValue value, std::string_view text) const;
  // A number; nothing for None and for what is not there.
  std::optional<double> number(std::optional<PickleValue> value) const;
  // The value of a key that is a text; nothing where the dict has none.
  std::optional<PickleValue> find(PickleValue dict, std::string_view key) const;
  // The same, which must be there.
  PickleValue at(PickleValue dict, std::string_view key) const;

  [[noreturn]] void fail(std::string_view what) const;

 private:
  struct Text {
    std::string text;
    uint32_t uses = 0;
  };

  std::string file_;
  uint64_t most_bytes_, bytes_ = 0;
  std::deque<Text> texts_;  // does not move what it holds
  std::unordered_map<std::string_view, uint64_t> place_of_text_;
  std::deque<std::vector<PickleValue>> containers_;
};

}  // namespace zeroth::eval
