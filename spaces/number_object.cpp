#include "spaces/number_object.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

using Json = nlohmann::json;

// Watches the parser for what the finished object no longer tells, or must not hold: a key that occurs twice, of which
// only the last value is kept, and nested values, which are discarded.
class Watch {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key) {
      const auto key = parsed.get<std::string>();
      if (!seen_.insert(key).second && fault_.empty()) fault_ = fmt::format("key \"{}\" occurs twice", key);
    }
    const bool object = event == Json::parse_event_t::object_start && depth > 0;
    const bool nested = event == Json::parse_event_t::array_start && depth > 1;
    if (object || nested) fault_ = "it should hold numbers and lists of numbers alone";
    return !object && !nested;
  }
  const std::string& fault() const { return fault_; }

 private:
  std::set<std::string> seen_;
  std::string fault_;
};

}  // namespace

template <typename AnyJson>
NumberObject::Value NumberObject::read(const std::string& key, const AnyJson& json) const {
  Value value;
  value.list = json.is_array();
  const auto add = [&](const AnyJson& number) {
    if (!number.is_number()) refuse(fmt::format("{}: a {} is no number", key, number.type_name()));
    value.numbers.push_back(number.template get<double>());
  };
  if (!value.list) add(json);
  if (value.list) std::for_each(json.begin(), json.end(), add);
  return value;
}

NumberObject::NumberObject(std::string_view text, std::string_view space, std::string_view example,
                           std::vector<std::string> keys)
    : text_(text), space_(space) {
  Watch watch;
  const Json parsed = Json::parse(
      text_, [&watch](int depth, Json::parse_event_t event, Json& json) { return watch(depth, event, json); },
      /*allow_exceptions=*/false);
  if (!watch.fault().empty()) refuse(watch.fault());
  if (!parsed.is_object()) refuse(fmt::format("it should be a JSON object, as {}", example));
  for (const auto& [key, json] : parsed.items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) refuse(core::unknown_name("key", key, keys));
    values_.emplace_back(key, read(key, json));
  }
  for (const std::string& key : keys) {
    const auto has = [&key](const auto& entry) { return entry.first == key; };
    if (std::none_of(values_.begin(), values_.end(), has)) refuse(fmt::format("key \"{}\" is missing", key));
  }
}

int NumberObject::place(const std::string& key, const std::vector<double>& allowed) const {
  const Value& given = value(key);
  if (given.list) refuse(key + ": should be one number, not a list");
  return place_of(given.numbers.front(), allowed, key);
}

std::vector<int> NumberObject::places(const std::string& key, const std::vector<double>& allowed) const {
  const Value& given = value(key);
  if (!given.list) refuse(key + ": should be a list of numbers");
  std::vector<int> found;
  for (size_t i = 0; i < given.numbers.size(); ++i) {
    found.push_back(place_of(given.numbers[i], allowed, fmt::format("{}, number {}", key, i + 1)));
  }
  return found;
}

void NumberObject::refuse(const std::string& why) const { refuse_architecture(text_, space_, why); }

const NumberObject::Value& NumberObject::value(const std::string& key) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&key](const auto& entry) { return entry.first == key; });
  ZEROTH_CHECK(found != values_.end());
  return found->second;
}

int NumberObject::place_of(double number, const std::vector<double>& allowed, const std::string& where) const {
  const auto found = std::find(allowed.begin(), allowed.end(), number);
  if (found == allowed.end()) {
    refuse(fmt::format("{}: {} should be one of {}", where, number, fmt::join(allowed, ", ")));
  }
  return static_cast<int>(found - allowed.begin());
}

}  // namespace zeroth::spaces
