#include "eval/import/pickle_store.h"

#include <fmt/format.h>

#include "core/error.h"

namespace zeroth::eval {
namespace {

// About what a text, a container or an item takes beside its own bytes.
constexpr uint64_t kTextBytes = 96, kContainerBytes = 32, kItemBytes = sizeof(PickleValue);

PickleValue handle(PickleKind kind, uint64_t place) {
  PickleValue value;
  value.kind = kind;
  value.place = place;
  return value;
}

const char* name_of(PickleKind kind) {
  switch (kind) {
    case PickleKind::kNone:
      return "None";
    case PickleKind::kBool:
      return "a truth value";
    case PickleKind::kInteger:
    case PickleKind::kReal:
      return "a number";
    case PickleKind::kText:
      return "a text";
    case PickleKind::kTuple:
      return "a tuple";
    case PickleKind::kList:
      return "a list";
    case PickleKind::kSet:
      return "a set";
    case PickleKind::kDict:
      return "a dict";
    case PickleKind::kArray:
      return "an array";
    case PickleKind::kOpaque:
      return "a tensor";
    default:
      return "something else";
  }
}

}  // namespace

PickleValue PickleStore::boolean(bool value) {
  PickleValue result = integer(value ? 1 : 0);
  result.kind = PickleKind::kBool;
  return result;
}

PickleValue PickleStore::integer(int64_t value) {
  PickleValue result;
  result.kind = PickleKind::kInteger;
  result.integer = value;
  return result;
}

PickleValue PickleStore::real(double value) {
  PickleValue result;
  result.kind = PickleKind::kReal;
  result.real = value;
  return result;
}

PickleValue PickleStore::text(std::string_view text, PickleKind kind) {
  const auto found = place_of_text_.find(text);
  if (found != place_of_text_.end()) {
    ++texts_[found->second].uses;
    return handle(kind, found->second);
  }
  charge(text.size() + kTextBytes);
  texts_.push_back({std::string(text), 1});
  place_of_text_.emplace(texts_.back().text, texts_.size() - 1);
  return handle(kind, texts_.size() - 1);
}

PickleValue PickleStore::container(PickleKind kind) {
  charge(kContainerBytes);
  containers_.emplace_back();
  return handle(kind, containers_.size() - 1);
}

void PickleStore::append(PickleValue container, PickleValue item) {
  if (container.place >= containers_.size()) fail("adds to what has been read and dropped");
  charge(kItemBytes);
  containers_.at(container.place).push_back(item);
}

void PickleStore::charge(uint64_t bytes) {
  if (bytes > most_bytes_ - bytes_) {
    fail(fmt::format("it would take more than {} MiB of memory, which no benchmark file does", most_bytes_ >> 20));
  }
  bytes_ += bytes;
}

void PickleStore::release(size_t mark) {
  while (containers_.size() > mark) {
    bytes_ -= kContainerBytes + kItemBytes * containers_.back().size();
    containers_.pop_back();
  }
}

bool PickleStore::is_container(PickleValue value) {
  return value.kind >= PickleKind::kTuple && value.kind <= PickleKind::kDtype;
}

const std::vector<PickleValue>& PickleStore::items(PickleValue container) const {
  if (!is_container(container)) fail(fmt::format("{} stands where a container should", name_of(container.kind)));
  if (container.place >= containers_.size()) fail("refers to what has been read and dropped");
  return containers_.at(container.place);
}

std::string_view PickleStore::text_of(PickleValue value) const {
  if (value.kind != PickleKind::kText && value.kind != PickleKind::kName) {
    fail(fmt::format("{} stands where a text should", name_of(value.kind)));
  }
  return texts_.at(value.place).text;
}

bool PickleStore::is_text(PickleValue value, std::string_view text) const {
  return value.kind == PickleKind::kText && texts_.at(value.place).text == text;
}

std::optional<double> PickleStore::number(std::optional<PickleValue> value) const {
  if (!value || value->kind == PickleKind::kNone) return std::nullopt;
  if (value->kind == PickleKind::kReal) return value->real;
  if (value->kind == PickleKind::kInteger) return static_cast<double>(value->integer);
  fail(fmt::format("{} stands where a number should", name_of(value->kind)));
}

std::optional<PickleValue> PickleStore::find(PickleValue dict, std::string_view key) const {
  if (dict.kind != PickleKind::kDict) {
    fail(fmt::format("{} stands where a dict with \"{}\" should", name_of(dict.kind), key));
  }
  const std::vector<PickleValue>& pairs = items(dict);
  for (size_t i = pairs.size(); i >= 2; i -= 2) {  // a later value replaces an earlier one
    if (is_text(pairs[i - 2], key)) return pairs[i - 1];
  }
  return std::nullopt;
}

PickleValue PickleStore::at(PickleValue dict, std::string_view key) const {
  const auto found = find(dict, key);
  if (!found) fail(fmt::format("no \"{}\" where one should be", key));
  return *found;
}

void PickleStore::fail(std::string_view what) const { throw core::Error(fmt::format("{}: {}", file_, what)); }

}  // namespace zeroth::eval
