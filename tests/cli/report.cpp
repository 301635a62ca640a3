// zeroth report through the program: a page, figures and tables of real runs.
#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "core/csv.h"
#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
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

// What the data of a page say of the runs' orders.
core::Json orders_on(const std::string& page) {
  const std::string text = TemporaryFolder::read(page), begin = R"(<script type="application/json" id="data">)";
  const size_t from = text.find(begin) + begin.size();
  return core::Json::parse(text.substr(from, text.find("</script>", from) - from)).at("orders");
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

TEST_CASE("report explains the order of a run as ensemble explain does") {
  const TemporaryFolder folder;
  const std::string scores = folder.path("run.csv"), page = folder.path("r.html");
  const std::string run = kRank + "--sample 12 --seed 3 --quiet --top 0 --proxies nwot,swap --out " + scores + kTiny;
  run_well(run + "--ensemble learned --ensemble-exclude nasbench201");
  run_well("report " + scores + " --top 3 --out " + page + " --tables " + folder.path("tables"));
  const core::Json order = orders_on(page).at(0);
  CHECK(order.at("unknown") == "");
  CHECK(order.at("score") == "learned");
  CHECK_THAT(order.at("by").get<std::string>(), StartsWith("the learned ensemble of "));
  REQUIRE(order.at("explained").size() == 3);
  const auto ranked = core::CsvTable::read(folder.path("run.ranked.csv"));
  for (size_t place = 0; place < 3; ++place) {
    const core::Json& explained = order.at("explained").at(place);
    CHECK(explained.at("row") == place);
    CHECK(explained.at("rank") == *ranked.number(place, 0));
    const std::string out = folder.path("explained.csv");
    run_well("ensemble explain " + scores + " --without nasbench201 --arch " + ranked.rows[place].fields[1] +
             " --out " + out);
    const auto table = core::CsvTable::read(out);
    const core::Json& contributions = explained.at("contributions");
    REQUIRE(contributions.size() == table.rows.size());
    double sum = 0.0;
    for (size_t i = 0; i < table.rows.size(); ++i) {
      const double amount = contributions[i].at("amount").get<double>();
      CHECK(contributions[i].at("column") == table.rows[i].fields[table.column("column")]);
      CHECK(amount == Approx(*table.number(i, table.column("contribution"))).margin(1e-12));
      CHECK(contributions[i].at("percentile") == *table.number(i, table.column("percentile")));
      CHECK(contributions[i].at("low") == (*table.number(i, table.column("sign")) < 0));
      sum += amount;
    }
    CHECK(sum == Approx(*ranked.number(place, ranked.column("learned"))).margin(1e-9));
  }
  CHECK_THAT(TemporaryFolder::read(folder.path("tables/contributions.md")), Contains("| run | learned | nwot |"));
}

TEST_CASE("report explains a label-free order, of names that look like markup as well") {
  const TemporaryFolder folder;
  const std::string scores = rank(folder.path("run.csv"), "4"), page = folder.path("r.html");
  const auto explained = [&] {
    run_well("report " + scores + " --top 2 --out " + page);
    return orders_on(page).at(0);
  };
  const core::Json order = explained();
  CHECK(order.at("by") == "mean log rank of nwot, zico");
  const core::Json& first = order.at("explained").at(0);
  REQUIRE(first.at("contributions").size() == 2);
  double sum = 0.0;
  for (const core::Json& each : first.at("contributions")) {
    // Of twelve rows without a failed score, each rank is percentile / 100 * 12 + 1/2.
    CHECK(each.at("amount").get<double>() ==
          Approx(std::log((each.at("percentile").get<double>() / 100 * 12 + 0.5) / 12) / 2).margin(1e-9));
    sum += each.at("amount").get<double>();
  }
  CHECK(sum == Approx(first.at("score").get<double>()).margin(1e-12));

  // The best architecture under another name.
  const std::string evil = "</script><script>alert(1)</script>";
  const std::string best = core::CsvTable::read(folder.path("run.ranked.csv")).rows[0].fields[1];
  for (const char* file : {"run.csv", "run.ranked.csv"}) {
    folder.write(file, boost::algorithm::replace_all_copy(TemporaryFolder::read(folder.path(file)), best, evil));
  }
  CHECK(explained().at("explained") == order.at("explained"));
  const std::string text = TemporaryFolder::read(page);
  CHECK(text.find(evil) == std::string::npos);
  CHECK(text.find("\\u003c/script>\\u003cscript>alert(1)") != std::string::npos);
}

TEST_CASE("report says why it cannot explain an order") {
  const TemporaryFolder folder;
  const std::string scores = folder.path("run.csv"), page = folder.path("r.html");
  const std::string run = kRank + "--sample 6 --quiet --top 0 --proxies nwot --out " + scores + kTiny;
  const auto reason = [&] {
    run_well("report " + scores + " --out " + page);
    const core::Json order = orders_on(page).at(0);
    CHECK(order.at("explained").empty());
    return order.at("unknown").get<std::string>();
  };
  run_well(run + "--ensemble vote");
  CHECK_THAT(reason(), Contains("the score of vote (median r / n) is no sum over columns"));
  // Scores that are not those that were ordered.
  run_well(run);
  const std::string ranked = TemporaryFolder::read(folder.path("run.ranked.csv"));
  run_well(kRank + "--sample 6 --seed 9 --quiet --top 0 --proxies nwot --out " + scores + kTiny);
  folder.write("run.ranked.csv", ranked);
  CHECK_THAT(reason(), Contains("run.ranked.csv does not have the log_rank that this program makes of"));
  // A manifest of an earlier version, and none.
  core::Json manifest = core::Json::parse(TemporaryFolder::read(folder.path("run.json")));
  manifest.at("results").erase("order");
  folder.write("run.json", manifest.dump());
  CHECK_THAT(reason(), Contains("run.json does not say what ordered the run; zeroth rank --resume"));
  manifest.at("results")["order"] = {{"score", 5}};
  folder.write("run.json", manifest.dump());
  CHECK_THAT(reason(), Contains("run.json: results.order is malformed"));
  manifest.at("results")["order"] = {{"score", "log_rank"}, {"columns", core::Json::array({"absent"})}};
  folder.write("run.json", manifest.dump());
  CHECK_THAT(reason(), Contains("absent") && Contains("run.csv"));
  std::filesystem::remove(folder.path("run.json"));
  CHECK_THAT(reason(), Contains("is not known without"));
  std::filesystem::remove(folder.path("run.ranked.csv"));
  CHECK_THAT(reason(), Contains("has no order of its own beside it"));
}

TEST_CASE("report passes over a manifest that names no fidelity it knows") {
  const TemporaryFolder folder;
  const std::string scores = folder.path("run.csv");
  run_well(kRank + "--sample 3 --quiet --top 0 --proxies nwot --out " + scores + kTiny);
  core::Json manifest = core::Json::parse(TemporaryFolder::read(folder.path("run.json")));
  manifest.at("settings")["fidelity"] = "ful";
  folder.write("run.json", manifest.dump());
  const std::string err = run_well("report " + scores + " --space nasbench201 --out " + folder.path("r.html")).err;
  CHECK_THAT(err, Contains("run.json is passed over") && Contains("\"ful\"") && Contains("fast, shared, paper"));
  manifest.at("settings")["fidelity"] = 3;
  folder.write("run.json", manifest.dump());
  run_well("report " + scores + " --out " + folder.path("r.html"));
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
