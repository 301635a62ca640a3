// Base64 (RFC 4648), as text formats carry bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zeroth::eval {

// The bytes; nothing where the text, line breaks aside, has another character, a length that is no multiple of 4, or
// padding that is not at its end.
std::optional<std::string> base64_bytes(std::string_view lines);

}  // namespace zeroth::eval
