// A session whose scores take no time.
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

}  // namespace zeroth::tests
