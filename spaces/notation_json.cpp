#include "spaces/notation_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace zeroth::spaces {

ChoiceObject::ChoiceObject(std::string_view text, std::string notation) : text_(text), notation_(std::move(notation)) {
  try {
    object_ = nlohmann::json::parse(text_);
  } catch (const nlohmann::json::exception&) {
    refuse("it is no JSON");
  }
  if (!object_.is_object()) refuse("it should be a JSON object");
}

void ChoiceObject::refuse(const std::string& why) const {
  throw core::Error(fmt::format("\"{}\" is not in the notation {}: {}", text_, notation_, why));
}

nlohmann::json ChoiceObject::take(const std::string& key) {
  if (!object_.contains(key)) refuse(fmt::format("\"{}\" is missing", key));
  nlohmann::json value = object_[key];
  object_.erase(key);
  return value;
}

std::string ChoiceObject::name(const std::string& key) {
  const nlohmann::json value = take(key);
  if (!value.is_string()) refuse(fmt::format("\"{}\" is {}, should be a name", key, value.dump()));
  return value.get<std::string>();
}

int ChoiceObject::choice(const std::string& key, const std::vector<std::string>& allowed) {
  const std::string chosen = name(key);
  const auto found = std::find(allowed.begin(), allowed.end(), chosen);
  if (found == allowed.end()) {
    refuse(fmt::format("\"{}\": {}", key, core::unknown_name("operation", chosen, allowed)));
  }
  return static_cast<int>(found - allowed.begin());
}

int ChoiceObject::number(const std::string& key) {
  constexpr uint64_t kLargest = 999;  // far above what any space allows
  nlohmann::json value = take(key);
  if (value.is_array() && value.size() == 1) value = nlohmann::json(value[0]);
  if (!value.is_number_unsigned() || value.get<uint64_t>() > kLargest) {
    refuse(fmt::format("\"{}\" is {}, should be a whole number of at most {}", key, value.dump(), kLargest));
  }
  return value.get<int>();
}

void ChoiceObject::finish() const {
  if (!object_.empty()) refuse(fmt::format("\"{}\" is no part of it", object_.begin().key()));
}

}  // namespace zeroth::spaces
