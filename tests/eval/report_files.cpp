#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "eval/report_figures.h"
#include "eval/report_plot.h"
#include "eval/report_tables.h"
#include "tests/eval/temporary_file.h"

namespace zeroth::eval {
namespace {

using Catch::Matchers::Contains;
using tests::TemporaryFile;

Report small_report(const std::string& scores, const std::string& accuracies) {
  const TemporaryFile run("run.csv", scores);
  ReportRun read;
  read.label = "run";
  read.scores = core::ScoreTable::read(run.path());
  read.milliseconds["x_1"] = 2.5;
  std::vector<Benchmark> benchmarks;
  if (!accuracies.empty()) {
    const TemporaryFile file("accuracies.csv", accuracies);
    benchmarks = {Benchmark::read(file.path(), "acc 1/2")};
    return make_report({read}, benchmarks, nullptr, {});
  }
  return make_report({read}, benchmarks, nullptr, {});
}

std::vector<std::string> names(const std::vector<ReportFile>& files) {
  std::vector<std::string> result;
  for (const ReportFile& file : files) result.push_back(file.name);
  return result;
}

const char* const kScores = "arch,params,x_1\n<a|b>,100,1\nc&d_e,200,2\nf,300,3\n";
const char* const kAccuracies = "arch,acc 1/2\n<a|b>,90\nc&d_e,91\nf,89\n";

}  // namespace

TEST_CASE("figures are made of what there is") {
  CHECK(names(figures(small_report(kScores, kAccuracies))) ==
        std::vector<std::string>{"scatter_acc_1_2.svg", "cost_acc_1_2.svg", "correlation.svg", "pareto_params.svg",
                                 "redundancy.svg"});
  CHECK(names(figures(small_report(kScores, ""))) == std::vector<std::string>{"pareto_params.svg", "redundancy.svg"});
  CHECK(figures(small_report("arch,x\na,1\n", "")).empty());
  // Ties, neighbouring doubles, and numbers whose difference no double holds still are figures.
  for (const char* scores : {"1,1", "1,1.0000000000000002", "1e17,1.0000000000000002e17", "-1.7e308,1.7e308"}) {
    const std::string first = std::string(scores).substr(0, std::string(scores).find(','));
    const std::string second = std::string(scores).substr(first.size() + 1);
    const std::string run = "arch,params,x\na,1," + first + "\nb,1," + second + "\n";
    for (const ReportFile& file : figures(small_report(run, "arch,acc 1/2\na,5\nb,5\n"))) {
      INFO(scores << ": " << file.name);
      CHECK_THAT(file.text, Contains("</svg>") && !Contains("nan") && !Contains("inf"));
    }
  }
}

TEST_CASE("figures of two targets whose names differ in what no file name has are two files") {
  Report report = small_report(kScores, kAccuracies);
  report.tasks.push_back(report.tasks.front());
  report.tasks.back().target = "acc_1_2";
  const std::vector<std::string> all = names(figures(report));
  CHECK(std::count(all.begin(), all.end(), "scatter_acc_1_2.svg") == 1);
  CHECK(std::count(all.begin(), all.end(), "scatter_acc_1_2_2.svg") == 1);
}

TEST_CASE("names in figures are UTF-8, whatever they are in the file") {
  CHECK(xml_text("pr\xe9"
                 "cis <\xc3\xa9>") ==
        "pr\xef\xbf\xbd"
        "cis &lt;\xc3\xa9&gt;");
}

TEST_CASE("a plot puts points where its axes say") {
  Plot plot("x", "y<1>", {{0, 0}, {100, 10}});
  plot.add_points({{50, 5}}, "#0072b2", 1);
  // The middle of the panel: 62 + (440 - 62 - 12) / 2 and 12 + (330 - 12 - 46) / 2.
  CHECK_THAT(plot.svg(), Contains("M245.0 148.0h0") && Contains("y&lt;1&gt;") && Contains(">100<"));
  Plot logarithmic("ms", "y", {{1, 0}, {10000, 1}}, /*log_x=*/true);
  logarithmic.add_points({{100, 0.5}}, "#0072b2", 1);
  CHECK_THAT(logarithmic.svg(), Contains("M245.0 148.0h0") && Contains(">1000<"));
}

TEST_CASE("labels that would cover another are left out") {
  Plot plot("x", "y", {{0, 0}, {10, 10}});
  plot.add_labels({{5, 5}, {5.01, 5.01}, {5, 9}}, {"first", "covered", "third"});
  CHECK_THAT(plot.svg(), Contains("first") && Contains("third") && !Contains("covered"));
}

TEST_CASE("tables escape what Markdown and LaTeX would read as markup") {
  const auto files = tables(small_report(kScores, kAccuracies));
  REQUIRE(names(files) ==
          std::vector<std::string>{"leaderboard.md", "leaderboard.tex", "correlation.md", "correlation.tex"});
  CHECK(files[0].text ==
        "| architecture | x\\_1 | params | acc 1/2 |\n|---|---:|---:|---:|\n| f | 3 | 300 | 89 |\n"
        "| c\\&d\\_e | 2 | 200 | 91 |\n| \\<a\\|b\\> | 1 | 100 | 90 |\n");
  CHECK_THAT(files[1].text,
             Contains("\\begin{tabular}{lrrr}\n\\toprule\narchitecture & x\\_1 & params & acc 1/2 \\\\") &&
                 Contains("c\\&d\\_e & 2 & 200 & 91 \\\\") && Contains("\\textless{}a\\textbar{}b\\textgreater{} & 1"));
  CHECK_THAT(files[2].text, Contains("| x\\_1 | -0.500 | -0.333 |"));
  CHECK(tables(small_report(kScores, "")).size() == 2);
  // LaTeX takes a bracket or a star that follows the end of a row for the option of that end.
  CHECK_THAT(tables(small_report("arch,x\n\"[(0, 4)]\",1\n*,2\n", ""))[1].text,
             Contains("\n{*} & 2 \\\\\n{[}(0, 4)] & 1"));
}

TEST_CASE("contributions are a table, escaped as others are, where they are known") {
  Report report = small_report(kScores, "");
  report.orders.push_back({"r_1", "learned", "weights", 3, "", {}});
  report.orders.push_back({"other", "vote", "votes", 3, "vote is no sum", {}});
  CHECK(tables(report).size() == 2);
  // Rows of the leaderboard: f, c&d_e, <a|b>.
  report.orders[0].explained.push_back(
      {2, 1, 1.25, {{"x_1", 3.5, 83.25, 1.75, false}, {"y<", std::nullopt, 16.7, -0.5, true}}});
  const auto files = tables(report);
  REQUIRE(names(files) ==
          std::vector<std::string>{"leaderboard.md", "leaderboard.tex", "contributions.md", "contributions.tex"});
  CHECK(files[2].text ==
        "| architecture | run | score | column | value | percentile | contribution |\n"
        "|---|---:|---:|---:|---:|---:|---:|\n"
        "| \\<a\\|b\\> | r\\_1 | learned | x\\_1 | 3.5 | 83.2 | +1.75 |\n"
        "| \\<a\\|b\\> | r\\_1 | learned | y\\< | - | 16.7 | -0.5 |\n");
  CHECK_THAT(files[3].text, Contains("\\textless{}a\\textbar{}b\\textgreater{} & r\\_1 & learned & y\\textless{} & -"));
}

}  // namespace zeroth::eval
