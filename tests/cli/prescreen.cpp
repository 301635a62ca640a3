// Prescreening another tool's candidates, through the program: the recipes of the README, and what becomes of each
// line.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/csv.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

const std::string kFree = " --proxies longest_path --quiet ";  // needs no network

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Column of a file that --why wrote.
std::vector<std::string> column_of(const std::string& path, const char* name) {
  const core::CsvTable table = core::CsvTable::read(path);
  std::vector<std::string> cells;
  for (const core::CsvRow& row : table.rows) cells.push_back(row.fields[table.column(name)]);
  return cells;
}

// Architectures of a space, as rank writes them.
std::vector<std::string> sampled(const std::string& space, int count, const std::string& notation) {
  const TemporaryFolder folder;
  run_well("rank --quiet --top 0 --proxies params --space " + space + " --sample " + std::to_string(count) + " --out " +
           folder.path("s.csv"));
  std::vector<std::string> archs = column_of(folder.path("s.csv"), "arch");
  if (notation == space) return archs;
  return lines_of(run_well("convert --from " + space + " --to " + notation, joined(archs)).out);
}

}  // namespace

TEST_CASE("prescreen says of every line what became of it") {
  const TemporaryFolder folder;
  // NASLib's edges: 0->1, 0->2, 0->3, 1->2, 1->3, 2->3; skip, none, 3x3, 1x1, pool are 0 to 4.
  const std::string list = joined({"# candidates", "(1, 1, 2, 1, 1, 1)",  // 3x3 to the output
                                   "(2, 2, 2, 2, 2, 2)",                  // all 3x3: too large
                                   "(2, 1, 2, 1, 1, 1)",                  // as the first, with a dead 3x3
                                   "(2, 1, 1, 2, 1, 3)",                  // 3x3, 3x3, 1x1 in a row
                                   "(2, 1, 1, 1, 2, 5)", "",              //
                                   "(0, 1, 1, 0, 1, 3)",                  // one 1x1
                                   "(0, 0, 0, 0, 0, 0)"});
  const std::string path = folder.write("list.txt", list), why = folder.path("why.csv");
  const std::string command = "prescreen " + path + " --space nasbench201 --from naslib --keep 2 --why " + why +
                              " --constraint params<=1e6" + kFree;
  CHECK(run_program(command).code == 1);
  CHECK_THAT(run_program(command).err, Contains(path + ":6: \"(2, 1, 1, 1, 2, 5)\"") && Contains("0 to 4"));
  CHECK_FALSE(std::filesystem::exists(why));

  const Outcome outcome = run_well(command + "--skip-bad");
  CHECK(lines_of(outcome.out) == std::vector<std::string>{"(2, 1, 1, 2, 1, 3)", "(1, 1, 2, 1, 1, 1)"});
  CHECK(column_of(why, "line") == std::vector<std::string>{"2", "3", "4", "5", "6", "8", "9"});
  CHECK(column_of(why, "text")[4] == "(2, 1, 1, 1, 2, 5)");
  CHECK(column_of(why, "rank") == std::vector<std::string>{"2", "", "", "1", "", "2", "4"});
  const std::vector<std::string> reasons = column_of(why, "reason");
  CHECK(reasons[0] == "kept");
  CHECK_THAT(reasons[1], Catch::StartsWith("params 1") && Catch::EndsWith(" > 1e+06"));
  CHECK(reasons[2] == "same function as line 2");
  CHECK(reasons[3] == "kept");
  CHECK_THAT(reasons[4], Catch::StartsWith("not readable: \"(2, 1, 1, 1, 2, 5)\" is not in the notation naslib"));
  CHECK(reasons[5] == "rank 2 of 4");
  CHECK(reasons[6] == "rank 4 of 4");
}

TEST_CASE("prescreen keeps what rank puts first") {
  const TemporaryFolder folder;
  const std::vector<std::string> archs = sampled("nasbench201", 12, "nasbench201");
  const std::string path = folder.write("archs.txt", joined(archs)), setting = kTiny + "--proxies swap --seed 2 ";
  run_well("rank --quiet --unique --space nasbench201 --archs " + path + " --out " + folder.path("s.csv") + setting);
  std::vector<std::string> best = column_of(folder.path("s.ranked.csv"), "arch");
  best.resize(5);
  const std::string command = "prescreen " + path + " --space nasbench201 --keep 5 --quiet" + setting;
  CHECK(lines_of(run_well(command).out) == best);
  run_well(command + "--out " + folder.path("best.txt"));
  CHECK(lines_of(TemporaryFolder::read(folder.path("best.txt"))) == best);
  CHECK(run_well("prescreen - --space nasbench201 --keep 5 --quiet" + setting, joined(archs)).out == joined(best));
  CHECK_THAT(run_well("prescreen - --space nasbench201 --keep 50" + setting, joined(archs)).err, Contains("kept "));
}

TEST_CASE("recipes: tuples of NASLib, dictionaries of archai and NNI, genotypes, subnets of Once-for-All") {
  struct Recipe {
    std::string space, notation;
  };
  for (const Recipe& recipe : std::vector<Recipe>{{"nasbench201", "naslib"},
                                                  {"nasbench201", "archai-nats"},
                                                  {"nasbench201", "nni-nasbench201"},
                                                  {"darts", "nni-darts"},
                                                  {"nasbench101", "nasbench101-json"},
                                                  {"ofa", "ofa-json"}}) {
    INFO(recipe.notation);
    const std::vector<std::string> list = sampled(recipe.space, 8, recipe.notation);
    const std::string command = "prescreen - --keep 3 --space " + recipe.space + " --from " + recipe.notation + kFree;
    const std::vector<std::string> kept = lines_of(run_well(command, joined(list)).out);
    REQUIRE(kept.size() == 3);
    for (const std::string& line : kept) CHECK(std::find(list.begin(), list.end(), line) != list.end());
    // The same in the space's own notation.
    CHECK(run_well(command + "--as " + recipe.space, joined(list)).out ==
          run_well("convert --from " + recipe.notation + " --to " + recipe.space, joined(kept)).out);
  }
}

TEST_CASE("recipe: the operations that a supernet keeps on each edge") {
  const std::vector<std::string> list = sampled("darts", 8, "darts");
  const std::string command = "prescreen - --space darts --keep 3 --as restriction" + kFree;
  const Json json = Json::parse(run_well(command, joined(list)).out);
  CHECK(json["architectures"] == 3);
  const std::vector<std::string> kept =
      lines_of(run_well("prescreen - --space darts --keep 3 " + kFree, joined(list)).out);
  int edges = 0;
  for (const auto& [edge, operations] : json["edges"].items()) {
    CHECK((edge.rfind("normal ", 0) == 0 || edge.rfind("reduce ", 0) == 0));
    for (const auto& [operation, count] : operations.items()) {
      edges += count.get<int>();
      CHECK_THAT(joined(kept), Contains("'" + operation + "'"));
    }
  }
  CHECK(edges <= 3 * 16);  // an architecture may have one operation twice on an edge
  CHECK(edges > 3 * 12);
  const Json layers = Json::parse(
      run_well("prescreen - --space nasbench-macro --keep 2 --as restriction" + kFree, "01201202\n01201201\n").out);
  CHECK(layers["edges"].size() == 8);
}

TEST_CASE("prescreen drops what a table of latencies, or this machine, says is too slow") {
  const TemporaryFolder folder;
  const std::vector<std::string> archs = {
      "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|",
      "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|nor_conv_3x3~2|",
      "|none~0|+|nor_conv_1x1~0|none~1|+|none~0|none~1|nor_conv_3x3~2|",  // the table lacks it
      "|nor_conv_1x1~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|"};
  const std::string table =
      folder.write("t.csv", "arch,gpu,cpu\n" + archs[0] + ",3,30\n" + archs[1] + ",8,80\n" + archs[3] + ",2,5\n");
  const std::string why = folder.path("why.csv");
  const std::string command = "prescreen - --space nasbench201 --keep 4 --why " + why + kFree + "--constraint ";
  const auto kept = [&](const std::string& limit) { return lines_of(run_well(command + limit, joined(archs)).out); };

  CHECK_THAT(kept("params<=1e9,latency_ms<=5 --latency table:" + table + ":gpu"),
             Catch::UnorderedEquals(std::vector<std::string>{archs[0], archs[3]}));
  CHECK(column_of(why, "reason") ==
        std::vector<std::string>{"kept", "latency_ms 8 > 5", "latency_ms has no value", "kept"});
  CHECK(kept("latency_ms<=5 --latency table:" + table + ":cpu") == std::vector<std::string>{archs[3]});
  CHECK(column_of(why, "reason")[0] == "latency_ms 30 > 5");

  CHECK(kept("latency_ms<=1e6 --latency measure").size() == archs.size());
  const Outcome none = run_program(command + "latency_ms<=1e-6 --latency measure", joined(archs));
  CHECK(none.code == 1);
  CHECK_THAT(none.err, Contains("nothing is left to score"));
  for (const std::string& reason : column_of(why, "reason")) {
    CHECK_THAT(reason, Catch::StartsWith("latency_ms ") && Catch::EndsWith(" > 1e-06"));
  }
}

TEST_CASE("prescreen where nothing is left, and mistakes in its options") {
  const std::string all = "(2, 2, 2, 2, 2, 2)\n";
  const std::string command = "prescreen - --space nasbench201 --from naslib" + kFree;
  const Outcome none = run_program(command + "--keep 3 --constraint params<=1", all);
  CHECK(none.code == 1);
  CHECK(none.out.empty());
  CHECK_THAT(none.err, Contains("nothing is left to score"));
  const TemporaryFolder folder;
  const std::string why = folder.path("why.csv");
  const Outcome failed =  // it takes at most 100 classes
      run_program(command + "--keep 3 --classes 101 --proxies epe_nas --why " + why + kTiny, all);
  CHECK(failed.code == 3);
  CHECK(failed.out.empty());
  CHECK_THAT(column_of(why, "reason")[0], Catch::StartsWith("failed: epe_nas="));
  for (const auto& [arguments, told] : std::vector<std::pair<std::string, std::string>>{
           {command + "--keep 0", "--keep 0: must be at least 1"},
           {command, "--keep"},
           {command + "--keep 1 --as json", "unknown notation of nasbench201 \"json\""},
           {"prescreen - --space nasbench201 --from darts --keep 1", "unknown notation of nasbench201 \"darts\""},
           {command + "--keep 1 --constraint size<=3", "unknown cost \"size\""},
           {command + "--keep 1 --constraint latency_ms<=3", "latency_ms: say where it comes from, --latency measure"},
           {command + "--keep 1 --constraint latency_ms<=3 --latency guess", "--latency guess: must be measure or"},
           {command + "--keep 1 --latency measure", "--latency measure: nothing asks for latency_ms"},
           {command + "--keep 1 -j 0", "--jobs 0"}}) {
    const Outcome outcome = run_program(arguments, all);
    INFO(arguments << "\n" << outcome.err);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains(told));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
  const Outcome empty = run_program(command + "--keep 1", "# nothing\n");
  CHECK(empty.code == 1);
  CHECK_THAT(empty.err, Contains("standard input: no architectures in it"));
  CHECK(run_program(command + "--keep 1 --out /no/such/folder/best.txt", all).code == 1);
}
