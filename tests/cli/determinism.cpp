// Scores depend on the seed and the settings: not on the number of workers, the order, the company, or a crash.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <map>
#include <sstream>

#include "core/csv.h"
#include "core/manifest.h"
#include "core/score_table.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream text(TemporaryFolder::read(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> sorted_lines_of(const std::string& path) {
  std::vector<std::string> lines = lines_of(path);
  std::sort(lines.begin(), lines.end());
  return lines;
}

// Ends a run that writes `path` once a few rows have arrived.
Interruption after_some_rows(int signal, const std::string& path) {
  return {signal, [path] { return lines_of(path).size() > 5; }};
}

// Long enough to be interrupted, about a second.
const std::string kLong = kRank + kTiny + "--sample 400 --proxies zico,nwot --top 0 --quiet --out ";

}  // namespace

TEST_CASE("one worker and two write the same bytes") {
  const TemporaryFolder folder;
  const std::string one = folder.path("one.csv"), two = folder.path("two.csv");
  run_well(kRank + kTiny + "--sample 20 --proxies all -j 1 --out " + one);
  run_well(kRank + kTiny + "--sample 20 --proxies all -j 2 --out " + two);
  CHECK(lines_of(one).size() == 21);
  CHECK(TemporaryFolder::read(one) == TemporaryFolder::read(two));
  CHECK(TemporaryFolder::read(folder.path("one.ranked.csv")) == TemporaryFolder::read(folder.path("two.ranked.csv")));
}

TEST_CASE("a run said twice writes the same bytes, another seed does not") {
  const TemporaryFolder folder;
  const std::string first = folder.path("first.csv"), again = folder.path("again.csv"),
                    other = folder.path("other.csv");
  run_well(kRank + kTiny + "--sample 6 --seed 7 --out " + first);
  run_well(kRank + kTiny + "--sample 6 --seed 7 --out " + again);
  run_well(kRank + kTiny + "--seed 8 --out " + other + " --archs " + first);
  CHECK(TemporaryFolder::read(first) == TemporaryFolder::read(again));
  const auto a = core::ScoreTable::read(first), b = core::ScoreTable::read(other);
  const size_t ntk_cond = a.column("ntk_cond");
  REQUIRE(a.rows.size() == b.rows.size());
  CHECK(a.rows[0].arch == b.rows[0].arch);
  CHECK(a.rows[0].values[ntk_cond] != b.rows[0].values[ntk_cond]);
}

TEST_CASE("the order of the architectures does not change their rows") {
  const TemporaryFolder folder;
  const std::string forward = folder.path("forward.csv"), backward = folder.path("backward.csv");
  run_well(kRank + kTiny + "--sample 12 --out " + forward);
  std::string reversed;
  for (const core::ScoreRow& row : core::ScoreTable::read(forward).rows) reversed = row.arch + "\n" + reversed;
  run_well(kRank + kTiny + "--archs - --out " + backward, reversed);
  CHECK(lines_of(forward) != lines_of(backward));
  CHECK(sorted_lines_of(forward) == sorted_lines_of(backward));
}

TEST_CASE("a score does not depend on which other proxies are computed") {
  const TemporaryFolder folder;
  const std::string all = folder.path("all.csv"), few = folder.path("few.csv");
  run_well(kRank + kTiny + "--sample 8 --proxies all --out " + all);
  run_well(kRank + kTiny + "--sample 8 --proxies zico,jacob_cov,ntk_cond --out " + few);
  const auto a = core::CsvTable::read(all), b = core::CsvTable::read(few);
  REQUIRE(a.rows.size() == 8);
  REQUIRE(b.rows.size() == 8);
  for (const char* column : {"arch", "params", "live_macs", "zico", "jacob_cov", "ntk_cond"}) {
    for (size_t i = 0; i < 8; ++i) CHECK(a.rows[i].fields[a.column(column)] == b.rows[i].fields[b.column(column)]);
  }
  CHECK_FALSE(b.find("synflow").has_value());
}

TEST_CASE("a run that was interrupted or killed goes on to the same bytes") {
  const TemporaryFolder folder;
  const std::string whole = folder.path("whole.csv");
  run_well(kLong + whole);

  const int signal = GENERATE(SIGINT, SIGTERM, SIGKILL);
  const std::string path = folder.path("broken.csv");
  const Outcome broken = run_program(kLong + path, "", after_some_rows(signal, path));
  INFO("signal " << signal << "\n" << broken.err);
  REQUIRE(broken.code == 128 + signal);
  const size_t rows = lines_of(path).size() - 1;
  CHECK(rows >= 5);
  CHECK(rows < 400);
  if (signal != SIGKILL) {
    CHECK_THAT(broken.err, Contains("--resume") && Contains(path));
    CHECK(core::ScoreTable::read(path).rows.size() == rows);
    CHECK(core::Manifest::read(folder.path("broken.json")).finished.empty());
  }

  run_well(kLong + path + " --resume");
  CHECK(TemporaryFolder::read(path) == TemporaryFolder::read(whole));
  CHECK(TemporaryFolder::read(folder.path("broken.ranked.csv")) ==
        TemporaryFolder::read(folder.path("whole.ranked.csv")));
  const auto manifest = core::Manifest::read(folder.path("broken.json"));
  CHECK(manifest.results.at("rows") == 400);
  CHECK(manifest.results.at("resumed") >= 5);
  CHECK_FALSE(manifest.finished.empty());
}

TEST_CASE("half a last line is scored again") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  const std::string command = kRank + kTiny + "--sample 6 --out " + path;
  run_well(command);
  const std::string whole = TemporaryFolder::read(path);
  folder.write("scores.csv", whole.substr(0, whole.size() - 30));
  run_well(command + " --resume");
  CHECK(TemporaryFolder::read(path) == whole);
  CHECK(core::Manifest::read(folder.path("scores.json")).results.at("resumed") == 5);
}

TEST_CASE("without --resume a run starts afresh") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  run_well(kRank + kTiny + "--sample 6 --out " + path);
  run_well(kRank + kTiny + "--sample 3 --out " + path);
  CHECK(lines_of(path).size() == 4);
  CHECK(core::Manifest::read(folder.path("scores.json")).results.at("resumed") == 0);
}

TEST_CASE("a run does not go on under other settings") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.csv");
  const std::string command = kRank + kTiny + "--sample 3 --proxies zico --out " + path;
  run_well(command);
  const std::string before = TemporaryFolder::read(path);
  const auto refused = [&](const std::string& change, const std::string& field) {
    const Outcome outcome = run_program(command + " --resume " + change);
    INFO(change << "\n" << outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("cannot resume: " + field) && Contains(folder.path("scores.json")));
    CHECK(TemporaryFolder::read(path) == before);
  };
  refused("--seed 1", "seed was 0 and is now 1");
  refused("--init normal", "networks.zico was ");
  refused("--proxies zico,nwot", "networks.nwot was absent");
  refused("--proxies nwot", "networks.zico was ");
  refused("--graph as-written", "graph was \"canonical\" and is now \"as-written\"");
  refused("--fidelity shared", "fidelity was \"fast\" and is now \"shared\"");
}

TEST_CASE("two notations of a function differ as written only") {
  const TemporaryFolder folder;
  const std::string plain = folder.write("plain.txt", "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|\n");
  // The convolution into node 1 reaches nothing.
  const std::string dead =
      folder.write("dead.txt", "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|\n");
  // Each in a run of its own: within one, equal functions are scored once.
  const auto row = [&](const std::string& archs, const std::string& view) {
    const std::string out = folder.path("out.csv");
    run_well(kRank + kTiny + "--proxies all --graph " + view + " --out " + out + " --archs " + archs);
    CHECK(core::Manifest::read(folder.path("out.json")).settings.at("graph") == view);
    const core::CsvTable table = core::CsvTable::read(out);
    std::map<std::string, std::string> cells;
    for (size_t i = 0; i < table.columns.size(); ++i) cells[table.columns[i]] = table.rows.at(0).fields[i];
    return cells;
  };
  auto a = row(plain, "canonical"), b = row(dead, "canonical");
  CHECK(a.at("params") != b.at("params"));
  for (const char* as_written : {"arch", "params", "macs", "freerea_skip_span", "convs_1x1", "convs_3x3", "pools",
                                 "sums", "skips", "zeros", "width", "log_paths"}) {
    a.erase(as_written);
    b.erase(as_written);
  }
  CHECK(a == b);
  const auto c = row(plain, "as-written"), d = row(dead, "as-written");
  CHECK(c.at("live_params") == d.at("live_params"));
  CHECK(c.at("l2_norm") != d.at("l2_norm"));
}
