// zeroth ensemble fit, apply, compare, labels and explain on small tables made up here, and rank's learned column.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <sstream>

#include "core/csv.h"
#include "core/random.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

std::string macro_arch(size_t number) {
  std::string text;
  for (size_t place = 0; place < 8; ++place, number /= 3) text += static_cast<char>('0' + number % 3);
  return text;
}

std::string size_arch(size_t number) {
  std::string text;
  for (size_t place = 0; place < 5; ++place, number /= 8) {
    text += (place == 0 ? "" : ":") + std::to_string(8 * (1 + number % 8));
  }
  return text;
}

// Scores and accuracies of so many architectures in NAME.csv and NAME_bench.csv. swap and zico show the accuracy, plain
// hides it.
void write_task(const TemporaryFolder& folder, const std::string& name, std::string (*arch)(size_t), size_t rows) {
  std::vector<double> draws(4 * rows);
  core::Stream(core::hash_bytes(name), "ensemble test").fill_normal(draws.data(), draws.size(), 1.0);
  std::string scores = "arch,swap,zico,plain,status\n", bench = "arch,acc\n";
  for (size_t row = 0; row < rows; ++row) {
    const double *draw = &draws[4 * row], quality = draw[0];
    const std::string text = arch(37 * row + 5);
    scores += text + "," + core::number_text(quality + 0.4 * draw[1]) + "," +
              core::number_text(std::exp(quality + 0.6 * draw[2])) + "," + core::number_text(draw[3]) + ",ok\n";
    bench += text + "," + core::number_text(90.0 + quality) + "\n";
  }
  folder.write(name + ".csv", scores);
  folder.write(name + "_bench.csv", bench);
}

std::string task(const TemporaryFolder& folder, const std::string& name) {
  return " --task " + folder.path(name + ".csv") + "," + folder.path(name + "_bench.csv") + ",acc";
}

// Two tasks of two groups of spaces, and what was fitted on them.
struct Fitted {
  TemporaryFolder folder;
  std::string tasks, weights;

  explicit Fitted(const std::string& options = "") {
    write_task(folder, "macro", macro_arch, 80);
    write_task(folder, "size", size_arch, 70);
    tasks = task(folder, "macro") + task(folder, "size");
    weights = folder.path("weights.json");
    run_well("ensemble fit" + tasks + " --out " + weights + options);
  }
};

std::map<std::string, double> numbers(const core::CsvTable& table, const std::string& key, const std::string& value) {
  std::map<std::string, double> result;
  for (const core::CsvRow& row : table.rows) {
    result[row.fields[table.column(key)]] = *core::parse_number(row.fields[table.column(value)]);
  }
  return result;
}

}  // namespace

TEST_CASE("ensemble fit prints held-out correlations by column set and apply orders by the weights") {
  const Fitted fitted;
  const TemporaryFolder& folder = fitted.folder;
  const auto fit = run_well("ensemble fit" + fitted.tasks + " --out " + folder.path("again.json"));
  CHECK_THAT(fit.out, Contains("learned:all") && Contains("log_rank:default") && Contains("macro.csv,acc") &&
                          Contains("mean over spaces"));
  write_task(folder, "other", macro_arch, 90);
  const std::string out = folder.path("order.csv");
  const auto outcome = run_well("ensemble apply " + fitted.weights + " " + folder.path("other.csv") +
                                " --method learned --without nasbench-macro --out " + out);
  CHECK_THAT(outcome.err, Contains("of the ensemble's") && Contains("params"));  // which this table lacks
  const auto order = core::CsvTable::read(out);
  CHECK(order.columns == std::vector<std::string>{"rank", "arch", "learned", "deviation"});
  REQUIRE(order.rows.size() == 90);
  const auto learned = numbers(order, "arch", "learned");
  const auto swap = numbers(core::CsvTable::read(folder.path("other.csv")), "arch", "swap");
  const auto best =
      std::max_element(swap.begin(), swap.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  CHECK(learned.at(best->first) > 0.5);
  CHECK(*core::parse_number(order.rows.front().fields[2]) > *core::parse_number(order.rows.back().fields[2]));
}

TEST_CASE("ensemble apply takes labels by each method") {
  const Fitted fitted;
  const TemporaryFolder& folder = fitted.folder;
  write_task(folder, "other", macro_arch, 90);
  for (const std::string method : {"auto", "bayes", "gp", "gbt"}) {
    const std::string out = folder.path(method + ".csv");
    const auto outcome = run_well("ensemble apply " + fitted.weights + " " + folder.path("other.csv") + " --labels " +
                                  folder.path("other_bench.csv") + ",acc --method " + method + " --out " + out);
    CHECK_THAT(outcome.err, Contains("90 of 90 rows have a label"));
    const auto accuracy = numbers(core::CsvTable::read(folder.path("other_bench.csv")), "arch", "acc");
    const auto order = core::CsvTable::read(out);
    INFO(method);
    CHECK(accuracy.at(order.rows.front().fields[1]) > 90.5);
    CHECK(accuracy.at(order.rows.back().fields[1]) < 89.5);
    CHECK((order.columns.size() == 4) == (method != "gbt"));
  }
}

TEST_CASE("mistakes with an ensemble are told in one line") {
  const Fitted fitted;
  const TemporaryFolder& folder = fitted.folder;
  const std::string scores = " " + folder.path("macro.csv"), out = " --out " + folder.path("o.csv");
  const auto mistake = [&](const std::string& arguments) {
    const auto outcome = run_program(arguments);
    CHECK(outcome.code == 2);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    return outcome.err;
  };
  const std::string apply = "ensemble apply " + fitted.weights + scores + out;
  CHECK_THAT(mistake(apply + " --without darts"), Contains("\"darts\"") && Contains("nasbench-macro, nats-size"));
  CHECK_THAT(mistake(apply + " --method gp"), Contains("--method gp learns from labels of the pool"));
  CHECK_THAT(mistake(apply + " --method gpp"), Contains("did you mean \"gp\"?"));
  CHECK_THAT(mistake("ensemble fit" + task(folder, "macro") + " --method gp" + out), Contains("bayes or gbt"));
  CHECK_THAT(mistake("ensemble compare" + task(folder, "macro")), Contains("all tasks are of the group mobile"));
  CHECK_THAT(mistake("ensemble explain" + scores + " --arch 7"), Contains("no row has the architecture \"7\""));
  CHECK_THAT(mistake("ensemble labels" + fitted.tasks + " --labels 75"), Contains("leave too few to judge by"));
  CHECK_THAT(mistake(kRank + "--sample 2 --ensemble bordo --out " + folder.path("s.csv")),
             Contains("did you mean \"borda\"?"));
  CHECK_THAT(mistake(kRank + "--sample 2 --ensemble-exclude nowhere --out " + folder.path("s.csv")),
             Contains("\"nowhere\"") && Contains("nasbench101"));
  run_well("ensemble fit" + task(folder, "macro") + " --out " + folder.path("one.json"));
  CHECK_THAT(mistake("ensemble apply " + folder.path("one.json") + scores + out + " --without nasbench-macro"),
             Contains("all tasks are of one group of spaces, mobile"));
  CHECK(run_program("ensemble apply " + scores + scores + out).code == 1);  // no JSON
}

TEST_CASE("ensemble compare sets methods, label-free ensembles and baselines side by side") {
  const Fitted fitted;
  const std::string out = fitted.folder.path("comparison.csv");
  const auto outcome = run_well("ensemble compare" + fitted.tasks + " --bootstrap 50 --out " + out);
  const auto table = core::CsvTable::read(out);
  std::vector<std::string> methods;
  for (const core::CsvRow& row : table.rows) {
    if (row.fields[0] == "macro.csv,acc") methods.push_back(row.fields[table.column("method")]);
  }
  for (const char* method : {"auto", "bayes", "gbt", "log_rank", "log_rank:default", "best_single", "live_params",
                             "live_macs", "data_free"}) {
    INFO(method);
    CHECK(std::find(methods.begin(), methods.end(), method) != methods.end());
    CHECK_THAT(outcome.out, Contains(method));
  }
  // The other group alone cannot tell whether the weights are worth more, so that auto is log_rank.
  const auto spearman = numbers(table, "method", "spearman");
  CHECK(spearman.at("auto") == spearman.at("log_rank"));
  CHECK(spearman.at("bayes") > 0.8);
  const auto over = numbers(table, "method", "over_data_free"), low = numbers(table, "method", "over_data_free_low");
  CHECK(over.at("bayes") == Approx(spearman.at("bayes") - spearman.at("data_free")).margin(1e-12));
  CHECK(over.at("data_free") == 0.0);
  CHECK(low.at("bayes") <= over.at("bayes"));
  const auto every = run_well("ensemble compare" + fitted.tasks + " --bootstrap 0 --every-row");
  CHECK_THAT(every.out, Contains("macro.csv,acc    80") || Contains("macro.csv,acc     80"));
}

TEST_CASE("ensemble labels judges on functions without a label") {
  const Fitted fitted;
  const std::string out = fitted.folder.path("labels.csv");
  const std::string command =
      "ensemble labels" + fitted.tasks + " --labels 10,30 --seeds 2 --weights " + fitted.weights + " --out ";
  const auto outcome = run_well(command + out);
  CHECK_THAT(outcome.out, Contains("30 labels") && Contains("bayes:none") && Contains("gp") && Contains(" +- "));
  const auto table = core::CsvTable::read(out);
  CHECK(table.rows.size() == 2 * 2 * 2 * 5);  // tasks, numbers of labels, draws, methods
  double sum = 0.0;
  for (const core::CsvRow& row : table.rows) {
    const double spearman = *core::parse_number(row.fields[table.column("spearman")]);
    CHECK(std::abs(spearman) <= 1.0);
    sum += spearman;
  }
  CHECK(sum > 0.3 * static_cast<double>(table.rows.size()));
  run_well(command + fitted.folder.path("again.csv"));
  CHECK(TemporaryFolder::read(out) == TemporaryFolder::read(fitted.folder.path("again.csv")));
}

TEST_CASE("ensemble explain adds up, by the program's own ensemble or a file") {
  const Fitted fitted;
  const TemporaryFolder& folder = fitted.folder;
  const std::string out = folder.path("contributions.csv"), arch = macro_arch(5);
  for (const std::string& weights : {std::string(), fitted.weights + " "}) {
    const auto outcome = run_well("ensemble explain " + weights + folder.path("macro.csv") + " --arch " + arch +
                                  " --top 2 --out " + out);
    CHECK_THAT(outcome.out, Contains(arch) && Contains(" of 80; learned score ") && Contains("percentile"));
    CHECK_THAT(outcome.out, Contains("1 others"));
    double sum = 0.0;
    for (const auto& [column, amount] : numbers(core::CsvTable::read(out), "column", "contribution")) sum += amount;
    std::istringstream text(outcome.out.substr(outcome.out.find("learned score ") + 14));
    double learned = 0.0;
    text >> learned;
    CHECK(sum == Approx(learned).margin(0.001));
  }
}

TEST_CASE("rank writes the learned score, orders by what is known and says which") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv"), ranked = folder.path("scores.ranked.csv");
  const std::string rank = kRank + kTiny + "--sample 12 --seed 5 --top 2 --out " + out;
  const auto by_default = run_well(rank);
  const auto table = core::CsvTable::read(ranked);
  CHECK(table.columns[2] == "log_rank");
  CHECK(table.columns[3] == "learned");
  CHECK_THAT(by_default.err, Contains("ordered by log_rank: with the default columns"));
  CHECK_THAT(by_default.err, Contains("learned from nasbench201 among others; --ensemble-exclude nasbench201"));
  const auto learned = run_well(rank + " --ensemble learned --ensemble-exclude nasbench201");
  CHECK_THAT(learned.out, Contains("learned") && Contains("architectures by the learned ensemble of "));
  CHECK_THAT(learned.err, !Contains("among others"));
  const auto by_learned = core::CsvTable::read(ranked);
  std::vector<double> order;
  for (const core::CsvRow& row : by_learned.rows) order.push_back(*core::parse_number(row.fields[3]));
  CHECK(std::is_sorted(order.rbegin(), order.rend()));
  CHECK(numbers(table, "arch", "learned") != numbers(by_learned, "arch", "learned"));  // other weights
  CHECK(numbers(table, "arch", "log_rank") == numbers(by_learned, "arch", "log_rank"));
  const auto borda = run_well(rank + " --ensemble borda");
  CHECK_THAT(borda.out, Contains("12 architectures by borda of ntk_cond, "));
  CHECK(core::CsvTable::read(ranked).columns[3] == "borda");
  CHECK_THAT(run_well(rank + " --proxies zico,nwot").err, Contains("with these columns alone is not known"));
  CHECK_THAT(run_well(rank + " --quiet").err, !Contains("ordered by"));
}

TEST_CASE("rank takes the weights of a file") {
  const Fitted fitted;
  const std::string out = fitted.folder.path("scores.csv");
  const auto outcome =
      run_well(kRank + kTiny + "--sample 8 --proxies swap,zico --out " + out + " --ensemble " + fitted.weights);
  CHECK_THAT(outcome.out, Contains("8 architectures by the learned ensemble of "));
  CHECK(run_program(kRank + "--sample 2 --out " + out + " --ensemble " + fitted.folder.path("none.json")).code == 1);
}
