// zeroth report through the program: a page, figures and tables of real runs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

size_t count_files(const std::string& folder, const std::string& ending) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.path().extension() == ending;
  return count;
}

std::string rank(const std::string& out, const std::string& seed) {
  run_well(kRank + "--sample 12 --quiet --top 0 --proxies nwot,zico --seed " + seed + " --out " + out + kTiny);
  return out;
}

}  // namespace

TEST_CASE("report makes one page of a run, with what stands beside it") {
  const TemporaryFolder folder;
  const std::string scores = rank(folder.path("run.csv"), "1"), page = folder.path("report.html");
  // The run's own sizes stand for accuracies.
  const Outcome outcome = run_well("report " + scores + " --benchmark " + scores + " --target live_macs,params --out " +
                                   page + " --figures " + folder.path("figures/svg") + " --tables " +
                                   folder.path("tables") + " --title T1 --top 3 --by nwot --bootstrap 20");
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, Contains("wrote " + page + ": 12 architectures"));
  const std::string text = TemporaryFolder::read(page);
  CHECK_THAT(text, StartsWith("<!DOCTYPE html>", Catch::CaseSensitive::No) && Contains("default-src 'none'"));
  // Settings, sizes, times and drawings are there.
  for (const char* word : {"\"T1\"", "nasbench201", "live_macs", "zico", "log_rank", "\\u003csvg", "--proxies"}) {
    INFO(word);
    CHECK(text.find(word) != std::string::npos);
  }
  CHECK(count_files(folder.path("figures/svg"), ".svg") > 0);
  CHECK(count_files(folder.path("tables"), ".md") > 0);
  CHECK(count_files(folder.path("tables"), ".md") == count_files(folder.path("tables"), ".tex"));
}

TEST_CASE("report joins runs, and does without a benchmark") {
  const TemporaryFolder folder;
  const std::string one = rank(folder.path("one.csv"), "1"), two = rank(folder.path("two.csv"), "2");
  const std::string page = folder.path("report.html");
  run_well("report " + one + " " + two + " --out " + page);
  const std::string text = TemporaryFolder::read(page);
  CHECK(text.find("one.csv") != std::string::npos);
  CHECK(text.find("two.csv") != std::string::npos);
  // Once more over the old page, which is replaced as a whole.
  run_well("report " + one + " --out " + page);
  CHECK(TemporaryFolder::read(page).find("two.csv") == std::string::npos);
  CHECK_FALSE(std::filesystem::exists(page + ".tmp"));
}

TEST_CASE("report escapes architecture names and titles") {
  const TemporaryFolder folder;
  const std::string evil = "</script><script>alert(1)</script>";
  const std::string scores = folder.write("s.csv", "arch,x\n" + evil + ",1\nb,2\n");
  run_well("report " + scores + " --title <script>2 --out " + folder.path("r.html"));
  const std::string text = TemporaryFolder::read(folder.path("r.html"));
  CHECK(text.find(evil) == std::string::npos);
  CHECK(text.find("<script>2") == std::string::npos);
}

TEST_CASE("report answers mistakes with what would do, and leaves no page") {
  const TemporaryFolder folder;
  const std::string scores = folder.write("s.csv", "arch,x,y\na,1,2\nb,2,1\n");
  const std::string benchmark = folder.write("b.csv", "arch,acc\na,1\nb,2\n");
  const std::string stranger = folder.write("t.csv", "arch,acc\nz,1\n");
  const std::string out = " --out " + folder.path("r.html");
  struct Mistake {
    std::string arguments;
    int code;
    std::vector<std::string> told;
  };
  const std::vector<Mistake> mistakes = {
      {scores, 2, {"--out is required"}},
      {out, 2, {"runs is required"}},
      {folder.path("absent.csv") + out, 1, {"absent.csv"}},
      {scores + out + " --by z", 2, {"\"z\"", "x, y"}},
      {scores + out + " --benchmark " + benchmark, 2, {"--benchmark and --target belong together"}},
      {scores + out + " --target acc", 2, {"--benchmark and --target belong together"}},
      {scores + out + " --benchmark " + benchmark + " --target acc,acc", 2, {"names acc twice"}},
      {scores + out + " --benchmark " + benchmark + " --target ac", 2, {"did you mean \"acc\"?"}},
      {scores + out + " --benchmark " + stranger + " --target acc", 1, {"t.csv"}},
      {scores + out + " --space nasbench202", 2, {"did you mean \"nasbench201\"?"}},
      {scores + out + " --top -1", 2, {"--top"}},
      {scores + " --out " + folder.path("no/such/r.html"), 1, {"no/such/r.html"}},
      {scores + out + " --figures " + benchmark, 1, {"cannot make the folder"}},
  };
  for (const Mistake& mistake : mistakes) {
    INFO(mistake.arguments);
    std::filesystem::remove(folder.path("r.html"));
    const Outcome outcome = run_program("report " + mistake.arguments);
    INFO(outcome.err);
    CHECK(outcome.code == mistake.code);
    for (const std::string& word : mistake.told) CHECK_THAT(outcome.err, Contains(word));
    if (mistake.told[0] != "cannot make the folder") CHECK_FALSE(std::filesystem::exists(folder.path("r.html")));
  }
}
