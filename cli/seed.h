// What a seed on a command line may be.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <string>

namespace zeroth::cli {

// For CLI::Option::check: without it "-1" and numbers of any length are taken for some other seed.
inline CLI::Validator seed_check() {
  return {[](const std::string& text) -> std::string {
            uint64_t seed = 0;
            const char* end = text.data() + text.size();
            const auto read = std::from_chars(text.data(), end, seed);
            if (read.ec == std::errc() && read.ptr == end) return "";
            return text + ": must be a whole number from 0 to 18446744073709551615";
          },
          "", ""};
}

}  // namespace zeroth::cli
