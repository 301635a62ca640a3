// How a pickle's largest dict goes by without being held: see PickleReader::hand_over.
#include "eval/import/pickle_reader.h"

namespace zeroth::eval {
namespace {

// Keys and values that Python writes at a time: a dict that got so many may get more.
constexpr size_t kBatch = 2000;

}  // namespace

void PickleReader::hand_over(std::vector<std::string> keys, TakeItem take) {
  keys_ = std::move(keys);
  take_ = std::move(take);
}

// An odd number of places behind the dict, with no mark between but the one that begins its items.
bool PickleReader::is_value_at(size_t dict_place, size_t place) const {
  const size_t first = dict_place + 1;
  return (marks_.empty() || marks_.back() <= first) && place > first && (place - first) % 2 == 1;
}

void PickleReader::notice_dict() {
  const size_t place = stack_.size() - 1;
  if (chain_.empty()) {
    if (place == 0 && marks_.empty()) chain_.push_back(place);
    return;
  }
  if (handing_over() || place == chain_.back() || !is_value_at(chain_.back(), place)) return;
  if (!store_.is_text(stack_[place - 1], keys_[chain_.size() - 1])) return;
  chain_.push_back(place);
  next_value_ = place + 2;
  store_mark_ = store_.mark();
}

void PickleReader::hand_over_rest(const std::vector<PickleValue>& items) {
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i + 1].kind != PickleKind::kForgotten) take_(items[i], items[i + 1]);
  }
  next_value_ = chain_.back() + 2;
  forget();
}

void PickleReader::hand_over_top(size_t items) {
  const size_t place = stack_.size() - 1;
  // The mark is that of the dict's items: without it they are one that comes at its end, or this is a later dict.
  const bool inside = !marks_.empty() && marks_.back() == chain_.back() + 1;
  if (one_by_one_ || !inside || place != next_value_ || items >= kBatch) return;
  take_(stack_[place - 1], stack_[place]);
  stack_[place].kind = PickleKind::kForgotten;
  next_value_ += 2;
  forget();
}

void PickleReader::forget() {
  for (const uint64_t index : passing_) {
    if (memo_.erase(index) > 0) store_.discharge(kMemoBytes);
  }
  store_.discharge(sizeof(uint64_t) * passing_.size());
  passing_.clear();
  store_.release(store_mark_);
}

}  // namespace zeroth::eval
