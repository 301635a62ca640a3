// zeroth benchmark import through the program: official files in, tables that eval reads out.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "core/csv.h"
#include "core/input_file.h"
#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/python.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

// Suite-Zero's JSON of cells that differ in their last edge.
const std::string kJson = R"json({"cifar10": {
  "(1, 1, 0, 1, 1, 1)": {"val_accuracy": 30, "nwot": {"score": 3, "time": 1}},
  "(1, 1, 2, 1, 1, 1)": {"val_accuracy": 90, "nwot": {"score": 9, "time": 1}},
  "(1, 1, 3, 1, 1, 1)": {"val_accuracy": 80, "nwot": {"score": 7, "time": 1}}}})json";

}  // namespace

TEST_CASE("an imported table is a benchmark, and scores, for eval") {
  const TemporaryFolder folder;
  const std::string json = folder.write("zc_nasbench201.json", kJson);
  for (const std::string name : {"zc.csv", "zc.csv.gz"}) {
    INFO(name);
    const std::string out = folder.path(name);
    const Outcome outcome =
        run_well("benchmark import --from suite-zero " + json + " --space nasbench201 --out " + out);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, Contains("wrote " + out + ": 3 architectures, 4 columns"));
    CHECK_FALSE(std::filesystem::exists(out + ".tmp"));
    CHECK((TemporaryFolder::read(out).substr(0, 2) == "\x1f\x8b") == (name == "zc.csv.gz"));
    const core::Json result = core::Json::parse(
        run_well("eval " + out + " --benchmark " + out + " --target cifar10_val_acc --bootstrap 0 --json").out);
    CHECK(result.at("space") == "nasbench201");
    CHECK(result.at("architectures") == 3);
  }
  CHECK(core::read_whole_file(folder.path("zc.csv.gz")) == core::read_whole_file(folder.path("zc.csv")));
}

TEST_CASE("a folder of pickles is imported by its official name") {
  if (!python_has("bz2, pickle")) return;
  const TemporaryFolder folder;
  REQUIRE(run_python("-B " + std::string(ZEROTH_TESTS_DIR) + "/eval/make_pickles.py " + folder.path("files")).status ==
          0);
  const std::string out = folder.path("nb201.csv");
  run_well("benchmark import --from nats " + folder.path("files/NATS-tss-v1_0-3ffb9-simple") + " --out " + out);
  const auto table = core::CsvTable::read(out);
  CHECK(table.rows.size() == 4);
  for (const char* column : {"index", "arch", "cifar10_valid_acc", "cifar100_test_acc", "imagenet16_120_valid_acc",
                             "cifar10_valid_acc_12ep", "cifar10_test_acc_run1", "params_cifar10"}) {
    INFO(column);
    CHECK(table.find(column));
  }
  const Outcome hostile = run_program("benchmark import --from nats " + folder.path("files/command.pickle") +
                                      " --out " + folder.path("hostile.csv"));
  CHECK(hostile.code == 1);
  CHECK_THAT(hostile.err, Contains("posix.system"));
  CHECK_FALSE(std::filesystem::exists(folder.path("files/pwned")));
  CHECK_FALSE(std::filesystem::exists(folder.path("hostile.csv")));
  CHECK_FALSE(std::filesystem::exists(folder.path("hostile.csv.tmp")));
}

TEST_CASE("what cannot be imported is one line with the reason") {
  const TemporaryFolder folder;
  const std::string json = folder.write("zc.json", kJson), empty = folder.write("empty", "");
  const std::string out = " --out " + folder.path("out.csv");
  struct Mistake {
    std::string arguments;
    int code;
    std::string told;
  };
  const std::vector<Mistake> mistakes = {
      {"--from suite_zero " + json + out, 2, "did you mean \"suite-zero\"? known: nasbench101, nats, transnas101"},
      {"--from suite-zero " + json + out, 2, "needs --space, one of: nasbench101, nasbench201, darts"},
      {"--from suite-zero --space nasbench202 " + json + out, 2, "did you mean \"nasbench201\"?"},
      {"--from nats --space nasbench201 " + json + out, 2, "--space is not for --from nats"},
      {"--from nats " + json, 2, "--out is required"},
      {"--from nats" + out, 2, "path is required"},
      {"--from nats " + folder.path("absent") + out, 1, "cannot read " + folder.path("absent")},
      {"--from suite-zero --space darts " + json + out, 1, "zc.json: "},
      {"--from nasbench101 " + json + out, 1, "zc.json: record 1: "},
      {"--from nasbench101 " + empty + out, 1, "empty: no architectures in it"},
      {"--from nats " + json + out, 1, "zc.json: "},
      {"--from transnas101 --space transnas101-micro " + empty + out, 1, "empty: the file is cut short"},
      {"--from hw-nasbench " + json + out, 1, "zc.json: "},
      {"--from suite-zero --space nasbench201 " + json + " --out " + folder.path("no/such/out.csv"), 1,
       "cannot create"},
  };
  for (const Mistake& mistake : mistakes) {
    INFO(mistake.arguments);
    const Outcome outcome = run_program("benchmark import " + mistake.arguments);
    INFO(outcome.err);
    CHECK(outcome.code == mistake.code);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, Contains(mistake.told));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(folder.path("out.csv")));
    CHECK_FALSE(std::filesystem::exists(folder.path("out.csv.tmp")));
  }
  CHECK(run_program("benchmark").code == 2);
  const std::string help = run_well("benchmark import --help").out;
  for (const char* word : {"nasbench101", "nats", "transnas101", "hw-nasbench", "suite-zero", "Examples:"}) {
    CHECK_THAT(help, Contains(word));
  }
}
