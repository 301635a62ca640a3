// The commands beside rank: canonical, eval, list, bench; and what the program says of itself.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "core/csv.h"
#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

// Names of the proxies, from `list proxies`.
std::vector<std::string> listed_proxies() {
  std::istringstream text(run_well("list proxies").out);
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) {
    if (line.front() != '*') names.push_back(line.substr(0, line.find(' ')));
  }
  return names;
}

std::string edge_to_output(const std::string& operation) {
  return "|none~0|+|none~0|none~1|+|" + operation + "~0|none~1|none~2|";
}

}  // namespace

TEST_CASE("every command has a help and the program a version") {
  CHECK_THAT(run_well("--version").out, StartsWith("zeroth 0."));
  const std::string help = run_well("--help").out;
  for (const char* command : {"rank", "canonical", "diff", "ensemble", "eval", "explain", "list", "bench", "export"}) {
    CHECK_THAT(help, Contains(command));
    const Outcome outcome = run_well(command + std::string(" --help"));
    if (command != std::string("diff") && command != std::string("ensemble"))
      CHECK_THAT(outcome.out, Contains("--space"));
    CHECK(outcome.err.empty());
  }
}

TEST_CASE("the README's table of proxies is the program's") {
  const std::string table = run_well("list proxies --markdown").out;
  const std::string readme = TemporaryFolder::read(std::string(ZEROTH_TESTS_DIR) + "/../README.md");
  CHECK(readme.find("<!-- zeroth list proxies --markdown -->\n" + table + "<!-- end of list proxies -->\n") !=
        std::string::npos);
  // A line of heading, one of dashes, one a proxy.
  CHECK(static_cast<size_t>(std::count(table.begin(), table.end(), '\n')) == listed_proxies().size() + 2);
}

TEST_CASE("list says what was measured of a proxy") {
  const std::string text = run_well("list proxies --long").out;
  const std::string zico = text.substr(text.find("\nzico\n"), text.find("\naz_expressivity\n") - text.find("\nzico\n"));
  CHECK_THAT(zico, Contains("cost ") && Contains(" ms alone") && Contains("(canonical)") && Contains("(as written)") &&
                       Contains("lift over data_free -."));
}

TEST_CASE("explain gives every proxy's score, error, percentile and time for one architecture") {
  const std::string command = "explain " + edge_to_output("nor_conv_3x3") + " --space nasbench201 --pool 12" + kTiny;
  const auto json = core::Json::parse(run_well(command + "--json").out);
  CHECK(json.at("hash").get<std::string>().size() == 16);
  CHECK(json.at("proxies").size() >= 50);
  for (const auto& item : json.at("proxies").items()) {
    INFO(item.key());
    const auto& entry = item.value();
    CHECK(entry.at("percentile").get<double>() >= 0.0);
    CHECK(entry.at("percentile").get<double>() <= 100.0);
    CHECK(entry.at("score").is_null() == (entry.at("status") != "ok"));
  }
  CHECK(json.at("proxies").at("zico").at("standard_error").get<double>() > 0.0);
  CHECK(json.at("proxies").at("zico").at("pass_ms").get<double>() > 0.0);

  const std::string dead = run_well("explain " + edge_to_output("none") + " --space nasbench201 --pool 3" + kTiny).out;
  CHECK_THAT(dead, Contains("no signal passes the network") && Contains("std. error"));
  const Outcome wrong = run_program("explain nonsense --space nasbench201");
  CHECK(wrong.code == 1);
  CHECK_THAT(wrong.err, Contains("nonsense"));
}

TEST_CASE("diff compares two runs' ranks, bits and settings") {
  const TemporaryFolder folder;
  const std::string a = folder.path("a.csv"), b = folder.path("b.csv"), out = folder.path("diff.csv");
  const std::string rank = "rank --space nasbench201 --quiet --top 0 --proxies nwot,l2_norm" + kTiny;
  run_well(rank + "--sample 8 --seed 1 --out " + a);
  run_well(rank + "--sample 8 --seed 1 --init normal --out " + b);
  const std::string same = run_well("diff " + a + " " + a).out;
  CHECK_THAT(same, Contains("8 architectures in both") && Contains("no architecture changed its rank"));
  const auto json = core::Json::parse(run_well("diff --json --movers 2 --out " + out + " " + a + " " + b).out);
  CHECK(json.at("architectures") == 8);
  CHECK(json.at("movers").size() <= 2);
  CHECK(json.at("changed_settings").dump().find("normal") != std::string::npos);
  CHECK(json.at("columns").at(0).at("column") == "params");
  CHECK(json.at("columns").at(0).at("same_bits") == 8);
  CHECK(json.at("columns").at(0).at("spearman") == 1.0);
  CHECK_THAT(TemporaryFolder::read(out), StartsWith("column,n,spearman,") && Contains("\nnwot,8,"));
  const Outcome wrong = run_program("diff --column zico " + a + " " + b);
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("zico") && Contains("l2_norm"));
  CHECK(run_program("diff " + a + " " + folder.path("absent.csv")).code == 1);
}

TEST_CASE("ensemble select grows a set on drawn functions, which eval can leave out") {
  const TemporaryFolder folder;
  const std::string scores = folder.path("scores.csv"), drawn = folder.path("drawn.txt");
  run_well("rank --space nasbench201 --quiet --top 0 --all --proxies longest_path,convs_3x3,skips --out " + scores);
  // The score table is its own benchmark: what predicts the live multiply-adds best are these.
  const std::string select = "ensemble select " + scores + " --space nasbench201 --benchmark " + scores;
  const std::string text =
      run_well(select + " --target live_macs --columns live_macs,convs_3x3,skips --sample 40 --out " + drawn).out;
  CHECK_THAT(text, StartsWith("40 functions, 3 columns") && Contains("1.0000  live_macs"));
  const std::string eval = "eval " + scores + " --benchmark " + scores + " --target live_macs --bootstrap 0 --json ";
  const auto only = core::Json::parse(run_well(eval + "--only " + drawn).out);
  const auto rest = core::Json::parse(run_well(eval + "--except " + drawn).out);
  CHECK(only.at("functions") == 40);
  CHECK(rest.at("functions") == 5260 - 40);
  CHECK(only.at("architectures").get<int>() + rest.at("architectures").get<int>() == 15625);
  CHECK(run_program(select + " --target live_macs --sample 6000").code == 2);
  CHECK(run_program(select + " --target nothing").code == 2);
  CHECK(run_program(select + " --target live_macs --columns zico").code == 2);
}

TEST_CASE("bench measures passes, sets of proxies and rates") {
  const std::string command = "bench --json --architectures 1 --rounds 1 --proxies fisher" + kTiny;
  const auto json = core::Json::parse(run_well(command).out);
  for (const char* name : {"convolution_peak_gflops", "forward_ms", "forward_backward_ms", "percent_of_peak",
                           "architectures_per_second_one_worker", "architectures_per_second", "speed_up"}) {
    CAPTURE(name);
    CHECK(json.at(name).get<double>() > 0.0);
  }
  CHECK(json.at("forward_ms").get<double>() < json.at("forward_backward_ms").get<double>());
  CHECK(json.at("sets").back().at("proxies") == "fisher");
  for (const auto& set : json.at("sets")) CHECK(set.at("multiple").get<double>() > 0.0);
  CHECK_THAT(run_well("bench --architectures 1 --rounds 1" + kTiny).out, Contains("architectures a second"));
  CHECK(run_program("bench --rounds 0").code == 2);
}

TEST_CASE("canonical tells which architectures are one function") {
  const std::string plain = edge_to_output("nor_conv_3x3");
  const std::string dead = "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
  const std::string other = edge_to_output("nor_conv_1x1");
  const Outcome outcome = run_well("canonical --space nasbench201", plain + "\n" + dead + "\n" + other + "\n");
  CHECK_THAT(outcome.out, StartsWith("arch,canonical,hash,params,macs,live_params,live_macs\n"));
  const TemporaryFolder folder;
  const auto table = core::CsvTable::read(folder.write("canonical.csv", outcome.out));
  REQUIRE(table.rows.size() == 3);
  const auto cell = [&](size_t row, const char* column) { return table.rows[row].fields[table.column(column)]; };
  CHECK(cell(0, "arch") == plain);
  CHECK(cell(0, "hash") == cell(1, "hash"));
  CHECK(cell(0, "canonical") == cell(1, "canonical"));
  CHECK(cell(0, "hash") != cell(2, "hash"));
  CHECK(cell(0, "params") == cell(0, "live_params"));
  CHECK(cell(0, "live_params") == cell(1, "live_params"));
  CHECK(cell(0, "live_macs") == cell(1, "live_macs"));
  // A dead 3x3 convolution with its norm, in five cells of each stage: 5 (9 C^2 + 2 C) for C = 16, 32, 64.
  CHECK(std::stoll(cell(1, "params")) - std::stoll(cell(0, "params")) ==
        5 * (9 * (16 * 16 + 32 * 32 + 64 * 64) + 2 * (16 + 32 + 64)));
}

TEST_CASE("canonical reads a file as it reads standard input") {
  const TemporaryFolder folder;
  const std::string text = edge_to_output("nor_conv_3x3") + "\n";
  const std::string path = folder.write("archs.txt", "# one\n" + text);
  CHECK(run_well("canonical --space nasbench201 " + path).out == run_well("canonical --space nasbench201 -", text).out);
}

TEST_CASE("list names every proxy and space, and --long describes them") {
  const std::vector<std::string> names = listed_proxies();
  CHECK(names.size() >= 19);
  const std::string in_full = run_well("list proxies --long").out;
  for (const std::string& name : names) CHECK_THAT("\n" + in_full, Contains("\n" + name + "\n"));
  const auto count = [&](const std::string& text) {
    size_t found = 0;
    for (size_t at = in_full.find(text); at != std::string::npos; at = in_full.find(text, at + 1)) ++found;
    return found;
  };
  for (const char* field : {"\n  measures  ", "\n  formula   ", "\n  sign      ", "\n  labels    ", "\n  source    "}) {
    INFO(field);
    CHECK(count(field) == names.size());
  }
  CHECK_THAT(run_well("list spaces").out, StartsWith("nasbench201 "));
  CHECK_THAT(run_well("list spaces --long").out, Contains("15625") && Contains("C=16 N=5 32x32 classes=10"));
}

TEST_CASE("eval measures how a score orders a benchmark") {
  const TemporaryFolder folder;
  const std::vector<std::string> operations = {"nor_conv_3x3", "nor_conv_1x1", "skip_connect", "avg_pool_3x3"};
  const std::vector<std::string> accuracies = {"10", "30", "20", "40"};
  std::string scores = "arch,mine,status\n", benchmark = "arch,acc\n";
  for (size_t i = 0; i < operations.size(); ++i) {
    scores += edge_to_output(operations[i]) + "," + std::to_string(i + 1) + ",ok\n";
    benchmark += edge_to_output(operations[i]) + "," + accuracies[i] + "\n";
  }
  const std::string out = folder.path("quality.csv");
  const std::string command = "eval " + folder.write("scores.csv", scores) + " --benchmark " +
                              folder.write("benchmark.csv", benchmark) + " --target acc ";
  CHECK_THAT(run_well(command + "--out " + out).out, Contains("mine") && Contains("0.800") && Contains("0.667"));

  // Ranks 1 2 3 4 against 1 3 2 4: 1 - 6 * 2 / (4 * 15), and five pairs of six in order.
  const auto table = core::CsvTable::read(out);
  REQUIRE_FALSE(table.rows.empty());
  const auto number = [&](const char* column) {
    return *core::parse_number(table.rows[0].fields[table.column(column)]);
  };
  CHECK(table.rows[0].fields[table.column("column")] == "mine");
  CHECK(number("n") == 4);
  CHECK(number("failed") == 0);
  CHECK(number("spearman") == Approx(0.8).epsilon(1e-12));
  CHECK(number("kendall_tau_b") == Approx(4.0 / 6.0).epsilon(1e-12));
  CHECK(number("top_accuracy") == 40);

  const core::Json json = core::Json::parse(run_well(command + "--json").out);
  CHECK(json.at("space") == "nasbench201");
  CHECK(json.at("target") == "acc");
  const core::Json& columns = json.at("columns");
  CHECK(columns.at(0).at("column") == "mine");
  CHECK(columns.at(0).at("spearman").at("value").get<double>() == Approx(0.8).epsilon(1e-12));
  std::vector<std::string> names;
  for (const core::Json& column : columns) names.push_back(column.at("column"));
  CHECK(names == std::vector<std::string>{"mine", "params", "macs", "live_params", "live_macs", "data_free"});
}
