// Ask and tell through the program.
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/cli/conversation.h"
#include "tests/cli/latency_file.h"
#include "tests/cli/program.h"
#include "tests/python.h"
#include "tests/search/fuzzed_line.h"

namespace {

using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

const std::string kServe = "serve --space nasbench201 ";
constexpr const char* kArch = "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|none~2|";
constexpr const char* kEqual =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|none~0|nor_conv_1x1~1|none~2|";  // one function
constexpr const char* kSkips = "|skip_connect~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|";

std::string tell(const std::string& arch, double accuracy) {
  return R"({"id": 3, "tell": [[")" + arch + "\", " + std::to_string(accuracy) + "]]}";
}

// Equal, numbers within 1e-4 of their size: another machine's last digits differ. The settings hold LibTorch's version.
bool near(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    const double x = a.get<double>(), y = b.get<double>();
    return std::abs(x - y) <= 1e-4 * std::max(1.0, std::abs(x));
  }
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_array()) {
    for (size_t i = 0; i < a.size(); ++i) {
      if (!near(a[i], b[i])) return false;
    }
    return true;
  }
  if (!a.is_object()) return a == b;
  for (const auto& [name, value] : a.items()) {
    if (!b.contains(name) || (name != "settings" && !near(value, b.at(name)))) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("the transcript of a session replays") {
  std::ifstream file(ZEROTH_TESTS_DIR "/cli/serve_transcript.txt");
  std::string line;
  REQUIRE(std::getline(file, line));
  const std::string command = "# zeroth ";
  REQUIRE(line.rfind(command, 0) == 0);
  Conversation talk(line.substr(command.size()));
  int requests = 0;
  while (std::getline(file, line)) {
    if (line.rfind("> ", 0) == 0) {
      talk.send(line.substr(2));
      ++requests;
    } else if (line.rfind("< ", 0) == 0) {
      const auto answer = talk.receive();
      REQUIRE(answer);
      INFO("recorded " << line.substr(2) << "\nanswered " << *answer);
      CHECK(near(Json::parse(line.substr(2)), Json::parse(*answer)));
    }
  }
  CHECK(requests >= 10);
  CHECK(talk.finish() == 0);
}

TEST_CASE("served scores are those of rank, and come with standard errors") {
  const TemporaryFolder folder;
  const std::string setting = kTiny + "--proxies grad_norm --repeats 2 --seed 3 ";
  const std::string archs = folder.write("archs.txt", std::string(kArch) + "\n" + kEqual + "\n" + kSkips + "\n");
  run_well("rank --space nasbench201 --quiet --archs " + archs + " --out " + folder.path("s.csv") + setting);
  std::istringstream table(TemporaryFolder::read(folder.path("s.csv")));
  std::string header, row;
  std::getline(table, header);
  CHECK(header == "arch,params,macs,live_params,live_macs,grad_norm,grad_norm_se,status");
  Conversation talk(kServe + setting);
  for (const char* arch : {kArch, kEqual, kSkips}) {
    const Json served = talk.ask(Json{{"score", {arch}}}.dump())["scores"][0];
    std::getline(table, row);
    const auto cell = [](const Json& value) { return value.is_null() ? "" : value.dump(); };
    INFO(row << "\n" << served.dump());
    std::vector<std::string> cells;
    std::istringstream fields(row);
    for (std::string field; std::getline(fields, field, ',');) cells.push_back(field);
    CHECK(cells[0] == served["arch"].get<std::string>());
    if (!cells[5].empty()) CHECK(std::stod(cells[5]) == Approx(std::stod(cell(served["scores"]["grad_norm"]))));
    if (!cells[6].empty())
      CHECK(std::stod(cells[6]) == Approx(std::stod(cell(served["standard_errors"]["grad_norm"]))));
    CHECK(cells[7] == served["status"].get<std::string>());
  }
  CHECK(talk.finish() == 0);
}

TEST_CASE("answers do not depend on the number of workers") {
  const std::string requests =
      "{\"ask\": 5}\n{\"tell\": [[\"" + std::string(kArch) + "\", 90], [\"" + kSkips + "\", 50]]}\n{\"ask\": 5}\n";
  const std::string command = kServe + kTiny + "--proxies swap --choose-from 3 --seed 4 ";
  const std::string one = run_well(command + "-j 1", requests).out;
  CHECK(one == run_well(command + "-j 2", requests).out);
  CHECK(std::count(one.begin(), one.end(), '\n') == 3);
}

TEST_CASE("every strategy that suits a conversation serves, and the others say why not") {
  for (const char* name : {"random", "local", "evolution", "genetic", "reinforce", "bayes", "nsga2"}) {
    INFO(name);
    Conversation talk(kServe + "--proxies params --choose-from 2 --strategy " + name);
    for (int round = 0; round < 3; ++round) {
      const Json rows = talk.ask(R"({"ask": 3})").at("proposals");
      REQUIRE(rows.size() == 3);
      Json pairs = Json::array();
      for (const Json& row : rows) pairs.push_back({row["arch"], row["scores"]["params"].get<double>() / 1e4});
      CHECK(talk.ask(Json{{"tell", pairs}}.dump())["known"] == 3 * (round + 1));
    }
    CHECK(talk.finish() == 0);
  }
  for (const char* name : {"te_nas", "successive_halving"}) {
    const Outcome outcome = run_program(kServe + "--proxies params --strategy " + name);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains("plans its whole budget"));
  }
}

TEST_CASE("a conversation may be in another notation, and keeps constraints") {
  Conversation talk(kServe + "--proxies params --notation naslib --constraint params<=3e5 --strategy random");
  CHECK(talk.ask(R"({"space": {}})")["space"]["notation"] == "naslib");
  for (const Json& row : talk.ask(R"({"ask": 20})")["proposals"]) {
    CHECK(row["arch"].get<std::string>().front() == '(');
    CHECK(row["scores"]["params"] <= 3e5);
  }
  const Json row = talk.ask(Json{{"score", {"(2, 2, 2, 2, 2, 2)"}}}.dump())["scores"][0];
  CHECK_THAT(row["status"].get<std::string>(), Contains("infeasible=params"));
  CHECK(row["objective"].is_null());
}

TEST_CASE("a conversation keeps a limit on latency") {
  const TemporaryFolder folder;
  const std::string table = latency_file(folder), command = "serve --space nasbench-macro --proxies params ";
  Conversation talk(command + "--strategy random --constraint latency_ms<=6 --latency " + table);
  const Json about = talk.ask(R"({"space": {}})")["space"];
  CHECK(about["constraint"] == "latency_ms<=6");
  CHECK(about["latency"] == table);
  const Json proposals = talk.ask(R"({"ask": 20})")["proposals"];
  REQUIRE(proposals.size() == 20);
  for (const Json& row : proposals) CHECK(digit_sum(row["arch"].get<std::string>()) <= 6.0);
  const Json rows = talk.ask(R"({"score": ["22222220", "00000000"]})")["scores"];
  CHECK(rows[0]["status"] == "infeasible=latency_ms 14 > 6");
  CHECK(rows[0]["objective"].is_null());
  CHECK(rows[1]["status"] == "ok");
  CHECK(rows[1]["objective"].is_number());
  CHECK(talk.finish() == 0);

  // No operator of a network is in this table: nothing is feasible, and the session goes on.
  const std::string lacking = folder.write("operators.csv", "operator,ms\nno such operator,1\n");
  Conversation other(command + "--constraint latency_ms<=6 --latency table:" + lacking);
  for (int round = 0; round < 2; ++round) {
    const Json row = other.ask(R"({"score": ["0000000)" + std::to_string(round) + "\"]}")["scores"][0];
    CHECK_THAT(row["status"].get<std::string>(), Contains("infeasible=" + lacking + ": no operator"));
  }
  CHECK(other.finish() == 0);

  // A time that no network keeps.
  Conversation measured(command + "--constraint latency_ms<=1e-6 --latency measure");
  const Json row = measured.ask(R"({"score": ["00000000"]})")["scores"][0];
  CHECK_THAT(row["status"].get<std::string>(), Catch::StartsWith("infeasible=latency_ms ") && Contains(" > 1e-06"));
  CHECK(measured.finish() == 0);
}

TEST_CASE("Ctrl-C ends a session with 130, the end of the input with 0") {
  for (const int signal : {0, SIGINT, SIGTERM}) {
    Conversation talk(kServe + "--proxies params");
    CHECK(talk.ask(R"({"ask": 1})").contains("proposals"));
    if (signal != 0) {
      talk.signal(signal);
      CHECK_FALSE(talk.receive());
    }
    CHECK(talk.finish() == (signal == 0 ? 0 : 128 + signal));
  }
  CHECK(run_program(kServe + "--proxies params").code == 0);
  CHECK_THAT(run_well(kServe + "--proxies params", R"({"ask": 1})").out, Contains("proposals"));  // no line break
}

TEST_CASE("lines that are too long are refused, and the session goes on") {
  Conversation talk(kServe + "--proxies params");
  const Json answer = talk.ask(std::string((16 << 20) + 1, '['));
  CHECK(answer["error"]["message"] == "longer than 16777216 bytes");
  CHECK(answer["error"]["line"] == 1);
  CHECK(talk.ask(R"({"ask": 1})").contains("proposals"));
}

TEST_CASE("the program answers 10,000 garbled lines") {
  const std::vector<std::string> requests = {Json{{"score", {kArch, kSkips}}}.dump(),
                                             R"({"ask": 1})",
                                             R"({"ask": 2, "id": "a"})",
                                             tell(kArch, 91.5),
                                             R"({"space": {}})",
                                             R"({"score": ["x"]})",
                                             tell(kSkips, 1)};
  std::string input;
  size_t lines = 0;
  for (uint64_t number = 0; number < 10000; ++number) {
    const std::string line = fuzzed_line(requests, 2, number);
    input += line + "\n";
    lines += line.find_first_not_of(" \t\r") == std::string::npos ? 0 : 1;
  }
  const Outcome outcome = run_well(kServe + "--proxies params --choose-from 1 --strategy random", input);
  std::istringstream answers(outcome.out);
  size_t found = 0, errors = 0;
  for (std::string answer; std::getline(answers, answer); ++found) errors += Json::parse(answer).count("error");
  CHECK(found == lines);
  CHECK(errors > 2500);
  CHECK(errors < found);
  CHECK(outcome.err.empty());
}

TEST_CASE("mistakes in the options of serve") {
  CHECK_THAT(run_program(kServe + "--strategy evolve").err, Contains("unknown strategy \"evolve\""));
  CHECK_THAT(run_program(kServe + "--ensemble nothing").err, Contains("\"nothing\""));
  CHECK_THAT(run_program(kServe + "--ensemble nothing.json").err, Contains("nothing.json"));
  CHECK_THAT(run_program(kServe + "--choose-from 0").err, Contains("--choose-from 0: must be from 1 to 1000"));
  CHECK_THAT(run_program(kServe + "--notation darts").err, Contains("unknown notation of nasbench201 \"darts\""));
  CHECK_THAT(run_program(kServe + "--constraint latency_ms<=1").err,
             Contains("latency_ms: say where it comes from, --latency measure"));
  CHECK_THAT(run_program(kServe + "--latency measure").err, Contains("--latency measure: nothing asks for latency_ms"));
  CHECK_THAT(run_program(kServe + "--constraint latency_ms<=1 --latency guess").err, Contains("--latency guess"));
  CHECK(run_program("serve").code == 2);
}

TEST_CASE("a Python loop drives the program") {
  if (!python_has("json, subprocess")) return;
  const PythonRun run = run_python(std::string(ZEROTH_TESTS_DIR) + "/cli/serve_loop.py " + ZEROTH_PROGRAM +
                                   " serve --space nasbench201 --proxies swap" + kTiny);
  INFO(run.text);
  CHECK(run.status == 0);
  const size_t blank = run.text.rfind(' ');
  REQUIRE(blank != std::string::npos);
  CHECK(std::stod(run.text.substr(blank)) >= 89.0);
}
