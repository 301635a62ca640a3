#include "eval/report.h"

#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/csv.h"
#include "core/error.h"
#include "eval/evaluation.h"
#include "eval/rank_statistics.h"
#include "eval/report_pareto.h"
#include "eval/report_runs.h"
#include "tests/benchmarks.h"
#include "tests/eval/temporary_file.h"

namespace zeroth::eval {
namespace {

using Catch::Matchers::Contains;
using tests::TemporaryFile;
using Values = std::vector<std::optional<double>>;

core::ScoreTable table(const std::string& text) {
  const TemporaryFile file("run.csv", text);
  return core::ScoreTable::read(file.path());
}

ReportRun run_of(const std::string& label, const std::string& text) {
  ReportRun run;
  run.label = label;
  run.scores = table(text);
  return run;
}

std::vector<std::string> names(const Population& pool) {
  std::vector<std::string> result;
  for (const ScoreColumn& column : pool.columns) result.push_back(column.name);
  return result;
}

const std::string kNamed[] = {
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    "|none~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"};

}  // namespace

TEST_CASE("columns of one name are one where runs agree and stay apart where they do not") {
  const auto merged = merge_runs({{"first", 0, table("arch,same,other,other_se,params\na,1,1,0,7\nb,2,2,0,8\n")},
                                  {"second", 1, table("arch,same,other,params,more\nb,2,5,8,3\nc,3,6,9,4\n")}});
  CHECK(merged.table.columns == std::vector<std::string>{"same", "other (first)", "params", "other (second)", "more"});
  REQUIRE(merged.table.rows.size() == 3);
  CHECK(merged.table.rows[0].values == Values{1, 1, 7, std::nullopt, std::nullopt});
  CHECK(merged.table.rows[1].values == Values{2, 2, 8, 5, 3});
  CHECK(merged.table.rows[2].values == Values{3, std::nullopt, 9, 6, 4});
  CHECK(merged.columns[3].run == 1);
  CHECK(merged.columns[3].column == "other");
}

TEST_CASE("runs without an architecture in common share only sizes of networks") {
  const auto merged =
      merge_runs({{"first", 0, table("arch,x,macs\na,1,7\n")}, {"second", 1, table("arch,x,macs\nb,1,8\n")}});
  CHECK(merged.table.columns == std::vector<std::string>{"x (first)", "macs", "x (second)"});
  CHECK(merged.table.rows[1].values == Values{std::nullopt, 8, 1});
}

TEST_CASE("of the rows of one architecture the first counts") {
  const auto merged = merge_runs({{"run", 0, table("arch,x\na,1\n a ,2\nb,3\n")}});
  CHECK(merged.repeated == 1);
  CHECK(merged.table.rows[0].values == Values{1});
}

TEST_CASE("a report of no rows, no scores or an unknown lead is refused") {
  CHECK_THROWS_WITH(make_report({run_of("r", "arch,x\n")}, {}, nullptr, {}), Contains("no rows"));
  CHECK_THROWS_WITH(make_report({run_of("r", "arch\na\n")}, {}, nullptr, {}), Contains("no column of scores"));
  ReportOptions options;
  options.lead = "nwo";
  CHECK_THROWS_AS(make_report({run_of("r", "arch,nwot\na,1\n")}, {}, nullptr, options), core::UsageError);
  CHECK_THROWS_WITH(make_report({run_of("r", "arch,nwot\na,1\n")}, {}, nullptr, options), Contains("nwot"));
}

TEST_CASE("the leaderboard follows its column, failed ones last and equal ones in the run's order") {
  const Report report = make_report({run_of("r", "arch,params,x\na,9,1\nb,8,\nc,7,2\nd,6,1\n")}, {}, nullptr, {});
  CHECK(report.pool.columns[report.lead].name == "x");
  CHECK(report.pool.architectures == std::vector<std::string>{"c", "a", "d", "b"});
  CHECK(find_column(report.pool, "params")->values == Values{7, 9, 6, 8});
  CHECK(report.drawings.empty());
}

TEST_CASE("log_rank leads where the pool's scores have it") {
  ReportRun run = run_of("r", "arch,x\na,3\nb,2\n");
  run.ranked = table("rank,arch,log_rank,x\n1,b,-0.1,2\n2,a,-0.5,3\n");
  const Report report = make_report({run}, {}, nullptr, {});
  CHECK(names(report.pool) == std::vector<std::string>{"x", "log_rank"});
  CHECK(report.pool.architectures.front() == "b");
}

TEST_CASE("what ordered the first run leads, unless another column is named or it has no such column") {
  ReportRun run = run_of("r", "arch,x\na,3\nb,2\n");
  run.ranked = table("rank,arch,log_rank,learned,x\n1,a,-0.5,0.7,3\n2,b,-0.1,-0.7,2\n");
  const auto lead = [&](const std::string& ordered_by, const std::string& named) {
    ReportRun ordered = run;
    ordered.ordered_by = ordered_by;
    ReportOptions options;
    options.lead = named;
    const Report report = make_report({ordered}, {}, nullptr, options);
    return report.pool.columns[report.lead].name;
  };
  CHECK(lead("learned", "") == "learned");
  CHECK(lead("learned", "x") == "x");
  CHECK(lead("borda", "") == "log_rank");
}

TEST_CASE("a report says of every column what an evaluation does") {
  std::string scores = "arch,x\n", accuracies = "arch,acc,half\n";
  for (int i = 0; i < 3; ++i) {
    scores += kNamed[i] + "," + std::to_string(3 * i % 5) + "\n";
    accuracies += kNamed[2 - i] + "," + std::to_string(90 - i) + "," + (i == 1 ? "" : std::to_string(i)) + "\n";
  }
  const TemporaryFile file("accuracies.csv", accuracies);
  const auto& space = spaces::find_space("nasbench201");
  const std::vector<Benchmark> benchmarks = {Benchmark::read(file.path(), "acc"), Benchmark::read(file.path(), "half")};
  const Report report = make_report({run_of("r", scores)}, benchmarks, &space, {});
  REQUIRE(report.tasks.size() == 2);
  CHECK(report.tasks[1].rows == 2);
  for (size_t t = 0; t < 2; ++t) {
    const Evaluation evaluation = evaluate(table(scores), benchmarks[t], &space, {});
    REQUIRE(report.tasks[t].columns.size() == evaluation.columns.size());
    for (size_t c = 0; c < evaluation.columns.size(); ++c) {
      CHECK(report.tasks[t].columns[c].column == evaluation.columns[c].column);
      CHECK(report.tasks[t].columns[c].spearman.value == evaluation.columns[c].spearman.value);
      CHECK(report.tasks[t].columns[c].kendall.value == evaluation.columns[c].kendall.value);
    }
  }
  // Accuracies follow the rows into the leaderboard's order.
  REQUIRE(report.pool.architectures.front() == kNamed[1]);
  CHECK(report.tasks[0].accuracy.front() == 89);
  CHECK_FALSE(report.tasks[1].accuracy.front());
  CHECK(report.drawings.size() == 3);
}

TEST_CASE("the redundancy of two columns is their rank correlation") {
  rc::prop("with ties and failed scores", [] {
    const auto rows = *rc::gen::inRange<size_t>(2, 12);
    std::vector<ScoreColumn> columns;
    for (const char* name : {"x", "y", "z"}) {
      columns.push_back({name, {}});
      for (size_t row = 0; row < rows; ++row) {
        const int value = *rc::gen::inRange(0, 6);
        columns.back().values.push_back(value == 0 ? std::nullopt : std::optional<double>(value));
      }
    }
    const Redundancy result = redundancy(columns, std::vector<std::vector<bool>>(3));
    const auto numbers = [&](const std::string& name) {
      std::vector<double> result;
      for (const ScoreColumn& column : columns) {
        if (column.name != name) continue;
        for (const auto& value : column.values) result.push_back(value.value_or(-1));
      }
      return result;
    };
    for (size_t a = 0; a < result.columns.size(); ++a) {
      for (size_t b = 0; b < result.columns.size(); ++b) {
        const auto expected = rank_correlation(numbers(result.columns[a]), numbers(result.columns[b])).spearman;
        RC_ASSERT(expected.has_value());
        RC_ASSERT(std::abs(*result.spearman[a][b] - *expected) < 1e-12);
      }
    }
  });
  CHECK(redundancy({{"flat", {1, 1}}, {"x", {1, 2}}}, {{}, {}}).columns == std::vector<std::string>{"x"});
  CHECK(redundancy({{"flat", {1, 1}}}, {{}}).columns.empty());
}

TEST_CASE("neighbours in the redundancy are alike") {
  const Redundancy result =
      redundancy({{"x", {1, 2, 3, 4, 5}}, {"noise", {3, 1, 4, 2, 3}}, {"like x", {1, 2, 3, 5, 4}}}, {{}, {}, {}});
  CHECK(result.columns == std::vector<std::string>{"x", "like x", "noise"});
}

TEST_CASE("no row beats one of the front, and one of the front beats every other") {
  rc::prop("against the definition", [] {
    const auto rows = *rc::gen::inRange<size_t>(0, 15);
    Values cost, score;
    for (size_t row = 0; row < rows; ++row) {
      for (Values* values : {&cost, &score}) {
        const int value = *rc::gen::inRange(0, 6);
        values->push_back(value == 0 ? std::nullopt : std::optional<double>(value));
      }
    }
    const std::vector<size_t> front = pareto_front(cost, score);
    const auto beats = [&](size_t a, size_t b) {
      if (!cost[a] || !score[a] || !cost[b] || !score[b]) return false;
      return *cost[a] <= *cost[b] && *score[a] >= *score[b] && (*cost[a] < *cost[b] || *score[a] > *score[b] || a < b);
    };
    for (size_t row = 0; row < rows; ++row) {
      bool beaten = !cost[row] || !score[row];
      for (size_t other = 0; other < rows; ++other) beaten = beaten || (other != row && beats(other, row));
      RC_ASSERT(beaten == (std::find(front.begin(), front.end(), row) == front.end()));
    }
  });
}

TEST_CASE("what a run did not score is no failed score") {
  const TemporaryFile file("accuracies.csv", "arch,acc\na,1\nb,2\nc,3\nd,4\n");
  const Report report =
      make_report({run_of("whole", "arch,x\na,1\nb,2\nc,3\nd,4\n"), run_of("part", "arch,y,z\nd,5,1\nc,,1\nb,7,1\n")},
                  {Benchmark::read(file.path(), "acc")}, nullptr, {});
  const auto& columns = report.tasks.front().columns;
  REQUIRE(columns.size() == 3);
  CHECK(columns[0].column == "x");
  CHECK(columns[0].rows == 4);
  CHECK(columns[1].column == "y");
  CHECK(columns[1].rows == 3);
  CHECK(columns[1].failed == 1);
  CHECK(columns[1].spearman.value.value() == Approx(-0.5));  // ranks 3, 1, 2 of b, c, d against 1, 2, 3
  CHECK_FALSE(columns[2].spearman.value);
  CHECK(report.redundancy.columns == std::vector<std::string>{"x", "y"});
  CHECK(report.redundancy.spearman[0][1].value() == Approx(-0.5));
}

TEST_CASE("a cost is the mean of an architecture's seconds") {
  const auto times = table("arch,forward,patterns\na,0.5,0.25\nb,1.5,0.75\n");
  CHECK(mean_milliseconds(times, {"forward", "patterns"}) == 1500.0);
  CHECK_FALSE(mean_milliseconds(times, {"forward", "absent"}));
  CHECK_FALSE(mean_milliseconds(times, {}));
  // An architecture whose function another one's score was copied for has not cost anything, and is not counted.
  const auto copied = table("arch,forward,patterns\na,0.5,0.25\nb,0,0\nc,1.5,0.75\n");
  CHECK(mean_milliseconds(copied, {"forward", "patterns"}) == 1500.0);
  CHECK_FALSE(mean_milliseconds(table("arch,forward\na,0\n"), {"forward"}));
  ReportRun run = run_of("r", "arch,x,y\na,1,2\nb,2,2\n");
  run.milliseconds["y"] = 4;
  const Report report = make_report({run}, {}, nullptr, {});
  REQUIRE(report.costs.size() == 1);
  CHECK(report.costs[0].column == "y");
}

}  // namespace zeroth::eval
