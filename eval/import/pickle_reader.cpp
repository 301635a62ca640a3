#include "eval/import/pickle_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "core/csv.h"
#include "core/error.h"

namespace zeroth::eval {
namespace {

constexpr size_t kDeepestStack = size_t{1} << 22;
constexpr size_t kMostMarks = 10000;
// A text that was written anew so often is taken for one that each item writes for itself.
constexpr uint32_t kLastingTexts = 64;

// The opcodes above 127, of protocols 2 to 5; those below are letters.
enum Opcode : uint8_t {
  kProtocol = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kTrue = 0x88,
  kFalse = 0x89,
  kLong1 = 0x8A,
  kLong4 = 0x8B,
  kShortText = 0x8C,
  kText8 = 0x8D,
  kBytes8 = 0x8E,
  kEmptySet = 0x8F,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
  kByteArray8 = 0x96,
};

}  // namespace

PickleValue PickleReader::read() {
  stack_.clear();
  marks_.clear();
  store_.discharge(kMemoBytes * memo_.size());
  memo_.clear();  // each pickle numbers its own places from 0 on
  store_.discharge(sizeof(uint64_t) * passing_.size());
  passing_.clear();
  next_memo_ = 0;
  chain_.clear();
  one_by_one_ = false;
  for (;;) {
    const uint8_t opcode = bytes_.byte();
    if (opcode == '.') return pop();
    const bool known =
        run_scalar(opcode) || run_text(opcode) || run_container(opcode) || run_memo(opcode) || run_object(opcode);
    if (!known) bytes_.fail(fmt::format("no pickle, or a damaged one: opcode {:#04x}", opcode));
    if (!take_) continue;
    while (!chain_.empty() && stack_.size() <= chain_.back()) chain_.pop_back();
    if (!stack_.empty() && stack_.back().kind == PickleKind::kDict) notice_dict();
  }
}

bool PickleReader::run_scalar(uint8_t opcode) {
  switch (opcode) {
    case 'N':
      push({});
      return true;
    case kTrue:
      push(PickleStore::boolean(true));
      return true;
    case kFalse:
      push(PickleStore::boolean(false));
      return true;
    case 'K':
      push(PickleStore::integer(bytes_.byte()));
      return true;
    case 'M':
      push(PickleStore::integer(static_cast<int64_t>(bytes_.little_endian(2))));
      return true;
    case 'J':
      push(PickleStore::integer(static_cast<int32_t>(bytes_.little_endian(4))));
      return true;
    case kLong1:
      push_long(bytes_.byte());
      return true;
    case kLong4:
      push_long(bytes_.little_endian(4));
      return true;
    case 'I':
    case 'L':
    case 'F':
      push_decimal(bytes_.line());
      return true;
    case 'G': {
      uint64_t bits = 0;
      for (int i = 0; i < 8; ++i) bits = bits << 8 | bytes_.byte();
      double value = 0;
      std::memcpy(&value, &bits, sizeof(value));
      push(PickleStore::real(value));
      return true;
    }
    case kProtocol: {
      const uint8_t protocol = bytes_.byte();
      if (protocol > 5) bytes_.fail(fmt::format("a pickle of protocol {}; those up to 5 are known", protocol));
      return true;
    }
    case kFrame:
      bytes_.skip(8);
      return true;
    default:
      return false;
  }
}

bool PickleReader::run_text(uint8_t opcode) {
  uint64_t size = 0;
  switch (opcode) {
    case 'U':
    case 'C':
    case kShortText:
      size = bytes_.byte();
      break;
    case 'X':
    case 'B':
    case 'T':
      size = bytes_.little_endian(4);
      break;
    case kText8:
    case kBytes8:
    case kByteArray8:
      size = bytes_.little_endian(8);
      break;
    case 'V':
      push(store_.text(bytes_.line()));
      return true;
    case 'S': {
      const std::string quoted = bytes_.line();
      if (quoted.size() < 2 || quoted.find('\\') != std::string::npos) bytes_.fail("a text that is not read here");
      push(store_.text(std::string_view(quoted).substr(1, quoted.size() - 2)));
      return true;
    }
    default:
      return false;
  }
  store_.charge(size);  // before it is read: a length costs the file nothing
  store_.discharge(size);
  push(store_.text(bytes_.take(size)));
  return true;
}

bool PickleReader::run_container(uint8_t opcode) {
  switch (opcode) {
    case '(':
      if (marks_.size() == kMostMarks) bytes_.fail("nested too deeply");
      marks_.push_back(stack_.size());
      return true;
    case ')':
      push(store_.container(PickleKind::kTuple));
      return true;
    case ']':
      push(store_.container(PickleKind::kList));
      return true;
    case '}':
      push(store_.container(PickleKind::kDict));
      return true;
    case kEmptySet:
      push(store_.container(PickleKind::kSet));
      return true;
    case 't':
      push(made_of(PickleKind::kTuple, pop_to_mark()));
      return true;
    case 'l':
      push(made_of(PickleKind::kList, pop_to_mark()));
      return true;
    case 'd':
      one_by_one_ = true;
      push(made_of(PickleKind::kDict, pop_to_mark()));
      return true;
    case kFrozenSet:
      push(made_of(PickleKind::kSet, pop_to_mark()));
      return true;
    case kTuple1:
    case kTuple2:
    case kTuple3: {
      std::vector<PickleValue> items(static_cast<size_t>(opcode - kTuple1 + 1));
      for (size_t i = items.size(); i-- > 0;) items[i] = pop();
      push(made_of(PickleKind::kTuple, items));
      return true;
    }
    case 'a':
      add_items(PickleKind::kList, {pop()});
      return true;
    case 'e':
      add_items(PickleKind::kList, pop_to_mark());
      return true;
    case kAddItems:
      add_items(PickleKind::kSet, pop_to_mark());
      return true;
    case 's': {
      const PickleValue value = pop(), key = pop();
      add_items(PickleKind::kDict, {key, value});
      return true;
    }
    case 'u':
      add_items(PickleKind::kDict, pop_to_mark());
      return true;
    case '0':
      pop();
      return true;
    case '1':
      pop_to_mark();
      return true;
    case '2':
      push(top());
      return true;
    default:
      return false;
  }
}

bool PickleReader::run_memo(uint8_t opcode) {
  const auto index_of = [this](const std::string& text) {
    uint64_t index = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), index);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size())
      bytes_.fail("a place of the memo that is no number");
    return index;
  };
  switch (opcode) {
    case 'q':
      put(bytes_.byte(), top());
      return true;
    case 'r':
      put(bytes_.little_endian(4), top());
      return true;
    case 'p':
      put(index_of(bytes_.line()), top());
      return true;
    case kMemoize:
      put(next_memo_, top());
      return true;
    case 'h':
      get(bytes_.byte());
      return true;
    case 'j':
      get(bytes_.little_endian(4));
      return true;
    case 'g':
      get(index_of(bytes_.line()));
      return true;
    default:
      return false;
  }
}

bool PickleReader::run_object(uint8_t opcode) {
  const auto push_name = [this](const std::string& name) {
    if (!is_allowed_name(name)) {
      bytes_.fail(
          fmt::format("the pickle asks for {}, which is not on the list of what may be in a benchmark file; refused",
                      core::one_line(name)));
    }
    push(store_.text(name, PickleKind::kName));
  };
  switch (opcode) {
    case 'c': {
      const std::string module = bytes_.line();
      push_name(module + "." + bytes_.line());
      return true;
    }
    case kStackGlobal: {
      const PickleValue name = pop(), module = pop();
      push_name(fmt::format("{}.{}", store_.text_of(module), store_.text_of(name)));
      return true;
    }
    case 'R': {
      const PickleValue arguments = pop(), function = pop();
      push(call(store_, function, arguments));
      return true;
    }
    case 'b': {
      const PickleValue state = pop();
      set_state(store_, top(), state);
      return true;
    }
    case 'Q': {  // the storage of a tensor
      pop();
      PickleValue storage;
      storage.kind = PickleKind::kOpaque;
      push(storage);
      return true;
    }
    default:
      return false;
  }
}

void PickleReader::push(PickleValue value) {
  if (stack_.size() == kDeepestStack) bytes_.fail("more values at once than any benchmark file has");
  stack_.push_back(value);
}

PickleValue& PickleReader::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) bytes_.fail("a damaged pickle: a value is missing");
  return stack_.back();
}

PickleValue PickleReader::pop() {
  const PickleValue value = top();
  stack_.pop_back();
  return value;
}

std::vector<PickleValue> PickleReader::pop_to_mark() {
  if (marks_.empty()) bytes_.fail("a damaged pickle: a mark is missing");
  const auto begin = stack_.begin() + static_cast<ptrdiff_t>(marks_.back());
  std::vector<PickleValue> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

PickleValue PickleReader::made_of(PickleKind kind, const std::vector<PickleValue>& items) {
  if (kind == PickleKind::kDict && items.size() % 2 != 0) bytes_.fail("a damaged pickle: a key without a value");
  const PickleValue result = store_.container(kind);
  for (const PickleValue item : items) store_.append(result, item);
  return result;
}

void PickleReader::add_items(PickleKind kind, const std::vector<PickleValue>& items) {
  if (kind == PickleKind::kDict && items.size() % 2 != 0) bytes_.fail("a damaged pickle: a key without a value");
  if (top().kind != kind) bytes_.fail("a damaged pickle: adds to what is no container of this kind");
  if (handing_over() && stack_.size() == chain_.back() + 1) return hand_over_rest(items);
  for (const PickleValue item : items) store_.append(top(), item);
  if (handing_over() && kind == PickleKind::kDict) hand_over_top(items.size());
}

// Two's complement, least significant first. Longer ones are nothing that a benchmark measures.
void PickleReader::push_long(uint64_t size) {
  if (size > 8) bytes_.fail("a whole number of more than 64 bits");
  uint64_t bits = bytes_.little_endian(static_cast<int>(size));
  if (size > 0 && size < 8 && (bits >> (8 * size - 1) & 1) != 0) bits |= ~uint64_t{0} << (8 * size);
  push(PickleStore::integer(static_cast<int64_t>(bits)));
}

// "12", "12L", "1.5"; 01 and 00 are protocol 0's truth values.
void PickleReader::push_decimal(const std::string& text) {
  if (text == "01" || text == "00") return push(PickleStore::boolean(text == "01"));
  const std::string digits = text.substr(0, text.find('L'));
  int64_t whole = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
  if (!digits.empty() && end.ec == std::errc() && end.ptr == digits.data() + digits.size()) {
    return push(PickleStore::integer(whole));
  }
  const auto number = core::parse_number(text);
  if (!number) bytes_.fail(fmt::format("\"{}\" is no number", core::one_line(text)));
  push(PickleStore::real(*number));
}

void PickleReader::put(uint64_t index, PickleValue value) {
  if (memo_.insert_or_assign(index, value).second) store_.charge(kMemoBytes);
  next_memo_ = std::max(next_memo_, index + 1);
  const bool passes =
      PickleStore::is_container(value) || (value.kind == PickleKind::kText && store_.uses(value) > kLastingTexts);
  if (!handing_over() || !passes || stack_.size() <= chain_.back() + 1) return;
  store_.charge(sizeof(index));
  passing_.push_back(index);
}

void PickleReader::get(uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end())
    bytes_.fail(fmt::format("refers to place {} of the memo, where nothing is any more", index));
  push(found->second);
}

}  // namespace zeroth::eval
