// zeroth search through the program: files, repetition, resumption, mistakes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <set>

#include "core/csv.h"
#include "core/manifest.h"
#include "tests/cli/latency_file.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

const std::string kSearch = "search --space nasbench201 " + kTiny;
const std::string kQuick = kSearch + "--proxies nwot,synflow --quiet --top 3 ";

size_t rows_of(const std::string& path) { return core::CsvTable::read(path).rows.size(); }

// A CSV file with the sum of three digits of each architecture of a tiny benchmark: all with one operation in use.
std::string values_file(const TemporaryFolder& folder) {
  const char* names[] = {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"};
  std::string text = "arch,accuracy,short,cost\n";
  for (int index = 0; index < 15625; ++index) {
    std::string arch;
    int rest = index, sum = 0;
    for (const int edges : {1, 2, 3}) {
      arch += edges == 1 ? "|" : "+|";
      for (int source = 0; source < edges; ++source, rest /= 5) {
        arch += std::string(names[rest % 5]) + "~" + std::to_string(source) + "|";
        sum += rest % 5;
      }
    }
    text += arch + "," + std::to_string(sum) + "," + std::to_string(-sum) + ",2\n";
  }
  return folder.write("values.csv", text);
}

}  // namespace

TEST_CASE("search writes its history, the best, the trace and the settings") {
  const TemporaryFolder folder;
  const std::string out = folder.path("s.csv");
  const Outcome outcome = run_well(kSearch + "--proxies nwot,synflow --budget 40 --top 3 --seed 2 --out " + out);
  const auto history = core::CsvTable::read(out);
  CHECK(history.columns == std::vector<std::string>{"index", "batch", "fidelity", "arch", "params", "macs",
                                                    "live_params", "live_macs", "synflow", "nwot", "objective",
                                                    "feasible", "status"});
  REQUIRE(history.rows.size() == 40);
  std::set<std::string> archs;
  for (const auto& row : history.rows) archs.insert(row.fields[3]);
  CHECK(archs.size() == 40);
  CHECK(history.rows[39].fields[1] == "2");  // batches of 16, 16 and 8

  const auto top = core::CsvTable::read(folder.path("s.top.csv"));
  REQUIRE(top.rows.size() == 3);
  CHECK(*top.number(0, top.column("objective")) >= *top.number(1, top.column("objective")));
  CHECK(archs.count(top.rows[0].fields[1]) == 1);
  const auto trace = core::CsvTable::read(folder.path("s.trace.csv"));
  REQUIRE(trace.rows.size() == 3);
  CHECK(*trace.number(2, trace.column("best")) == *top.number(0, top.column("objective")));

  const auto manifest = core::Manifest::read(folder.path("s.json"));
  CHECK(manifest.settings.at("strategy") == "evolution");
  CHECK(manifest.settings.at("objectives").at(0) == "auto ensemble of synflow, nwot");
  CHECK(manifest.settings.at("scoring").at("fast").at("fidelity") == "fast");
  CHECK(manifest.results.at("evaluations") == 40);
  CHECK_THAT(outcome.out, Contains("40 evaluations by evolution in nasbench201, of auto ensemble of synflow, nwot"));
  CHECK_THAT(outcome.out, Contains(top.rows[0].fields[1]));
  CHECK_THAT(outcome.err, Contains("evaluations 40/40") && Contains("best ") && Contains("diversity 0."));
}

TEST_CASE("a search writes the same bytes with one worker and two, and others with another seed") {
  const TemporaryFolder folder;
  for (const char* strategy : {"evolution", "te_nas"}) {
    const std::string command = kQuick + "--budget 90 --strategy " + strategy + " --objective nwot";
    const std::string one = folder.path("one.csv"), two = folder.path("two.csv"), other = folder.path("other.csv");
    run_well(command + " -j 1 --seed 3 --out " + one);
    run_well(command + " -j 2 --seed 3 --out " + two);
    run_well(command + " -j 2 --seed 4 --out " + other);
    CHECK(TemporaryFolder::read(one) == TemporaryFolder::read(two));
    CHECK(TemporaryFolder::read(folder.path("one.top.csv")) == TemporaryFolder::read(folder.path("two.top.csv")));
    CHECK(TemporaryFolder::read(one) != TemporaryFolder::read(other));
  }
}

TEST_CASE("a search that is interrupted leaves valid files, and goes on as if it had not been") {
  const TemporaryFolder folder;
  const std::string whole = folder.path("whole.csv"), cut = folder.path("cut.csv");
  const std::string command = kQuick + "--budget 400 --strategy genetic --out ";
  run_well(command + whole);
  const Outcome outcome =
      run_program(command + cut, "", Interruption{SIGINT, [&] {
                                                    const std::string text = TemporaryFolder::read(cut);
                                                    return std::count(text.begin(), text.end(), '\n') > 20;
                                                  }});
  CHECK(outcome.code == 130);
  CHECK_THAT(outcome.err, Contains("--resume goes on from"));
  const size_t kept = rows_of(cut);
  CHECK(kept < 400);
  CHECK(kept % 16 == 0);
  CHECK(rows_of(folder.path("cut.top.csv")) == 3);
  CHECK(core::Manifest::read(folder.path("cut.json")).results.at("evaluations") == kept);

  run_well(command + cut + " --resume");
  CHECK(TemporaryFolder::read(cut) == TemporaryFolder::read(whole));
  CHECK(TemporaryFolder::read(folder.path("cut.top.csv")) == TemporaryFolder::read(folder.path("whole.top.csv")));
  CHECK(core::Manifest::read(folder.path("cut.json")).results.at("resumed") == kept);

  const Outcome refused = run_program(command + cut + " --resume --seed 9");
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("seed"));
}

TEST_CASE("a finished search goes on with a larger budget") {
  const TemporaryFolder folder;
  const std::string whole = folder.path("whole.csv"), grown = folder.path("grown.csv");
  run_well(kQuick + "--budget 60 --out " + whole);
  run_well(kQuick + "--budget 30 --out " + grown);
  run_well(kQuick + "--budget 60 --resume --out " + grown);
  const auto archs = [](const std::string& path) {
    std::vector<std::string> found;
    for (const auto& row : core::CsvTable::read(path).rows) found.push_back(row.fields[3]);
    return found;
  };
  CHECK(archs(grown) == archs(whole));
}

TEST_CASE("searching a table of scores is searching with the scorer") {
  const TemporaryFolder folder;
  const std::string live = folder.path("live.csv"), looked_up = folder.path("table.csv"), all = folder.path("all.csv");
  const std::string proxies = kTiny + "--proxies nwot --seed 6 --top 5 --quiet ";
  run_well("search --space nasbench-macro --budget 48 " + proxies + "--out " + live);
  std::string archs;
  for (const auto& row : core::CsvTable::read(live).rows) archs += row.fields[3] + "\n";
  run_well("rank --space nasbench-macro --archs - " + proxies + "--out " + all, archs);
  run_well("search --space nasbench-macro --budget 48 " + proxies + "--scores " + all + " --out " + looked_up);
  CHECK(TemporaryFolder::read(live) == TemporaryFolder::read(looked_up));
  CHECK(TemporaryFolder::read(folder.path("live.top.csv")) == TemporaryFolder::read(folder.path("table.top.csv")));
  const Outcome missing = run_program("search --space nasbench-macro --budget 64 " + proxies + "--scores " + all +
                                      " --out " + folder.path("m.csv"));
  CHECK(missing.code == 1);
  CHECK_THAT(missing.err, Contains("all.csv: no scores of"));
}

TEST_CASE("a search can maximise a benchmark's column, and say what its picks are worth there") {
  const TemporaryFolder folder;
  const std::string values = values_file(folder), out = folder.path("s.csv");
  const Outcome outcome = run_well(
      "search --space nasbench201 --strategy local --budget 300 --seeds 2 --quiet --top 5 --objective file:" + values +
      ":accuracy --benchmark " + values + " --target accuracy,cost --confirm-by short --confirm-cost cost --out " +
      out);
  CHECK_THAT(outcome.out, Contains("2 seeds: best objective 24 +- 0"));
  const auto picks = core::CsvTable::read(folder.path("s.picks.csv"));
  CHECK(picks.columns ==
        std::vector<std::string>{"seed", "target", "first", "best", "confirmed", "confirm_cost", "seconds"});
  REQUIRE(picks.rows.size() == 4);
  CHECK(picks.rows[0].fields[2] == "24");
  CHECK(picks.rows[0].fields[3] == "24");
  CHECK(*picks.number(0, 4) < 24);  // "short" prefers the worst of the five
  CHECK(picks.rows[0].fields[5] == "10");
  CHECK(rows_of(folder.path("s.seed0.csv")) == 300);
  CHECK(rows_of(folder.path("s.seed1.csv")) == 300);
}

TEST_CASE("infeasible architectures are in the history, are not scored and cost no budget") {
  const TemporaryFolder folder;
  const std::string out = folder.path("s.csv");
  run_well(kQuick + "--budget 20 --constraint params<=9000,macs>=1 --out " + out);
  const auto history = core::CsvTable::read(out);
  size_t feasible = 0;
  for (size_t row = 0; row < history.rows.size(); ++row) {
    const bool kept = history.rows[row].fields[history.column("feasible")] == "1";
    feasible += kept ? 1 : 0;
    const auto params = history.number(row, history.column("params"));
    CHECK(params.has_value() == kept);
    if (kept) CHECK(*params <= 9000);
    if (!kept) CHECK_THAT(history.rows[row].fields.back(), Contains("infeasible=params"));
  }
  CHECK(feasible == 20);
  CHECK(history.rows.size() > 20);

  const Outcome none = run_program(kQuick + "--budget 20 --ask-batch 1 --constraint params<=1 --out " + out);
  CHECK(none.code == 3);
  CHECK_THAT(none.out, Contains("0 evaluations") && Contains("nothing new that is feasible"));
}

TEST_CASE("a search keeps a limit on latency, and may minimise it") {
  const TemporaryFolder folder;
  const std::string out = folder.path("s.csv"), table = latency_file(folder);
  const std::string command = "search --space nasbench-macro --quiet --proxies params --strategy random --budget 20 ";
  run_well(command + "--constraint latency_ms<=6 --objective -latency_ms --latency " + table + " --out " + out);
  const auto history = core::CsvTable::read(out);
  int feasible = 0;
  for (size_t row = 0; row < history.rows.size(); ++row) {
    const std::vector<std::string>& fields = history.rows[row].fields;
    const double sum = digit_sum(fields[history.column("arch")]);
    const bool kept = fields[history.column("feasible")] == "1";
    feasible += kept ? 1 : 0;
    CHECK(kept == (sum <= 6.0));
    if (kept) CHECK(history.number(row, history.column("latency_ms")) == sum);
    if (kept) CHECK(history.number(row, history.column("objective")) == -sum);
    if (!kept) CHECK_THAT(fields.back(), Contains("infeasible=latency_ms"));
  }
  CHECK(feasible == 20);
  CHECK(history.rows.size() > 20);
  run_well(
      "search --space nasbench-macro --quiet --proxies params --budget 2 --constraint latency_ms<=1e6 --latency "
      "measure --out " +
      out);
  CHECK(rows_of(out) == 2);
}

TEST_CASE("two objectives give a Pareto front") {
  const TemporaryFolder folder;
  const std::string out = folder.path("s.csv");
  const Outcome outcome = run_well(kQuick + "--budget 60 --strategy nsga2 --objective nwot,-macs --out " + out);
  CHECK_THAT(outcome.out, Contains("on the Pareto front"));
  const auto trace = core::CsvTable::read(folder.path("s.trace.csv"));
  double last = 0.0;
  for (size_t row = 0; row < trace.rows.size(); ++row) {
    const double now = *trace.number(row, trace.column("hypervolume"));
    CHECK(now >= last);
    last = now;
  }
  CHECK(last > 0.0);
}

TEST_CASE("successive halving scores survivors at the dearer fidelity") {
  const TemporaryFolder folder;
  const std::string out = folder.path("s.csv");
  run_well(kQuick + "--budget 20 --strategy successive_halving --fidelities fast,shared --objective nwot --out " + out);
  const auto history = core::CsvTable::read(out);
  REQUIRE(history.rows.size() == 20);
  CHECK(history.rows[15].fields[2] == "fast");
  CHECK(history.rows[16].fields[2] == "shared");
  CHECK(rows_of(folder.path("s.top.csv")) == 3);
}

TEST_CASE("mistakes in a search's options are told at once") {
  const auto refused = [](const std::string& options, const std::string& why) {
    INFO(options);
    const Outcome outcome = run_program("search --space nasbench201 --out /nowhere/s.csv " + options);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains(why));
  };
  refused("--strategy evolutoin", "unknown strategy \"evolutoin\"; did you mean \"evolution\"?");
  refused("--budget 0", "--budget 0: must be at least 1");
  refused("--ask-batch 0", "--ask-batch 0");
  refused("--seeds 0", "--seeds 0");
  refused("-j 0", "--jobs 0");
  refused("--time soon", "--time soon: should be seconds");
  refused("--constraint params<5", "\"<\" should be <= or >=");
  refused("--constraint latency_ms<=5", "latency_ms: say where it comes from, --latency measure");
  refused("--objective -latency_ms", "latency_ms: say where it comes from, --latency measure");
  refused("--latency measure", "--latency measure: nothing asks for latency_ms");
  refused("--constraint latency_ms<=5 --latency guess", "--latency guess: must be measure or table:FILE.csv:COLUMN");
  refused("--objective zicco", "did you mean \"zico\"?");
  refused("--ensemble bordas", "did you mean \"borda\"?");
  refused("--objective file:x.csv", "should be file:FILE.csv:COLUMN");
  refused("--objective nwot,synflow", "strategy evolution has one objective, not 2");
  refused("--strategy te_nas --budget 20", "takes 55 evaluations, the budget is 20");
  refused("--strategy successive_halving", "needs several fidelities");
  refused("--fidelities fast,slow", "slow");
  refused("--features all", "unknown features \"all\"");
  refused("--target accuracy", "go with --benchmark");
  const Outcome supernet = run_program("search --space darts --strategy te_nas");
  CHECK(supernet.code == 2);
  CHECK_THAT(supernet.err, Contains("darts has no supernet"));
  const Outcome unwritable = run_program(kQuick + "--budget 2 --out /nowhere/s.csv");
  CHECK(unwritable.code == 1);
  CHECK_THAT(unwritable.err, Contains("/nowhere/s.csv"));
}
