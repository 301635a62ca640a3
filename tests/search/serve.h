// A session whose scores take no time, and what a tool may send to it.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "search/serve_session.h"
#include "tests/search/toy.h"

namespace zeroth::tests {

using Json = nlohmann::json;

// Scores of TransNAS-Bench-101's cells: `value`, with a standard error, and `size`; the combined score is the value.
inline search::ServeEngine toy_engine(size_t choose_from = 1) {
  const spaces::SearchSpace& space = toy_space();
  search::ServeEngine engine{space,
                             spaces::find_notation(space, space.name()),
                             {"value", "value_se", "size"},
                             {},
                             {},
                             {},
                             {{"proxies", {"value", "size"}}},
                             choose_from};
  engine.score = [](const std::vector<spaces::Candidate>& candidates) {
    std::vector<search::Evaluated> results;
    for (const spaces::Candidate& candidate : candidates) {
      double size = 0.0;
      for (const int choice : candidate.architecture.choices) size += choice;
      results.push_back({{toy_value(candidate.architecture), 0.5, size}, "ok"});
    }
    return results;
  };
  engine.combine = [](const ensemble::Columns& values, const std::vector<std::optional<double>>&) {
    Eigen::VectorXd combined(static_cast<Eigen::Index>(values[0].size()));
    for (size_t row = 0; row < values[0].size(); ++row) {
      combined[static_cast<Eigen::Index>(row)] = values[0][row].value_or(0.0);
    }
    return combined;
  };
  return engine;
}

class ToySession {
 public:
  explicit ToySession(search::ServeEngine engine = toy_engine(), const std::string& strategy = "evolution")
      : session_(search::find_strategy(strategy), std::move(engine), {}) {}

  // The answer to the next line. Every answer is one object on one line, in valid UTF-8: Json::parse() throws
  // otherwise.
  Json operator()(const std::string& line) {
    const auto answer = session_.answer(line, ++number_);
    REQUIRE(answer);
    REQUIRE(answer->find('\n') == std::string::npos);
    Json json = Json::parse(*answer);
    REQUIRE(json.is_object());
    return json;
  }
  int64_t lines() const { return number_; }

 private:
  search::ServeSession session_;
  int64_t number_ = 0;
};

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
