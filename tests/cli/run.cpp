// zeroth run: recipes, what is reused and what is not, and mistakes in them.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

// Two stages: scores, and what equal functions they are of.
std::string recipe(const std::string& seed, const std::string& movers) {
  return "stages:\n"
         "  - rank: {space: nasbench201, sample: 6, seed: " +
         seed +
         ", proxies: nwot, channels: 4, cells: 1, resolution: 8,\n"
         "           batch: 4, quiet: true, out: made/scores.csv}\n"
         "  - diff: {before: made/scores.csv, after: made/scores.csv, movers: " +
         movers + ", out: made/diff.csv}\n";
}

constexpr const char* kKept = "nothing changed, its files stay";

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// The message of a recipe that must be refused before anything runs.
std::string refused(const std::string& text) {
  const TemporaryFolder folder;
  const Outcome outcome = run_program("run " + folder.write("bad.yaml", text));
  CHECK(outcome.code == 1);
  CHECK(count(outcome.err, "\n") == 1);
  CHECK_FALSE(std::filesystem::exists(folder.path("bad.yaml.state.json")));
  return outcome.err;
}

}  // namespace

TEST_CASE("a recipe's stages run once, and again only where something changed") {
  const TemporaryFolder folder;
  const std::string path = folder.write("mine.yaml", recipe("1", "2"));
  const Outcome first = run_well("run " + path);
  CHECK_THAT(first.err, Contains("stage 1 of 2, rank: zeroth rank --space nasbench201 --sample 6"));
  CHECK(count(first.err, kKept) == 0);
  const std::string scores = TemporaryFolder::read(folder.path("made/scores.csv"));
  CHECK(count(scores, "\n") == 7);
  CHECK(std::filesystem::exists(folder.path("made/diff.csv")));

  CHECK(count(run_well("run " + path).err, kKept) == 2);
  CHECK(count(run_well("run --again " + path).err, kKept) == 0);
  // A later stage changed; then one of the first stage's files was lost; then the first stage changed.
  folder.write("mine.yaml", recipe("1", "3"));
  const Outcome later = run_well("run " + path);
  CHECK_THAT(later.err, Contains("stage 1 of 2, rank: nothing changed") && Contains("stage 2 of 2, diff: zeroth diff"));
  std::filesystem::remove(folder.path("made/scores.ranked.csv"));
  const Outcome lost = run_well("run " + path);
  CHECK_THAT(lost.err, Contains("stage 1 of 2, rank: zeroth rank") && Contains("stage 2 of 2, diff: nothing changed"));
  CHECK(std::filesystem::exists(folder.path("made/scores.ranked.csv")));
  folder.write("mine.yaml", recipe("2", "3"));
  CHECK(count(run_well("run " + path).err, kKept) == 0);
  CHECK(TemporaryFolder::read(folder.path("made/scores.csv")) != scores);
}

TEST_CASE("a recipe that is only shown is printed as commands") {
  const TemporaryFolder folder;
  const std::string path = folder.write("mine.yaml", recipe("1", "2"));
  CHECK(run_well("run --dry-run " + path).out ==
        "zeroth rank --space nasbench201 --sample 6 --seed 1 --proxies nwot --channels 4 --cells 1 --resolution 8 "
        "--batch 4 "
        "--quiet --out made/scores.csv\n"
        "zeroth diff --movers 2 --out made/diff.csv -- made/scores.csv made/scores.csv\n");
  CHECK_FALSE(std::filesystem::exists(folder.path("made")));
}

TEST_CASE("a stage that fails stops the recipe with its exit code, and keeps what earlier ones made") {
  const TemporaryFolder folder;
  const std::string text = recipe("1", "2") + "  - eval: {scores: made/scores.csv, benchmark: none.csv, target: acc}\n";
  const std::string path = folder.write("mine.yaml", text);
  const Outcome outcome = run_program("run " + path);
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, Contains("none.csv") && Contains("stage 3, eval, ended with exit code 1"));
  CHECK(count(run_program("run " + path).err, kKept) == 2);
}

TEST_CASE("an interrupted recipe goes on where it stopped") {
  const TemporaryFolder folder;
  std::string text = recipe("1", "2");
  text.replace(text.find("sample: 6"), 9, "sample: 400");
  const std::string path = folder.write("mine.yaml", text);
  const std::string scores = folder.path("made/scores.csv");
  const Outcome stopped = run_program(
      "run " + path, "", Interruption{SIGINT, [&] { return count(TemporaryFolder::read(scores), "\n") > 3; }});
  REQUIRE(stopped.code == 130);
  const Outcome outcome = run_well("run " + path);
  CHECK_THAT(outcome.err, Contains("stage 1 of 2, rank: zeroth rank --resume --space"));
  CHECK(count(TemporaryFolder::read(scores), "\n") == 401);
}

TEST_CASE("a mistake in a recipe is named with its line before anything runs") {
  CHECK_THAT(refused("stages:\n  - rnak: {space: nasbench201}\n"),
             Contains("bad.yaml:2: rnak: unknown command \"rnak\"; did you mean \"rank\"?"));
  CHECK_THAT(refused("stages:\n  - rank:\n      space: nasbench201\n      sampel: 3\n"),
             Contains("bad.yaml:4: sampel: unknown option of rank \"sampel\"; did you mean \"sample\"?"));
  CHECK_THAT(refused("stages:\n  - cost: {file: list.txt}\n"), Contains(":2: cost: the option \"space\" is missing"));
  CHECK_THAT(refused("stages:\n  - rank: {space: nasbench201, quiet: 3}\n"), Contains("must be true or false"));
  CHECK_THAT(refused("stages:\n  - {rank: {sample: 3}, eval: {k: 3}}\n"), Contains("a stage is one command"));
  CHECK_THAT(refused("stages: []\n"), Contains("the list is empty"));
  CHECK_THAT(refused("steps: [a]\n"), Contains("unknown key \"steps\""));
  CHECK_THAT(refused(""), Contains("bad.yaml"));
  CHECK_THAT(refused("stages:\n  - run: {recipe: bad.yaml}\n"), Contains("unknown command \"run\""));
}

TEST_CASE("recipes to begin with name commands and options that exist, and replace no file") {
  const TemporaryFolder folder;
  for (const char* name : {"rank", "evaluate", "prescreen"}) {
    const std::string path = folder.path(std::string(name) + ".yaml");
    run_well("run --init " + std::string(name) + " " + path);
    CHECK_THAT(run_well("run --dry-run " + path).out, Contains("zeroth "));
    const Outcome again = run_program("run --init " + std::string(name) + " " + path);
    CHECK(again.code == 1);
    CHECK_THAT(again.err, Contains("is there already"));
  }
  CHECK_THAT(run_program("run --init rnak " + folder.path("new.yaml")).err, Contains("did you mean \"rank\"?"));
}
