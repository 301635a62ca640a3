// JSON in files and on standard output.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace zeroth::core {

// Members keep the order in which they are set, so that equal runs give equal files.
using Json = nlohmann::ordered_json;

// Command lines and the names of files and architectures need not be UTF-8, which JSON must be: what is not is replaced
// by U+FFFD. On one line where `indent` is -1.
std::string json_text(const Json& json, int indent = -1);

// The same replacement alone.
std::string utf8_text(const std::string& text);

}  // namespace zeroth::core
