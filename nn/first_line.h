// What LibTorch's errors say before their stack trace.
#pragma once

#include <string>

namespace zeroth::nn {

inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace zeroth::nn
