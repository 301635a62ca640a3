// What the program says to a user's mistake: one line that names the value and what is allowed, and an exit code.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

struct Mistake {
  std::string arguments;
  int code;
  std::vector<std::string> told;
};

constexpr int kFailure = 1;
constexpr int kUsage = 2;

void check_told(const Mistake& mistake, const std::string& input = "") {
  const Outcome outcome = run_program(mistake.arguments, input);
  INFO("zeroth " << mistake.arguments << "\n" << outcome.err);
  CHECK(outcome.code == mistake.code);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, StartsWith("zeroth: error: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  for (const std::string& text : mistake.told) CHECK_THAT(outcome.err, Contains(text));
}

}  // namespace

TEST_CASE("a mistake in the command line is one line and exit code 2") {
  const TemporaryFolder folder;
  const std::string table = folder.write("table.csv", "arch,acc\nx,1\n");
  const std::string six = kRank + "--sample 6 --out " + folder.path("out.csv") + " ";
  const std::vector<Mistake> mistakes = {
      {"", kUsage, {"subcommand is required"}},
      {"ranks", kUsage, {"unknown command \"ranks\"", "did you mean \"rank\"?"}},
      {"list nothing", kUsage, {"\"nothing\"", "proxies, spaces"}},
      {"rank --sample 6", kUsage, {"give --space SPACE or --models"}},
      {"rank --space nb --all", kUsage, {"unknown space \"nb\"", "nasbench201"}},
      {"canonical --space nb", kUsage, {"unknown space \"nb\"", "nasbench201"}},
      {six + "--proxies zicco", kUsage, {"unknown proxy \"zicco\"", "did you mean \"zico\"?"}},
      {six + "--fidelity slow", kUsage, {"unknown fidelity \"slow\"", "fast, shared, paper"}},
      {six + "--graph round", kUsage, {"\"round\"", "canonical, as-written"}},
      {six + "--init zero", kUsage, {"unknown initialiser \"zero\"", "pytorch", "reference"}},
      {six + "--dtype int8", kUsage, {"unknown dtype \"int8\"", "float32, float64"}},
      {six + "--input cifar", kUsage, {"\"cifar\"", "fashion-mnist", "cifar10:"}},
      {six + "--bogus", kUsage, {"--bogus"}},
      {six + "--seed -1", kUsage, {"--seed", "-1: must be a whole number from 0 to"}},
      {six + "-j 0", kUsage, {"--jobs 0: must be at least 1"}},
      {six + "--repeats 0", kUsage, {"--repeats 0: must be at least 1"}},
      {six + "--batch 0", kUsage, {"--batch 0: must be at least 1"}},
      {six + "--classes 0", kUsage, {"--classes 0: must be at least 1"}},
      {six + "--resolution 7", kUsage, {"resolution 7", "multiple of 4"}},
      {six + "--top -1", kUsage, {"--top -1: must be at least 0"}},
      {six + "--log-level loud", kUsage, {"unknown log level \"loud\"", "error, warning, info, debug"}},
      {six + "--all", kUsage, {"too many", "--all", "--sample N", "--archs FILE"}},
      {six + "--skip-bad", kUsage, {"--skip-bad goes with --archs"}},
      {kRank, kUsage, {"nothing to score", "--all", "--sample N", "--archs FILE"}},
      {kRank + "--sample 0", kUsage, {"--sample 0: must be at least 1"}},
      {kRank + "--sample 20000", kUsage, {"20000", "15625"}},
      {kRank + "--unique --sample 6000", kUsage, {"6000", "5260"}},
      {kRank + "--sample abc", kUsage, {"--sample", "abc"}},
      {"eval " + table + " --benchmark " + table + " --target loss", kUsage, {table, "\"loss\"", "known: acc"}},
  };
  for (const Mistake& mistake : mistakes) check_told(mistake);
  CHECK_FALSE(std::filesystem::exists(folder.path("out.csv")));
}

TEST_CASE("a mistake in a file is one line that names it and exit code 1") {
  const TemporaryFolder folder;
  const std::string archs = kRank + "--out " + folder.path("out.csv") + " --archs ";
  const std::string good = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|\n";
  const std::string empty = folder.write("empty.txt", ""), comments = folder.write("comments.txt", "# none\n\n");
  const std::string bad = folder.write("bad.txt", good + "\nhello\n");
  const std::string operation =
      folder.write("operation.txt", "|none~0|+|none~0|none~1|+|nor_conv_5x5~0|none~1|none~2|\n");
  const std::string table = folder.write("table.csv", "name,score\nx,1\n");
  const std::string missing = folder.path("missing.txt"), nowhere = folder.path("no/such/folder/out.csv");
  const std::vector<Mistake> mistakes = {
      {archs + empty, kFailure, {empty, "no architectures"}},
      {archs + comments, kFailure, {comments, "no architectures"}},
      {archs + "-", kFailure, {"standard input", "no architectures"}},
      {archs + bad, kFailure, {bad + ":3", "\"hello\""}},
      {archs + operation, kFailure, {operation + ":1", "nor_conv_5x5", "nor_conv_3x3"}},
      {archs + missing, kFailure, {missing, "No such file"}},
      {kRank + kTiny + "--sample 2 --out " + nowhere, kFailure, {nowhere, "No such file"}},
      {kRank + "--sample 2 --input cifar10:" + missing, kFailure, {missing, "No such file"}},
      {"eval " + missing + " --benchmark " + table + " --target acc", kFailure, {missing, "No such file"}},
      {"canonical --space nasbench201 " + missing, kFailure, {missing, "No such file"}},
  };
  for (const Mistake& mistake : mistakes) check_told(mistake);
  CHECK_FALSE(std::filesystem::exists(folder.path("out.csv")));
}
