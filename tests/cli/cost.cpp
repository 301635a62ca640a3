// zeroth cost: parameters, multiply-adds, activation memory, latency.
#include <catch2/catch.hpp>

#include "core/csv.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

const std::string kArch = "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
const std::string kOther = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
const std::string kCost = "cost --space nasbench201 --quiet ";

}  // namespace

TEST_CASE("cost prints a row an architecture") {
  const TemporaryFolder folder;
  const Outcome outcome = run_well(kCost, kArch + "\n" + kOther + "\n");
  const auto csv = core::CsvTable::read(folder.write("out.csv", outcome.out));
  CHECK(csv.columns == std::vector<std::string>{"arch", "params", "macs", "live_params", "live_macs", "activation_mb"});
  REQUIRE(csv.rows.size() == 2);
  CHECK(csv.rows[0].fields[0] == kArch);
  CHECK(*csv.number(0, 1) > *csv.number(0, 3));  // one of the two convolutions is dead
  CHECK(*csv.number(1, 1) == *csv.number(1, 3));
  CHECK(*csv.number(0, 5) > 0.0);
}

TEST_CASE("cost measures latency, or looks it up") {
  const TemporaryFolder folder;
  const std::string out = folder.path("cost.csv");
  run_well(kCost + "--latency measure --runs 3 --out " + out, kArch + "\n" + kOther + "\n");
  const auto measured = core::CsvTable::read(out);
  CHECK(measured.columns.back() == "latency_spread");
  CHECK(*measured.number(0, measured.column("latency_ms")) > *measured.number(1, measured.column("latency_ms")));

  const std::string table = folder.write("t.csv", "arch,ms\n" + kArch + ",1.25\n");
  const Outcome looked_up = run_well(kCost + "--latency table:" + table + ":ms --out " + out, kArch + "\n" + kOther);
  CHECK_THAT(looked_up.err, Contains("1 of 2 architectures have no latency in the table"));
  const auto csv = core::CsvTable::read(out);
  CHECK(csv.columns.back() == "latency_ms");
  CHECK(csv.rows[0].fields.back() == "1.25");
  CHECK(csv.rows[1].fields.back().empty());
}

TEST_CASE("cost lists operators, and sums a table of them") {
  const TemporaryFolder folder;
  const std::string operators = folder.path("operators.csv"), out = folder.path("cost.csv");
  run_well(kCost + "--operators --out " + operators, kArch);
  auto table = core::CsvTable::read(operators);
  REQUIRE(table.columns == std::vector<std::string>{"operator", "count"});
  std::string text = "operator,ms\n";
  double total = 0.0;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    text += core::csv_field(table.rows[row].fields[0]) + ",0.5\n";
    total += 0.5 * *table.number(row, 1);
  }
  run_well(kCost + "--latency table:" + folder.write("t.csv", text) + " --out " + out, kArch);
  const auto csv = core::CsvTable::read(out);
  CHECK(*csv.number(0, csv.column("latency_ms")) == total);
}

TEST_CASE("cost answers a mistake with one line") {
  const TemporaryFolder folder;
  const auto fails = [&](const std::string& arguments, int code, const std::string& message) {
    const Outcome outcome = run_program(kCost + arguments, kArch);
    INFO(arguments << "\n" << outcome.err);
    CHECK(outcome.code == code);
    CHECK_THAT(outcome.err, Contains(message));
  };
  fails("--latency guess", 2, "must be measure or table:FILE.csv:COLUMN");
  fails("--latency table:", 2, "must be measure or table:FILE.csv:COLUMN");
  fails("--latency measure --batch 0", 2, "--batch 0");
  fails("--latency measure --runs 0", 2, "--runs 0");
  fails("--latency measure --operators", 2, "--operators");
  fails("--latency table:" + folder.path("none.csv") + ":ms", 1, "none.csv");
  fails("--out " + folder.path("none/out.csv"), 1, "none/out.csv");
}
