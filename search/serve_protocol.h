// What a line of `zeroth serve` asks for. A request is one JSON object with one of the members score, ask, tell and
// space, and perhaps an id:
//
//   {"score": ["arch", ...]}              {"ask": n}
//   {"tell": [["arch", accuracy], ...]}   {"space": {}}
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace zeroth::search {

constexpr size_t kLongestRequest = size_t{16} << 20;  // bytes
constexpr size_t kMostAsked = 1000;                   // architectures, of one request

struct Request {
  enum class Kind { kScore, kAsk, kTell, kSpace };

  Kind kind = Kind::kSpace;
  std::vector<std::string> architectures;  // to be scored, or told
  std::vector<double> accuracies;          // told: one for each architecture, finite
  size_t count = 0;                        // asked for
};

// `id` becomes the request's, a text or a number, as soon as it is known; null where it has none. Throws core::Error
// that says what is wrong, in one short line, whatever the bytes.
Request parse_request(std::string_view line, nlohmann::json& id);

}  // namespace zeroth::search
