// Tables as people have them, through eval and report: what can be read is, what cannot is named by file and line.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/gzip_bytes.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

const std::string kScores = "arch,x\na,1\nb,2\nc,3\n";
const std::string kBenchmark = "arch,acc\na,10\nb,20\nc,30\n";
const std::string kMark = "\xEF\xBB\xBF";

std::string eval_of(const TemporaryFolder& folder, const std::string& scores, const std::string& benchmark) {
  return "eval " + folder.write("scores.csv", scores) + " --benchmark " + folder.write("bench.csv", benchmark) +
         " --target acc --bootstrap 0 ";
}

std::string report_of(const TemporaryFolder& folder, const std::string& scores, const std::string& benchmark) {
  return "report " + folder.write("scores.csv", scores) + " --benchmark " + folder.write("bench.csv", benchmark) +
         " --target acc --out " + folder.path("report.html");
}

// Fails with one line that has all of these words.
void check_named(const std::string& arguments, int code, const std::vector<std::string>& words) {
  const Outcome outcome = run_program(arguments);
  INFO(outcome.err);
  CHECK(outcome.code == code);
  CHECK(outcome.out.empty());
  std::string errors;  // a warning that no space is known may stand before it
  std::istringstream lines(outcome.err);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("warning: no known space") == std::string::npos) errors += line + "\n";
  }
  CHECK(std::count(errors.begin(), errors.end(), '\n') == 1);
  for (const std::string& word : words) CHECK_THAT(errors, Contains(word));
}

}  // namespace

TEST_CASE("a mark, CRLF, quotes, line breaks in quotes, blanks and gzip are read alike by eval and report") {
  const TemporaryFolder folder;
  const std::vector<std::string> tables = {
      kMark + kScores,
      "arch,x\r\na,1\r\nb,2\r\nc,3\r\n",
      kMark + "\"arch\",\"x\"\r\n\r\n\"a\",\"1\"\r\n b , 2 \r\nc,3",
      "note,arch,x\n\"two\nlines, a \"\"quote\"\"\",a,1\nplain,b,2\n\"\",c,3\n",
      gzip_bytes(kScores),
  };
  for (const std::string& scores : tables) {
    INFO(scores);
    const auto json = core::Json::parse(run_well(eval_of(folder, scores, kBenchmark) + "--json").out);
    CHECK(json.at("architectures") == 3);
    CHECK(json.at("columns").at(0).at("spearman").at("value") == 1.0);
    run_well(report_of(folder, scores, kMark + "acc,arch\r\n10,a\r\n20,\"b\"\r\n30,c"));
    CHECK(TemporaryFolder::read(folder.path("report.html")).size() > 100000);
  }
}

TEST_CASE("a malformed table of scores is named by file and line, by eval and report") {
  struct Mistake {
    std::string text;
    std::vector<std::string> words;
  };
  const std::vector<Mistake> mistakes = {
      {"", {"scores.csv: ", "empty"}},
      {"\n\n", {"scores.csv: ", "empty"}},
      {"arch,x\n", {"scores.csv", "no rows"}},
      {"name,x\na,1\n", {"scores.csv", "no column \"arch\"", "name, x"}},
      {"arch,x\na,1\nb,2,7\nc,3\n", {"scores.csv:3: ", "3 fields where the header has 2"}},
      {"arch,x\na,1\nb\n", {"scores.csv:3: ", "1 fields where the header has 2"}},
      {"arch,x\na,1\nb,two\nc,3\n", {"scores.csv:3: ", "column x", "\"two\""}},
      {"note,arch,x\n\"1\n2\n3\",a,1\nn,b,bad\n", {"scores.csv:5: ", "\"bad\""}},
      {"arch,x\na,\"1\n\nb,2\nc,3\n", {"scores.csv:2: ", "quote"}},
      {"arch,x,x\na,1,2\n", {"scores.csv:1: ", "\"x\""}},
      {"arch,note\na,good\n", {"scores.csv", "no column of scores"}},
  };
  const TemporaryFolder folder;
  for (const Mistake& mistake : mistakes) {
    INFO(mistake.text);
    check_named(eval_of(folder, mistake.text, kBenchmark), 1, mistake.words);
    check_named(report_of(folder, mistake.text, kBenchmark), 1, mistake.words);
  }
}

TEST_CASE("a malformed benchmark is named by file and line, by eval and report") {
  struct Mistake {
    std::string text;
    int code;
    std::vector<std::string> words;
  };
  const std::vector<Mistake> mistakes = {
      {"", 1, {"bench.csv: ", "empty"}},
      {"arch,acc\n", 1, {"bench.csv: ", "\"acc\" holds no value"}},
      {"acc,name\n1,a\n", 1, {"bench.csv: ", "no column \"arch\"; columns: acc, name"}},
      {"arch,accuracy\na,1\n", 2, {"bench.csv: ", "unknown target column \"acc\"", "accuracy"}},
      {"arch,acc\na,10\nb,20,30\n", 1, {"bench.csv:3: ", "3 fields"}},
      {"arch,acc\na,10\nb,20 %\n", 1, {"bench.csv:3: ", "\"20 %\"", "\"acc\""}},
      {"arch,acc\na,\"10\nb,20\n", 1, {"bench.csv:2: ", "quote"}},
      {gzip_bytes(kBenchmark).substr(0, 20), 1, {"bench.csv: ", "gzip"}},
  };
  const TemporaryFolder folder;
  for (const Mistake& mistake : mistakes) {
    INFO(mistake.text);
    check_named(eval_of(folder, kScores, mistake.text), mistake.code, mistake.words);
    check_named(report_of(folder, kScores, mistake.text), mistake.code, mistake.words);
  }
}
