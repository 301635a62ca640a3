#include "core/json.h"

namespace zeroth::core {

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string utf8_text(const std::string& text) { return Json::parse(json_text(text)).get<std::string>(); }

}  // namespace zeroth::core
