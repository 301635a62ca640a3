// The options of zeroth eval, through the program, on tables small enough to count by hand.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/csv.h"
#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

// Names of no known space, so that no other columns stand beside these.
struct Tables {
  TemporaryFolder folder;
  std::string scores = folder.write("scores.csv", "arch,good,poor,status\na,1,4,ok\nb,2,2,ok\nc,3,3,ok\nd,4,1,ok\n");
  std::string other = folder.write("other.csv", "arch,mine,poor\na,1,1\nb,3,2\nc,2,3\nd,4,4\n");
  std::string benchmark = folder.write("benchmark.csv",
                                       "arch,acc,second,run1,run2,run3\n"
                                       "a,10,40,10,11,9\nb,20,30,20,19,21\nc,30,20,30,31,29\nd,40,10,40,41,39\n");
  std::string with(const std::string& options) const {
    return "eval " + scores + " --benchmark " + benchmark + " --bootstrap 0 " + options;
  }
};

const core::Json& column_of(const core::Json& evaluation, const std::string& name) {
  for (const core::Json& column : evaluation.at("columns")) {
    if (column.at("column") == name) return column;
  }
  FAIL("no column " << name);
  return evaluation;
}

double number(const core::CsvTable& table, size_t row, const std::string& column) {
  return *core::parse_number(table.rows.at(row).fields.at(table.column(column)));
}

}  // namespace

TEST_CASE("eval --full prints every statistic, and without it the table alone") {
  const Tables tables;
  const std::string brief = run_well(tables.with("--target acc")).out;
  const std::string full = run_well(tables.with("--target acc --full")).out;
  CHECK_THAT(full, StartsWith(brief));
  for (const char* word : {"Pearson", "weighted tau", "precision", "regret", "pairwise"}) {
    INFO(word);
    CHECK_THAT(full, Contains(word, Catch::CaseSensitive::No));
    CHECK_THAT(brief, !Contains(word, Catch::CaseSensitive::No));
  }
}

TEST_CASE("eval --json and diff --json are UTF-8, whatever the names are") {
  const TemporaryFolder folder;
  const std::string scores = folder.write("s.csv",
                                          "arch,pr\xe9"
                                          "cis\na\xff,1\nb,2\n");
  const std::string other = folder.write("t.csv",
                                         "arch,pr\xe9"
                                         "cis\na\xff,2\nb,1\n");
  const std::string benchmark = folder.write("b.csv", "arch,acc\na\xff,1\nb,2\n");
  const std::string json = run_well("eval " + scores + " --benchmark " + benchmark + " --target acc --json").out;
  CHECK_NOTHROW(column_of(core::Json::parse(json),
                          "pr\xef\xbf\xbd"
                          "cis"));
  CHECK_THAT(run_well("diff " + scores + " " + other + " --json").out, Contains("a\xef\xbf\xbd"));
}

TEST_CASE("eval --json says what is known of these four rows") {
  const Tables tables;
  const auto json = core::Json::parse(run_well(tables.with("--target acc --k 2 --json")).out);
  const core::Json& good = column_of(json, "good");
  CHECK(good.at("spearman").at("value") == 1.0);
  CHECK(good.at("spearman").at("interval").is_null());
  CHECK(good.at("pearson").get<double>() == Approx(1).epsilon(1e-12));
  CHECK(good.at("pairwise_accuracy") == 1.0);
  CHECK(good.at("top").at("precision") == 1.0);
  CHECK(good.at("top").at("regret") == 0.0);
  // 4 2 3 1 against 1 2 3 4: d = 3 0 0 3, 1 - 6 * 18 / 60; five of the six pairs are the wrong way round.
  const core::Json& poor = column_of(json, "poor");
  CHECK(poor.at("spearman").at("value").get<double>() == Approx(-0.8).epsilon(1e-12));
  CHECK(poor.at("kendall_tau_b").at("value").get<double>() == Approx(-4.0 / 6).epsilon(1e-12));
  CHECK(poor.at("pairwise_accuracy").get<double>() == Approx(1.0 / 6).epsilon(1e-12));
  CHECK(poor.at("top").at("k") == 2);
  CHECK(poor.at("top").at("best") == 30.0);
  CHECK(poor.at("top").at("regret") == 10.0);
  CHECK(poor.at("top").at("precision") == 0.5);
}

TEST_CASE("eval --pair gives the difference of two columns, with an interval where there are resamples") {
  const Tables tables;
  const auto json = core::Json::parse(run_well(tables.with("--target acc --pair good,poor --json")).out);
  REQUIRE(json.at("pairs").size() == 1);
  const core::Json& pair = json.at("pairs").at(0);
  CHECK(pair.at("first") == "good");
  CHECK(pair.at("second") == "poor");
  CHECK(pair.at("n") == 4);
  CHECK(pair.at("spearman").at("value").get<double>() == Approx(1.8).epsilon(1e-12));
  CHECK(pair.at("spearman").at("interval").is_null());
  const auto resampled = core::Json::parse(
      run_well(tables.with("--target acc --bootstrap 200 --pair good,poor --pair poor,good --json")).out);
  REQUIRE(resampled.at("pairs").size() == 2);
  const core::Json& forth = resampled.at("pairs").at(0).at("spearman").at("interval");
  const core::Json& back = resampled.at("pairs").at(1).at("spearman").at("interval");
  CHECK(forth.at(0).get<double>() == Approx(-back.at(1).get<double>()));
  CHECK_THAT(run_well(tables.with("--target acc --pair good,poor")).out, Contains("good - poor"));
}

TEST_CASE("eval --ceiling tells how far a benchmark's runs agree") {
  const Tables tables;
  const auto json = core::Json::parse(run_well(tables.with("--target acc --ceiling run1,run2,run3 --json")).out);
  const core::Json& ceiling = json.at("noise_ceiling");
  CHECK(ceiling.at("runs").size() == 3);
  CHECK(ceiling.at("n") == 4);
  CHECK(ceiling.at("spearman") == 1.0);
  CHECK(ceiling.at("ceiling") == 1.0);
  const std::string out = tables.folder.path("quality.csv");
  CHECK_THAT(run_well(tables.with("--target acc --ceiling run1,run2 --out " + out)).out, Contains("run"));
  CHECK(number(core::CsvTable::read(out), 0, "noise_ceiling") == 1);
}

TEST_CASE("eval without a benchmark says what needs no label") {
  const TemporaryFolder folder;
  std::string noisy = "arch,flat,noisy,noisy_se\n";
  for (int i = 0; i < 20; ++i) noisy += fmt::format("a{0},{1},{0},15\n", i, i / 10);
  const std::string scores = folder.write("s.csv", noisy), matrix = folder.path("m.csv");
  const Outcome outcome = run_well("eval " + scores + " --redundancy " + matrix);
  CHECK_THAT(outcome.out, Contains("20 architectures, no accuracies") && Contains("tied at the top"));
  CHECK_THAT(outcome.err,
             Contains("saturated") && Contains("share a score: flat") && Contains("more --repeats: noisy"));
  CHECK(core::CsvTable::read(matrix).rows.size() == 2);
  const auto json = core::Json::parse(run_well("eval " + scores + " --json").out);
  CHECK(column_of(json, "flat").at("spearman").at("value").is_null());
  for (const char* option : {"--unique", "--drop-failed", "--pair flat,noisy", "--ceiling a,b", "--only x"}) {
    const Outcome refused = run_program("eval " + scores + " " + option);
    INFO(option);
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Contains("needs --benchmark and --target"));
  }
  CHECK_THAT(run_program("eval " + scores + " --target acc").err, Contains("--benchmark and --target belong together"));
}

TEST_CASE("eval reads a benchmark from a pipe, for several columns and tables") {
  const Tables tables;
  const std::string text = TemporaryFolder::read(tables.benchmark);
  const Outcome piped = run_well("eval " + tables.scores + " " + tables.other +
                                     " --benchmark - --bootstrap 0 --target acc,second --ceiling run1,run2",
                                 text);
  CHECK_THAT(piped.out, Contains("other.csv against second") && Contains("noise ceiling by run1, run2 on 4 rows"));
}

TEST_CASE("eval counts the first row of an architecture, and says so") {
  const Tables tables;
  const std::string twice = tables.folder.write("twice.csv", "arch,good\na,1\nb,2\nc,3\nd,4\n a ,9\nd,0\n");
  const Outcome outcome =
      run_well("eval " + twice + " --benchmark " + tables.benchmark + " --bootstrap 0 --target acc --json");
  const auto json = core::Json::parse(outcome.out);
  CHECK(json.at("architectures") == 4);
  CHECK(json.at("repeated") == 2);
  CHECK(json.at("not_measured") == 0);
  CHECK(column_of(json, "good").at("spearman").at("value") == 1.0);
  CHECK_THAT(outcome.err, Contains("twice.csv: 2 rows are left out"));
}

TEST_CASE("nothing that is read is overwritten") {
  const Tables tables;
  const std::string scores = TemporaryFolder::read(tables.scores);
  const std::string by_another_name = tables.folder.path("./scores.csv");
  const std::vector<std::string> commands = {
      tables.with("--target acc --out " + by_another_name),
      tables.with("--target acc --out " + tables.benchmark),
      tables.with("--target acc --redundancy " + tables.scores),
      tables.with("--target acc --out q --redundancy q"),
      "report " + tables.scores + " --out " + tables.scores,
      "diff " + tables.scores + " " + tables.other + " --out " + tables.other,
      "benchmark import --from nats " + tables.scores + " --out " + tables.scores};
  for (const std::string& command : commands) {
    INFO(command);
    const Outcome outcome = run_program(command);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains("would be overwritten") || Contains("are one file"));
  }
  CHECK(TemporaryFolder::read(tables.scores) == scores);
}

TEST_CASE("eval and report name the manifest whose space is not known") {
  const Tables tables;
  const std::string scores = tables.folder.path("run.csv");
  run_well(kRank + "--sample 3 --quiet --top 0 --proxies nwot --out " + scores + kTiny);
  core::Json manifest = core::Json::parse(TemporaryFolder::read(tables.folder.path("run.json")));
  manifest.at("settings")["space"] = "mine.yaml";
  tables.folder.write("run.json", manifest.dump());
  for (const std::string& command : {"eval " + scores + " --benchmark " + tables.benchmark + " --target acc",
                                     "report " + scores + " --out " + tables.folder.path("r.html")}) {
    const Outcome outcome = run_program(command);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("run.json: ") && Contains("mine.yaml") && Contains("--space"));
  }
  tables.folder.write("run.json", "{\"foo\": 1}");
  CHECK_THAT(run_well("diff " + scores + " " + scores).err, Contains("settings are not compared"));
}

TEST_CASE("eval --redundancy writes Spearman between the columns of every table") {
  const Tables tables;
  const std::string file = tables.folder.path("redundancy.csv");
  run_well("eval " + tables.scores + " " + tables.other + " --benchmark " + tables.benchmark +
           " --target acc,second --bootstrap 0 --redundancy " + file);
  const auto table = core::CsvTable::read(file);
  CHECK(table.columns == std::vector<std::string>{"scores", "column", "good", "poor", "mine"});
  REQUIRE(table.rows.size() == 4);  // each table once, whatever the targets
  CHECK(table.rows[0].fields[0] == "scores.csv");
  CHECK(table.rows[0].fields[1] == "good");
  CHECK(number(table, 0, "good") == 1);
  CHECK(number(table, 0, "poor") == Approx(-0.8).epsilon(1e-12));
  CHECK(table.rows[0].fields[table.column("mine")].empty());
  CHECK(table.rows[3].fields[0] == "other.csv");
  CHECK(number(table, 3, "mine") == Approx(0.8).epsilon(1e-12));
}

TEST_CASE("eval of several tables and targets ends with them side by side") {
  const Tables tables;
  const std::string out = tables.folder.path("quality.csv");
  const std::string command = "eval " + tables.scores + " " + tables.other + " --benchmark " + tables.benchmark +
                              " --target acc,second --bootstrap 0 --out " + out;
  const std::string text = run_well(command).out;
  for (const char* name : {"scores.csv against acc", "scores.csv against second", "other.csv against acc"}) {
    CHECK_THAT(text, Contains(name));
  }
  const std::string summary = text.substr(text.rfind("\n\n"));
  CHECK_THAT(summary, Contains("scores.csv acc") && Contains("other.csv second") && Contains("mine"));

  const auto table = core::CsvTable::read(out);
  REQUIRE(table.rows.size() == 8);  // two columns, two tables, two targets
  const auto value = [&](const std::string& scores, const std::string& target, const std::string& column) {
    for (size_t row = 0; row < table.rows.size(); ++row) {
      const auto& fields = table.rows[row].fields;
      if (fields[table.column("scores")] == scores && fields[table.column("target")] == target &&
          fields[table.column("column")] == column) {
        return number(table, row, "spearman");
      }
    }
    FAIL("no row");
    return 0.0;
  };
  CHECK(value("scores.csv", "acc", "good") == 1);
  CHECK(value("scores.csv", "second", "good") == -1);
  CHECK(value("other.csv", "acc", "poor") == 1);
  CHECK(value("scores.csv", "acc", "poor") == Approx(-0.8).epsilon(1e-12));

  const auto json = core::Json::parse(run_well(command + " --json").out);
  CHECK(json.at("evaluations").size() == 4);
  CHECK(json.at("spearman").at("good") == core::Json({1.0, -1.0, nullptr, nullptr}));
}

TEST_CASE("eval tells tables of one name in two folders by their paths") {
  const TemporaryFolder folder;
  const std::string one = folder.write("one/s.csv", "arch,x\na,1\nb,2\nc,3\n");
  const std::string two = folder.write("two/s.csv", "arch,x\na,3\nb,2\nc,1\n");
  const std::string benchmark = folder.write("b.csv", "arch,acc\na,1\nb,2\nc,3\n");
  const std::string text =
      run_well("eval " + one + " " + two + " --benchmark " + benchmark + " --target acc --bootstrap 0").out;
  CHECK_THAT(text, Contains(one + " against acc") && Contains(two + " against acc"));
}

TEST_CASE("eval answers wrong options with what would do") {
  const Tables tables;
  const auto said = [&](const std::string& options) {
    const Outcome outcome = run_program(tables.with(options));
    INFO(options);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    return outcome.err;
  };
  CHECK_THAT(said("--target ac"), Contains("did you mean \"acc\"?") && Contains("second"));
  CHECK_THAT(said("--target acc,acc"), Contains("target \"acc\" is given twice"));
  CHECK_THAT(said("--target acc --pair good"), Contains("FIRST,SECOND"));
  CHECK_THAT(said("--target acc --pair good,poor,good"), Contains("FIRST,SECOND"));
  CHECK_THAT(said("--target acc --pair good,pour"), Contains("pour") && Contains("poor"));
  CHECK_THAT(said("--target acc --ceiling run1"), Contains("two runs"));
  CHECK_THAT(said("--target acc --ceiling run1,run1"), Contains("given twice"));
  CHECK_THAT(said("--target acc --ceiling run1,run9"), Contains("run9") && Contains("run2"));
  CHECK_THAT(said("--target acc --k 0"), Contains("--k"));
  CHECK_THAT(said("--target acc --bootstrap -1"), Contains("--bootstrap"));
  CHECK_THAT(said("--target acc --seed -1"), Contains("--seed") && Contains("from 0 to 18446744073709551615"));
  CHECK_THAT(said("--target acc --seed 99999999999999999999999"), Contains("--seed"));
  CHECK_THAT(said("--target acc --jobs 9999"), Contains("--jobs"));
  CHECK_THAT(said("--target acc --only " + tables.scores), Contains("--space"));
  CHECK_THAT(said("--target acc --space nasbench202"), Contains("nasbench201"));
  CHECK_THAT(said("--target acc " + tables.scores), Contains("given twice"));
  const Outcome unwritable = run_program(tables.with("--target acc --out " + tables.folder.path("no/such/q.csv")));
  CHECK(unwritable.code == 1);
  CHECK_THAT(unwritable.err, Contains("no/such/q.csv"));
}
