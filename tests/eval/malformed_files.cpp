// Files as people have them: what can be read is read, and what cannot is named by file and line.
#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/score_table.h"
#include "eval/evaluation.h"
#include "tests/eval/temporary_file.h"

using Catch::Matchers::Contains;
using zeroth::core::Error;
using zeroth::core::ScoreTable;
using zeroth::eval::Benchmark;
using zeroth::eval::evaluate;
using zeroth::eval::Evaluation;
using zeroth::tests::TemporaryFile;

namespace {

Evaluation evaluate_text(const std::string& scores, const std::string& benchmark) {
  const TemporaryFile scores_file("scores.csv", scores), bench("bench.csv", benchmark);
  return evaluate(ScoreTable::read(scores_file.path()), Benchmark::read(bench.path(), "acc"), nullptr, {});
}

const std::string kGoodScores = "arch,x\na,1\nb,2\nc,3\n";
const std::string kGoodBenchmark = "arch,acc\na,10\nb,20\nc,30\n";

}  // namespace

TEST_CASE("A byte order mark, CRLF, quotes, blanks and blank lines change nothing") {
  const std::string kMark = "\xEF\xBB\xBF";
  const std::vector<std::string> scores = {
      kMark + kGoodScores,
      "arch,x\r\na,1\r\nb,2\r\nc,3\r\n",
      kMark + "arch,x\r\na,1\r\n\r\nb,2\r\nc,3",
      "\"arch\",\"x\"\n\"a\",\"1\"\n b , 2 \n\nc,3\n\n",
      "note,arch,x\n\"two\nlines, and a \"\"quote\"\"\",a,1\nplain,b,2\n\"\",c,3\n",
  };
  for (const std::string& text : scores) {
    INFO(text);
    const Evaluation evaluation = evaluate_text(text, kGoodBenchmark);
    REQUIRE(evaluation.columns.size() == 1);
    CHECK(evaluation.rows == 3);
    CHECK(*evaluation.columns[0].spearman.value == 1);
  }
  CHECK(evaluate_text(kGoodScores, kMark + "acc,arch\r\n10,a\r\n20,\"b\"\r\n30,c").rows == 3);
}

TEST_CASE("A score table that cannot be read is named by file, line and column") {
  struct Case {
    std::string text;
    std::vector<std::string> words;
  };
  const std::vector<Case> cases = {
      {"", {"scores.csv", "empty"}},
      {"\n\n", {"scores.csv", "empty"}},
      {"\xEF\xBB\xBF", {"scores.csv", "empty"}},
      {"arch,x\n", {"scores.csv", "no rows"}},
      {"name,x\na,1\n", {"scores.csv", "no column \"arch\"", "name, x"}},
      {"arch,x\na,1\nb,2,7\nc,3\n", {"scores.csv:3", "3 fields", "header has 2"}},
      {"arch,x\na,1\nb\n", {"scores.csv:3", "1 fields", "header has 2"}},
      {"arch,x\na,1\nb,two\nc,3\n", {"scores.csv:3", "column x", "\"two\""}},
      {"arch,x\na,\"1\n\nb,2\nc,3\n", {"scores.csv:2", "quote"}},
      {"arch,x\na,1\nb,2\"\nc,3\n", {"scores.csv:3", "quote"}},
      {"arch,x,x\na,1,2\n", {"scores.csv:1", "\"x\""}},
      {"arch,note\na,good\n", {"scores.csv", "no column of scores"}},
      // The line is that of the file, also after a field of several lines.
      {"note,arch,x\n\"1\n2\n3\",a,1\nn,b,bad\n", {"scores.csv:5", "\"bad\""}},
  };
  for (const Case& mistake : cases) {
    INFO(mistake.text);
    try {
      evaluate_text(mistake.text, kGoodBenchmark);
      FAIL("read without a complaint");
    } catch (const Error& error) {
      for (const std::string& word : mistake.words) CHECK_THAT(error.what(), Contains(word));
    }
  }
}

TEST_CASE("A benchmark that cannot be read is named by file, line and column") {
  struct Case {
    std::string text;
    std::vector<std::string> words;
  };
  const std::vector<Case> cases = {
      {"", {"bench.csv", "empty"}},
      {"arch,acc\n", {"bench.csv", "\"acc\"", "no value"}},
      {"arch,acc\na,\nb,nan\n", {"bench.csv", "\"acc\"", "no value"}},
      {"acc,name\n1,a\n", {"bench.csv", "no column \"arch\"", "acc, name"}},
      {"arch,accuracy\na,1\n", {"bench.csv", "\"acc\"", "accuracy"}},
      {"arch,acc\na,10\nb,20,30\n", {"bench.csv:3", "3 fields"}},
      {"arch,acc\na,10\nb,20 %\n", {"bench.csv:3", "\"20 %\"", "\"acc\""}},
      {"arch,acc\na,\"10\nb,20\n", {"bench.csv:2", "quote"}},
  };
  for (const Case& mistake : cases) {
    INFO(mistake.text);
    try {
      evaluate_text(kGoodScores, mistake.text);
      FAIL("read without a complaint");
    } catch (const Error& error) {
      for (const std::string& word : mistake.words) CHECK_THAT(error.what(), Contains(word));
    }
  }
}
