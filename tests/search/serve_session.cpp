#include "search/serve_session.h"

#include <catch2/catch.hpp>
#include <set>

#include "core/error.h"
#include "spaces/spelling.h"
#include "tests/search/fuzzed_line.h"
#include "tests/search/serve.h"

namespace zeroth::tests {
namespace {

using Catch::Matchers::Contains;

constexpr const char* kBest = "64-41414-3_12_231";  // toy_optimum()

std::string error_of(const Json& answer) {
  REQUIRE(answer.contains("error"));
  return answer["error"]["message"].get<std::string>();
}

std::vector<std::string> archs(const Json& rows) {
  std::vector<std::string> texts;
  for (const Json& row : rows) texts.push_back(row["arch"]);
  return texts;
}

std::string tell_text(const std::vector<std::pair<std::string, double>>& pairs) {
  Json list = Json::array();
  for (const auto& [arch, accuracy] : pairs) list.push_back({arch, accuracy});
  return Json{{"tell", list}}.dump();
}

}  // namespace

TEST_CASE("score answers scores, standard errors and status, in the order given") {
  REQUIRE(toy_space().print(toy_optimum()) == kBest);
  ToySession session;
  const Json answer = session(R"({"score": ["64-41414-0_00_000", "64-41414-3_12_231", "64-41414-0_00_000"]})");
  const Json& rows = answer.at("scores");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0] == rows[2]);
  CHECK(rows[1]["arch"] == kBest);
  CHECK(rows[1]["status"] == "ok");
  CHECK(rows[1]["scores"] == Json{{"value", 7.5}, {"size", 12}});
  CHECK(rows[1]["standard_errors"] == Json{{"value", 0.5}});
  CHECK(rows[1]["objective"] == 7.5);
  CHECK_FALSE(rows[1].contains("accuracy"));
}

TEST_CASE("what is no architecture has a status, and the others their scores") {
  ToySession session;
  const Json rows = session(R"({"score": ["64-41414-9_00_000", "64-41414-3_12_231"]})").at("scores");
  CHECK(rows[0]["arch"] == "64-41414-9_00_000");
  CHECK_THAT(rows[0]["status"].get<std::string>(), Catch::StartsWith("parse=\"64-41414-9_00_000\" is no transnas101"));
  CHECK(rows[0].size() == 2);
  CHECK(rows[1]["objective"] == 7.5);
}

TEST_CASE("ask hands out each function once, the best of what the strategy proposed") {
  ToySession session(toy_engine(/*choose_from=*/20), "random");
  std::set<std::string> functions;
  for (int round = 0; round < 3; ++round) {
    const Json rows = session(R"({"ask": 5})").at("proposals");
    REQUIRE(rows.size() == 5);
    for (size_t i = 1; i < rows.size(); ++i) CHECK(rows[i - 1]["objective"] >= rows[i]["objective"]);
    for (const Json& row : rows) {
      CHECK(
          functions.insert(spaces::function_of(toy_space(), toy_space().parse(row["arch"].get<std::string>()))).second);
    }
    CHECK(rows[0]["objective"] >= 4.0);  // the best of 100 and what is left of the rounds before; the mean is 2.7
  }
}

TEST_CASE("told accuracies bring the objective to their scale") {
  ToySession session;
  const std::vector<std::string> known = {"64-41414-3_12_231", "64-41414-0_12_231", "64-41414-1_00_000"};
  const Json before = session(Json{{"score", known}}.dump()).at("scores");
  CHECK(session(tell_text({{known[0], 90.0}})) == Json{{"told", 1}, {"known", 1}});
  CHECK(session(Json{{"score", known}}.dump())["scores"][1]["objective"] == before[1]["objective"]);
  CHECK(session(tell_text({{known[1], 80.0}})) == Json{{"told", 1}, {"known", 2}});
  const Json after = session(Json{{"score", known}}.dump()).at("scores");
  CHECK(after[0]["accuracy"] == 90.0);
  CHECK(after[0]["objective"] == 90.0);
  CHECK(after[1]["objective"] == 80.0);
  // Two points make a line.
  const double a = before[0]["objective"], b = before[1]["objective"], c = before[2]["objective"];
  CHECK(after[2]["objective"].get<double>() == Approx(90.0 + (c - a) * 10.0 / (a - b)).epsilon(1e-12));
  CHECK_FALSE(after[2].contains("accuracy"));
}

TEST_CASE("an accuracy may be told of what nobody asked for, and again") {
  ToySession session;
  CHECK(session(tell_text({{kBest, 50.0}, {"64-41414-0_00_000", 60.0}, {kBest, 70.0}})) ==
        Json{{"told", 3}, {"known", 2}});
  CHECK(session(Json{{"score", {kBest}}}.dump())["scores"][0]["accuracy"] == 70.0);
}

TEST_CASE("nothing of a tell with a mistake in it is told") {
  ToySession session;
  CHECK_THAT(error_of(session(tell_text({{kBest, 50.0}, {"64-41414-9_00_000", 60.0}}))), Contains("64-41414-9_00_000"));
  CHECK_FALSE(session(Json{{"score", {kBest}}}.dump())["scores"][0].contains("accuracy"));
}

TEST_CASE("scores against accuracies do not turn the ensemble round") {
  ToySession session;
  session(tell_text({{kBest, 10.0}, {"64-41414-1_30_013", 20.0}}));
  const Json rows = session(R"({"score": ["64-41414-2_00_000", "64-41414-0_12_231"]})").at("scores");
  CHECK(rows[0]["objective"] == 15.0);
  CHECK(rows[1]["objective"] == 15.0);
}

TEST_CASE("a strategy learns from what is told") {
  // The combined score is noise here: only the accuracies say where the optimum is.
  search::ServeEngine engine = toy_engine();
  engine.combine = [](const ensemble::Columns& values, const std::vector<std::optional<double>>&) {
    return Eigen::VectorXd(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(values[0].size())));
  };
  const auto best_of = [&](bool tells) {
    ToySession session(engine, "evolution");
    double best = 0.0;
    for (int round = 0; round < 60; ++round) {
      std::vector<std::pair<std::string, double>> pairs;
      for (const std::string& arch : archs(session(R"({"ask": 8})").at("proposals"))) {
        pairs.emplace_back(arch, toy_value(toy_space().parse(arch)));
        best = std::max(best, pairs.back().second);
      }
      if (tells) session(tell_text(pairs));
    }
    return best;
  };
  CHECK(best_of(true) > best_of(false));
}

TEST_CASE("a space that is used up says so") {
  ToySession session(toy_engine(), "exhaustive");
  size_t found = 0;
  for (int round = 0; round < 5; ++round) {
    const Json answer = session(R"({"ask": 1000})");
    found += answer.at("proposals").size();
    CHECK(answer.contains("end") == (answer["proposals"].size() < 1000));
  }
  std::set<std::string> functions;
  for (uint64_t i = 0; i < *toy_space().size(); ++i) {
    functions.insert(spaces::function_of(toy_space(), toy_space().at(i)));
  }
  CHECK(found == functions.size());
}

TEST_CASE("infeasible architectures are never proposed; one that is scored says so") {
  search::ServeEngine engine = toy_engine();
  engine.obstacle = [](const spaces::Architecture& one) { return one.choices[0] == 3 ? "first is 3" : ""; };
  ToySession session(engine, "random");
  const Json row = session(Json{{"score", {kBest}}}.dump())["scores"][0];
  CHECK(row["status"] == "infeasible=first is 3");
  CHECK(row["objective"].is_null());
  CHECK(row["scores"]["value"] == 7.5);
  for (const std::string& arch : archs(session(R"({"ask": 50})").at("proposals"))) {
    CHECK(toy_space().parse(arch).choices[0] != 3);
  }
}

TEST_CASE("space describes the space and the session") {
  ToySession session;
  const Json space = session(R"({"space": {}, "id": "x"})").at("space");
  CHECK(space["name"] == "transnas101-micro");
  CHECK(space["size"] == 4096);
  CHECK(space["decisions"] == std::vector<int>(6, 4));
  CHECK(space["proxies"] == std::vector<std::string>{"value", "size"});
  CHECK(space["strategy"] == "evolution");
  CHECK(toy_space().print(toy_space().parse(space["example"].get<std::string>())) == space["example"]);
}

TEST_CASE("an id is repeated, in errors as well") {
  ToySession session;
  CHECK(session(R"({"id": 7, "ask": 1})")["id"] == 7);
  CHECK(session(R"({"ask": 1, "id": "seven"})")["id"] == "seven");
  CHECK(session(R"({"ask": 0, "id": 8})")["id"] == 8);
  CHECK_FALSE(session(R"({"ask": 1})").contains("id"));
  CHECK_THAT(error_of(session(R"({"ask": 1, "id": [1]})")), Contains("\"id\" should be a text or a number"));
}

TEST_CASE("a malformed line gets an error with its number, and the session goes on") {
  ToySession session;
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"hello", "no JSON: wrong at byte 1"},
      {"{\"ask\": 1", "no JSON: wrong at byte"},
      {"[1]", "a request is one object"},
      {"{}", "one member besides id"},
      {R"({"ask": 1, "space": {}})", "one member besides id"},
      {R"({"asks": 1})", "unknown request \"asks\"; did you mean \"ask\"?"},
      {R"({"ask": 0})", "a whole number from 1 to 1000"},
      {R"({"ask": -1})", "a whole number from 1 to 1000"},
      {R"({"ask": 1.5})", "a whole number from 1 to 1000"},
      {R"({"ask": "1"})", "a whole number from 1 to 1000"},
      {R"({"ask": 18446744073709551615})", "a whole number from 1 to 1000"},
      {R"({"score": []})", "a list of architectures"},
      {R"({"score": "x"})", "a list of architectures"},
      {R"({"score": [1]})", "a list of architectures"},
      {R"({"tell": [["x"]]})", "a list of pairs"},
      {R"({"tell": [["x", "1"]]})", "a list of pairs"},
      {R"({"tell": [["x", 1e999]]})", "a number that is too large"},
      {R"({"space": {"name": 1}})", "\"space\" should be {}"},
      {R"({"score": [[[1]]]})", "nested deeper than 3"},
      {std::string(100000, '['), "nested deeper than 3"},
      {"{\"score\": [\"\xff\"]}", "no JSON"},
      {std::string("{\"ask\"\0: 1}", 11), "no JSON: wrong at byte"},
  };
  for (const auto& [line, what] : mistakes) {
    const Json answer = session(line);
    INFO(line.substr(0, 100));
    CHECK(answer.size() == 1);
    CHECK_THAT(error_of(answer), Contains(what));
    CHECK(error_of(answer).size() < 400);
    CHECK(answer["error"]["line"] == session.lines());
  }
  CHECK(session(R"({"ask": 1})")["proposals"].size() == 1);
}

TEST_CASE("equal requests get equal answers") {
  const auto talk = [] {
    ToySession session(toy_engine(3));
    std::string text;
    for (int round = 0; round < 4; ++round) {
      const Json proposals = session(R"({"ask": 4})").at("proposals");
      text += proposals.dump();
      text += session(tell_text({{proposals[0]["arch"], 1.0 * round}})).dump();
    }
    return text;
  };
  CHECK(talk() == talk());
}

TEST_CASE("strategies that plan a budget do not suit a conversation") {
  for (const char* name : {"te_nas", "successive_halving"}) {
    CHECK_THROWS_WITH(ToySession(toy_engine(), name), Contains("plans its whole budget"));
  }
}

TEST_CASE("scoring that is interrupted ends the session without an answer") {
  search::ServeEngine engine = toy_engine();
  engine.score = [](const std::vector<spaces::Candidate>&) { return std::vector<search::Evaluated>(); };
  search::ServeSession session(search::find_strategy("random"), std::move(engine), {});
  CHECK_FALSE(session.answer(R"({"ask": 2})", 1));
}

TEST_CASE("10,000 garbled lines: each gets an object, and a request between them its answer") {
  ToySession session(toy_engine(2), "random");
  const std::vector<std::string> requests = {R"({"score": ["64-41414-3_12_231", "64-41414-0_00_000"]})",
                                             R"({"ask": 2})",
                                             R"({"ask": 1, "id": "a"})",
                                             R"({"tell": [["64-41414-3_12_231", 91.5], ["64-41414-1_00_000", 12]]})",
                                             R"({"space": {}})",
                                             R"({"id": 3, "tell": [["64-41414-2_12_231", 0.5]]})",
                                             R"({"score": ["x"]})",
                                             ""};
  size_t errors = 0;
  for (uint64_t number = 0; number < 10000; ++number) {
    const std::string line = fuzzed_line(requests, 1, number);
    const Json answer = session(line);
    size_t members = 0;
    for (const char* member : {"scores", "proposals", "told", "space", "error"}) members += answer.count(member);
    INFO(number << ": " << line.substr(0, 200));
    REQUIRE(members == 1);
    errors += answer.count("error");
    if (number % 100 == 0) {
      REQUIRE(session(Json{{"score", {kBest}}}.dump())["scores"][0]["scores"]["value"] == 7.5);
    }
  }
  CHECK(errors > 3000);
  CHECK(errors < 9000);
}

}  // namespace zeroth::tests
