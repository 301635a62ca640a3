// results/README.md and results/summary.csv are what results/make.sh makes of the tables beside them.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "tests/temporary_folder.h"

using zeroth::tests::TemporaryFolder;

TEST_CASE("the summary of the results is that of their tables") {
  if (std::system("command -v bash awk > /dev/null 2>&1") != 0) {
    WARN("skipped: bash or awk is not here");
    return;
  }
  const TemporaryFolder folder;
  const std::string results = std::string(ZEROTH_TESTS_DIR) + "/../results", copy = folder.path("results");
  const std::string command = "mkdir -p " + copy + "/spaces && cp " + results + "/*.csv " + results + "/*.awk " +
                              results + "/make.sh " + copy + " && cp " + results + "/spaces/*.csv " + copy +
                              "/spaces && ZEROTH=/bin/true bash " + copy + "/make.sh " + copy + " summary";
  REQUIRE(std::system(command.c_str()) == 0);
  INFO("run: results/make.sh BENCHMARKS summary");
  CHECK(TemporaryFolder::read(copy + "/README.md") == TemporaryFolder::read(results + "/README.md"));
  CHECK(TemporaryFolder::read(copy + "/summary.csv") == TemporaryFolder::read(results + "/summary.csv"));
  CHECK(TemporaryFolder::read(copy + "/README.md").size() > 1000);
}
