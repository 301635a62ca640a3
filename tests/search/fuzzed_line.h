// What a broken tool may send to `zeroth serve`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"

namespace zeroth::tests {

// A request as a tool may garble it: pure in (seed, number). Asks are small, so that many of them stay quick.
inline std::string fuzzed_line(const std::vector<std::string>& requests, uint64_t seed, uint64_t number) {
  const core::Stream stream(seed, "fuzz", number);
  uint32_t next = 0;
  const auto below = [&](size_t bound) {
    return static_cast<size_t>(stream.below(static_cast<uint32_t>(bound), next++));
  };
  std::string line = requests[below(requests.size())];
  static const std::vector<std::string> pieces = {"\"",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "null",
                                                  "true",
                                                  "-1",
                                                  "1e999",
                                                  "0.5",
                                                  "18446744073709551616",
                                                  "\\u0000",
                                                  "\\ud800",
                                                  "\\",
                                                  std::string(1, '\0'),
                                                  "\xff",
                                                  "\xc0\x80",
                                                  "\xf4\x90\x80\x80",
                                                  "\r",
                                                  "\t",
                                                  "//",
                                                  "\"id\":[]",
                                                  "\"score\":",
                                                  "\"ask\":",
                                                  "\"tell\":",
                                                  "\"space\":",
                                                  "NaN",
                                                  "\xef\xbb\xbf"};
  for (size_t edits = below(4); edits > 0; --edits) {
    const size_t at = below(line.size() + 1);
    switch (below(6)) {
      case 0:
        line.insert(at, pieces[below(pieces.size())]);
        break;
      case 1:
        line.erase(at, below(8));
        break;
      case 2:
        if (at < line.size()) line[at] = static_cast<char>(below(256));
        break;
      case 3:
        line.resize(at);
        break;
      case 4:
        line.insert(at, requests[below(requests.size())]);
        break;
      default:
        line.insert(at, std::string(below(2000), "[{\"a1"[below(5)]));
    }
  }
  // A line break ends a line, and is no part of it.
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace zeroth::tests
