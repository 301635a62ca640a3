#include "core/score_table.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <limits>

#include "core/error.h"
#include "tests/benchmarks.h"
#include "tests/gzip_bytes.h"
#include "tests/temporary_folder.h"

namespace zeroth::core {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using tests::TemporaryFolder;

using Names = std::vector<std::string>;
const auto kNone = std::nullopt;

const ScoreRow kFirst{"|a~0|", {1.5, kNone}, "snip=not finite"};
const ScoreRow kSecond{"b,\"c\"", {-2.0, 1e300}, "ok"};
const std::string kHeader = "arch,nwot,snip,status\n";
const std::string kFirstLine = "|a~0|,1.5,,snip=not finite\n";
const std::string kSecondLine = "\"b,\"\"c\"\"\",-2,1e+300,ok\n";

void check_equal(const ScoreRow& a, const ScoreRow& b) {
  CHECK(a.arch == b.arch);
  CHECK(a.values == b.values);
  CHECK(a.status == b.status);
}

}  // namespace

TEST_CASE("a score table is written row by row and read back the same") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  ScoreWriter writer(path, {"nwot", "snip"}, /*resume=*/false);
  CHECK(TemporaryFolder::read(path) == kHeader);
  writer.append(kFirst);
  CHECK(TemporaryFolder::read(path) == kHeader + kFirstLine);
  writer.append(kSecond);
  CHECK(TemporaryFolder::read(path) == kHeader + kFirstLine + kSecondLine);

  const ScoreTable table = ScoreTable::read(path);
  CHECK(table.columns == Names{"nwot", "snip"});
  REQUIRE(table.rows.size() == 2);
  check_equal(table.rows[0], kFirst);
  check_equal(table.rows[1], kSecond);
  CHECK(table.column("snip") == 1);
  CHECK_THROWS_MATCHES(table.column("snipp"), Error,
                       Message(path + ": unknown score column \"snipp\"; did you mean \"snip\"? known: nwot, snip"));
}

TEST_CASE("creating a score table empties the file that was there") {
  const TemporaryFolder folder;
  const std::string path = folder.write("scores.csv", "something else entirely\n");
  const ScoreWriter writer(path, {"nwot", "snip"}, /*resume=*/false);
  CHECK(writer.finished().empty());
  CHECK(TemporaryFolder::read(path) == kHeader);
}

TEST_CASE("resume goes on after what stands in the file, whole or torn") {
  const TemporaryFolder folder;
  const std::string torn = GENERATE(as<std::string>{}, "", "\"b,\"\"c", "\"b,\"\"c\"\"\",-2,1e+300,ok", "x,1,2\n",
                                    "x,1,2,ok,5\n", "x,1,zwei,ok\n");
  INFO("torn: " << torn);
  const std::string path = folder.write("scores.csv", kHeader + kFirstLine + torn);
  ScoreWriter writer(path, {"nwot", "snip"}, /*resume=*/true);
  REQUIRE(writer.finished().size() == 1);
  check_equal(writer.finished()[0], kFirst);
  CHECK(TemporaryFolder::read(path) == kHeader + kFirstLine);
  writer.append(kSecond);
  CHECK(TemporaryFolder::read(path) == kHeader + kFirstLine + kSecondLine);
}

TEST_CASE("resume starts a file that is missing, empty, or has half a header") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  const std::string before = GENERATE(as<std::string>{}, "missing", "", "arch,nw", "arch,nwot,snip,status");
  if (before != "missing") folder.write("scores.csv", before);
  ScoreWriter writer(path, {"nwot", "snip"}, /*resume=*/true);
  CHECK(writer.finished().empty());
  writer.append(kFirst);
  CHECK(TemporaryFolder::read(path) == kHeader + kFirstLine);
}

TEST_CASE("resume refuses another header and names the first column that differs") {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::string& text, const Names& columns) {
    const std::string path = folder.write("scores.csv", text);
    try {
      const ScoreWriter writer(path, columns, /*resume=*/true);
    } catch (const Error& error) {
      CHECK(TemporaryFolder::read(path) == text);
      const std::string what = error.what();
      CHECK(what.compare(0, path.size(), path) == 0);
      return what.substr(path.size());
    }
    return std::string("no error");
  };
  CHECK(error_of(kHeader + kFirstLine, {"nwot", "zico"}) ==
        ": cannot resume: column 3 is \"snip\" in the file and \"zico\" in this run");
  CHECK(error_of(kHeader, {"nwot"}) == ": cannot resume: column 3 is \"snip\" in the file and \"status\" in this run");
  CHECK(error_of(kHeader, {"nwot", "snip", "zico"}) ==
        ": cannot resume: column 4 is \"status\" in the file and \"zico\" in this run");
  CHECK(error_of("my shopping list", {"nwot"}) ==
        ": cannot resume: column 1 is \"my shopping list\" in the file and \"arch\" in this run");
  CHECK(error_of(tests::gzip_bytes(kHeader), {"nwot", "snip"}) == ": cannot resume: the file is compressed");
}

TEST_CASE("resume refuses a malformed row that is not the last one, and leaves the file alone") {
  const TemporaryFolder folder;
  const std::string rows = GENERATE(as<std::string>{}, "x,1\n", "x,1,zwei,ok\n", "x\"y\"z,1,2,ok\n");
  const std::string text = kHeader + kFirstLine + rows + kSecondLine;
  const std::string path = folder.write("scores.csv", text);
  CHECK_THROWS_WITH(ScoreWriter(path, {"nwot", "snip"}, /*resume=*/true),
                    Contains(path + ":3: cannot resume: not a row of this table"));
  CHECK(TemporaryFolder::read(path) == text);

  const std::string stray = kHeader + "x\"y,1,2,ok\n" + kFirstLine + kFirstLine;
  CHECK_THROWS_WITH(ScoreWriter(folder.write("scores.csv", stray), {"nwot", "snip"}, /*resume=*/true),
                    path + ":2: cannot resume: a quote that never closes");
}

TEST_CASE("a full disk is an error that names the file") {
  CHECK_THROWS_MATCHES(ScoreWriter("/dev/full", {"nwot"}, /*resume=*/false), Error,
                       Message("cannot write /dev/full: No space left on device"));
}

TEST_CASE("a row that only half fits is taken back, and the file stays whole") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  // In a child, because the limit on file sizes holds for the whole process.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlim_t room = kHeader.size() + kFirstLine.size() + 5;
    const rlimit limit{room, room};
    ScoreWriter writer(path, {"nwot", "snip"}, /*resume=*/false);
    writer.append(kFirst);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      writer.append(kSecond);
    } catch (const Error& error) {
      ::_exit(std::string(error.what()) == "cannot write " + path + ": File too large" ? 7 : 8);
    }
    ::_exit(9);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(TemporaryFolder::read(path) == kHeader + kFirstLine);
}

TEST_CASE("rows that were appended survive kill -9") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  const pid_t child = ::fork();
  if (child == 0) {
    ScoreWriter writer(path, {"nwot", "snip"}, /*resume=*/false);
    writer.append(kFirst);
    writer.append(kSecond);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
  CHECK(TemporaryFolder::read(path) == kHeader + kFirstLine + kSecondLine);
}

TEST_CASE("a folder that is missing is an error that names the file") {
  const TemporaryFolder folder;
  const std::string path = folder.path("no/scores.csv");
  CHECK_THROWS_WITH(ScoreWriter(path, {"nwot"}, false), "cannot create " + path + ": No such file or directory");
}

TEST_CASE("two runs do not write one table, and a device is anybody's") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  {
    ScoreWriter first(path, {"nwot", "snip"}, false);
    first.append(kFirst);
    for (const bool resume : {false, true}) {
      CHECK_THROWS_WITH(ScoreWriter(path, {"nwot", "snip"}, resume),
                        "cannot append to " + path + ": another run is writing it");
    }
    first.append(kSecond);
  }
  CHECK(ScoreWriter(path, {"nwot", "snip"}, true).finished().size() == 2);
  const ScoreWriter one("/dev/null", {"nwot"}, false), other("/dev/null", {"nwot"}, false);
}

TEST_CASE("a value that is not finite, or a row of another width, is a bug") {
  const TemporaryFolder folder;
  ScoreWriter writer(folder.path("scores.csv"), {"nwot"}, /*resume=*/false);
  CHECK_THROWS_AS(writer.append({"a", {std::numeric_limits<double>::infinity()}, "ok"}), Bug);
  CHECK_THROWS_AS(writer.append({"a", {1.0, 2.0}, "ok"}), Bug);
}

TEST_CASE("any CSV file with an arch column reads as a score table") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv",
                                        "index,acc,arch,hash,text,empty,gap\n"
                                        "0,91.5,a,1e5,(0)@x,,nan\n"
                                        "1,nan,b,ff00,nan,,inf\n"
                                        "2,,c,12,,,3\n");
  const ScoreTable table = ScoreTable::read(path);
  CHECK(table.columns == Names{"acc", "empty", "gap"});
  REQUIRE(table.rows.size() == 3);
  check_equal(table.rows[0], {"a", {91.5, kNone, kNone}, "ok"});
  check_equal(table.rows[1], {"b", {kNone, kNone, kNone}, "ok"});
  check_equal(table.rows[2], {"c", {kNone, kNone, 3.0}, "ok"});
}

TEST_CASE("a column that mixes numbers and text is an error with file, line, column and text") {
  const TemporaryFolder folder;
  const std::string late = folder.write("late.csv", "arch,acc\na,1\nb,2\nc,oops\n");
  CHECK_THROWS_MATCHES(ScoreTable::read(late), Error, Message(late + ":4: column acc: \"oops\" is not a number"));
  const std::string early = folder.write("early.csv", "arch,acc\na,oops\nb,\nc,1\n");
  CHECK_THROWS_MATCHES(ScoreTable::read(early), Error, Message(early + ":2: column acc: \"oops\" is not a number"));
}

TEST_CASE("a long table keeps its rows in order, and of several mistakes the first is told") {
  const TemporaryFolder folder;
  std::string rows = "arch,acc\n";
  for (int row = 0; row < 3000; ++row) rows += fmt::format("a{},{}\n", row, row);
  const ScoreTable table = ScoreTable::read(folder.write("long.csv", rows));
  REQUIRE(table.rows.size() == 3000);
  for (int row = 0; row < 3000; ++row) {
    REQUIRE(table.rows[row].arch == fmt::format("a{}", row));
    REQUIRE(table.rows[row].values == std::vector<std::optional<double>>{row});
  }

  // Rows are read for their numbers later than they are cut out of the file.
  const std::string text_first = folder.write("text_first.csv", rows + "b,oops\nc\n");
  CHECK_THROWS_MATCHES(ScoreTable::read(text_first), Error,
                       Message(text_first + ":3002: column acc: \"oops\" is not a number"));
  const std::string text_long_before =
      folder.write("text_long_before.csv", "arch,acc\nb,oops\n" + rows.substr(9) + "c\n");
  CHECK_THROWS_MATCHES(ScoreTable::read(text_long_before), Error,
                       Message(text_long_before + ":2: column acc: \"oops\" is not a number"));
  const std::string ragged_first = folder.write("ragged_first.csv", rows + "b\nc,oops\n");
  CHECK_THROWS_MATCHES(ScoreTable::read(ragged_first), Error,
                       Message(ragged_first + ":3002: the row has 1 fields where the header has 2"));
}

TEST_CASE("a table without an arch column is an error with the columns it has") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv", "architecture,acc\na,1\n");
  CHECK_THROWS_MATCHES(ScoreTable::read(path), Error,
                       Message(path + ": no column \"arch\"; columns: architecture, acc"));
}

TEST_CASE("the NAS-Bench-201 table reads with its text columns passed over") {
  const auto path = tests::benchmark_file("nb201.csv");
  if (path.empty()) return;
  const ScoreTable table = ScoreTable::read(path);
  CHECK(table.rows.size() == 15625);
  CHECK(table.columns.size() == 20);
  CHECK(table.rows[0].values[table.column("params_cifar10")] == 129306.0);
}

TEST_CASE("a times file is appended and resumed by the same rules") {
  const TemporaryFolder folder;
  const std::string path = sibling(folder.path("scores.csv"), ".times.csv");
  CHECK(path == folder.path("scores.times.csv"));
  { CsvAppender(path, {"arch", "seconds"}, /*resume=*/false).append({"a", "0.5"}); }
  folder.write("scores.times.csv", TemporaryFolder::read(path) + "b,0.");
  Names seen;
  CsvAppender times(path, {"arch", "seconds"}, /*resume=*/true, [&](const Names& fields) {
    seen.push_back(fields[0]);
    return true;
  });
  times.append({"b", "0.25"});
  CHECK(seen == Names{"a"});
  CHECK(TemporaryFolder::read(path) == "arch,seconds\na,0.5\nb,0.25\n");
}

TEST_CASE("sibling files share the name up to .csv") {
  CHECK(sibling("a/b.csv", ".times.csv") == "a/b.times.csv");
  CHECK(sibling("x", ".times.csv") == "x.times.csv");
  CHECK(sibling("a.csv/b", ".json") == "a.csv/b.json");
  CHECK(sibling("a/.csv", ".json") == "a/.csv.json");
  CHECK(sibling("b.csv", ".json") == "b.json");
}

}  // namespace zeroth::core
