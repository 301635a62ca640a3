// Reads pickles (protocols 0 to 5) into a PickleStore. https://docs.python.org/3/library/pickletools.html describes the
// opcodes: a stack machine whose program is the file.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "eval/import/byte_reader.h"
#include "eval/import/pickle_objects.h"
#include "eval/import/pickle_store.h"

namespace zeroth::eval {

// About what a place of the memo takes.
constexpr uint64_t kMemoBytes = 64;

class PickleReader {
 public:
  using TakeItem = std::function<void(PickleValue key, PickleValue value)>;

  PickleReader(ByteReader& bytes, PickleStore& store) : bytes_(bytes), store_(store) {}

  // The items of the dict that stands at these keys, from the outermost dict on, go to `take` in their order and are
  // then forgotten. Memory is bounded by one of them where they are dicts of 1 to 999 items and the protocol is not 0:
  // Python writes such a dict's items at once, so that it is known to be complete. What `take` gets is valid until it
  // returns.
  void hand_over(std::vector<std::string> keys, TakeItem take);

  // One pickle. Throws core::Error that names the file and the byte: damaged, cut short, or asking for a class or
  // function that is not on the list of allowed ones, with its name.
  PickleValue read();

 private:
  // One opcode of each family; false where it is of another.
  bool run_scalar(uint8_t opcode);
  bool run_text(uint8_t opcode);
  bool run_container(uint8_t opcode);
  bool run_memo(uint8_t opcode);
  bool run_object(uint8_t opcode);

  void push(PickleValue value);
  PickleValue pop();
  PickleValue& top();
  // What was pushed since the last mark, which is taken away.
  std::vector<PickleValue> pop_to_mark();
  PickleValue made_of(PickleKind kind, const std::vector<PickleValue>& items);
  void push_long(uint64_t size);
  void push_decimal(const std::string& text);
  void add_items(PickleKind kind, const std::vector<PickleValue>& items);
  void put(uint64_t index, PickleValue value);
  void get(uint64_t index);

  bool handing_over() const { return take_ && chain_.size() == keys_.size() + 1; }
  // Whether `place` of the stack is that of a value of the dict at `dict_place`.
  bool is_value_at(size_t dict_place, size_t place) const;
  // A dict stands on top of the stack: is it one on the way to the handed-over one, or itself?
  void notice_dict();
  // The end of a batch of the handed-over dict.
  void hand_over_rest(const std::vector<PickleValue>& items);
  // The value on top of the stack has got its items: it goes if it is the next one of the handed-over dict.
  void hand_over_top(size_t items);
  void forget();

  ByteReader& bytes_;
  PickleStore& store_;
  std::vector<PickleValue> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleValue> memo_;
  uint64_t next_memo_ = 0;

  std::vector<std::string> keys_;
  TakeItem take_;
  std::vector<size_t> chain_;  // places on the stack of the dicts on the way to the handed-over one, and of itself
  bool one_by_one_ = false;    // protocol 0, which writes a dict's items singly
  size_t next_value_ = 0;      // place on the stack of the first value that has not been handed over
  size_t store_mark_ = 0;
  std::vector<uint64_t> passing_;  // places of the memo that are forgotten with the item
};

}  // namespace zeroth::eval
