// What an evaluation says: every statistic in every form, several tables side by side, and warnings.
#include <catch2/catch.hpp>
#include <cmath>

#include "core/csv.h"
#include "core/error.h"
#include "eval/evaluation.h"
#include "eval/reliability.h"
#include "eval/summary.h"
#include "tests/eval/temporary_file.h"

using Catch::Matchers::Contains;
using zeroth::core::CsvTable;
using zeroth::core::ScoreTable;
using zeroth::eval::as_csv;
using zeroth::eval::as_json;
using zeroth::eval::as_table;
using zeroth::eval::Benchmark;
using zeroth::eval::details;
using zeroth::eval::evaluate;
using zeroth::eval::Evaluation;
using zeroth::eval::EvaluationOptions;
using zeroth::eval::prediction_warnings;
using zeroth::eval::redundancy_csv;
using zeroth::eval::stability_warnings;
using zeroth::eval::summary_json;
using zeroth::eval::summary_table;
using zeroth::tests::TemporaryFile;

namespace {

// `noise` has no order to keep: its standard error is as large as its range. `flat` is nearly one value.
const std::string kScores =
    "arch,macs,good,good_se,noise,noise_se,flat\n"
    "a,1,1,.1,3,4,1\n"
    "b,2,2,.1,1,4,1\n"
    "c,3,4,.1,4,4,1\n"
    "d,4,3,.1,2,4,1\n"
    "e,5,5,.1,5,4,0\n"
    "f,6,6,.1,1,4,1\n";
const std::string kAccuracies =
    "arch,acc,other,run1,run2\n"
    "a,10,9,1,1\nb,20,8,2,2\nc,50,7,3,3\nd,40,6,4,5\ne,30,5,5,4\nf,60,4,6,6\n";

Evaluation evaluate_texts(const std::string& scores, const std::string& target, const EvaluationOptions& options,
                          const std::string& name = "scores.csv", bool runs = false) {
  const TemporaryFile scores_file(name, scores), bench("bench.csv", kAccuracies);
  std::vector<Benchmark> read;
  if (runs) read = {Benchmark::read(bench.path(), "run1"), Benchmark::read(bench.path(), "run2")};
  return evaluate(ScoreTable::read(scores_file.path()), Benchmark::read(bench.path(), target), nullptr, options, read);
}

EvaluationOptions all_options() {
  EvaluationOptions options;
  options.correlation.resamples = 50;
  options.correlation.k = 2;
  options.pairs = {{"good", "macs"}};
  options.redundancy = true;
  return options;
}

CsvTable parsed(const std::string& csv) { return CsvTable::read(TemporaryFile("quality.csv", csv).path()); }

}  // namespace

TEST_CASE("Columns of the CSV keep their places: new ones are to the right") {
  const CsvTable table = parsed(as_csv({evaluate_texts(kScores, "acc", {})}));
  const std::vector<std::string> first = {
      "column",       "n",           "functions", "failed",        "spearman",    "spearman_low", "spearman_high",
      "lift",         "lift_low",    "lift_high", "kendall_tau_b", "kendall_low", "kendall_high", "kendall_top_tenth",
      "top_accuracy", "best_of_ten", "unit",      "failed_policy", "resamples",   "seed",         "scores",
      "benchmark",    "target"};
  REQUIRE(table.columns.size() > first.size());
  CHECK(std::vector<std::string>(table.columns.begin(), table.columns.begin() + static_cast<ptrdiff_t>(first.size())) ==
        first);
}

TEST_CASE("Every statistic stands in the CSV, the JSON and the full text") {
  const Evaluation evaluation = evaluate_texts(kScores, "acc", all_options(), "scores.csv", /*runs=*/true);
  const CsvTable table = parsed(as_csv({evaluation}));
  const auto number = [&](const char* column) { return *table.number(0, table.column(column)); };
  REQUIRE(table.rows.size() == 5);
  REQUIRE(table.rows[0].fields[0] == "good");
  // By accuracy f c d e b a; by good f e c d b a. Pairs: c-e and d-e of fifteen are in the wrong order.
  CHECK(number("pairwise_accuracy") == Approx(13.0 / 15));
  CHECK(number("precision_of_k") == 0.5);
  CHECK(number("k") == 2);
  CHECK(number("best_of_k") == 60);
  CHECK(number("regret_of_k") == 0);
  CHECK(number("tied_pairs") == 0);
  CHECK(number("seed_spread") == Approx(.1 / std::sqrt(35.0 / 12)));
  CHECK(number("seed_rank_spread") == 0);
  CHECK(number("noise_ceiling") == Approx(*evaluation.ceiling->ceiling));
  const double r = 1 - 6 * 2.0 / (6 * 35);
  CHECK(number("noise_ceiling") == Approx(std::sqrt(2 * r / (1 + r))));

  const auto json = as_json(evaluation);
  CHECK(json["columns"][0]["pearson"] == number("pearson"));
  CHECK(json["columns"][0]["weighted_tau"] == number("weighted_tau"));
  CHECK(json["columns"][0]["top"]["ndcg"] == number("ndcg_of_k"));
  CHECK(json["columns"][0]["spearman_by_decile"].size() == 10);
  CHECK(json["columns"][0]["partial_spearman"] == number("partial_spearman"));
  CHECK(json["noise_ceiling"]["runs"] == std::vector<std::string>{"run1", "run2"});
  CHECK(json["pairs"][0]["spearman"]["value"].get<double>() == *evaluation.pairs[0].spearman.value);

  const auto& pair = table.rows.back();
  CHECK(pair.fields[0] == "good - macs");
  CHECK(*table.number(4, table.column("spearman")) == *evaluation.pairs[0].spearman.value);
  CHECK(*table.number(4, table.column("first_better")) == *evaluation.pairs[0].first_better);
  CHECK(pair.fields[table.column("target")] == "acc");

  CHECK_THAT(as_table(evaluation), Contains("noise ceiling by run1, run2 on 6 rows") && Contains("good - macs"));
  CHECK_THAT(as_table(evaluation), !Contains("weighted tau"));
  CHECK_THAT(details(evaluation), Contains("weighted tau") && Contains("precision of top 2") &&
                                      Contains("Spearman by accuracy") && Contains("seed spread"));
}

TEST_CASE("A column to compare that a table does not have is named with the table") {
  EvaluationOptions options;
  options.pairs = {{"good", "makes"}};
  CHECK_THROWS_WITH(evaluate_texts(kScores, "acc", options, "mine.csv"),
                    Contains("mine.csv: ") && Contains("\"makes\"") && Contains("macs"));
}

TEST_CASE("Several evaluations stand side by side, named by what tells them apart") {
  const std::string other = "arch,good,extra\na,6,1\nb,5,2\nc,4,3\nd,3,4\ne,2,5\nf,1,6\n";
  const Evaluation first = evaluate_texts(kScores, "acc", {}), second = evaluate_texts(kScores, "other", {});
  const Evaluation third = evaluate_texts(other, "acc", {}, "more.csv");
  const std::string targets = summary_table({first, second});
  CHECK_THAT(targets, Contains("Spearman") && Contains("acc") && Contains("other") && !Contains("scores.csv"));
  CHECK_THAT(summary_table({first, third}), Contains("scores.csv") && Contains("more.csv") && !Contains("acc"));
  CHECK_THAT(summary_table({first, second, third}), Contains("more.csv acc"));

  const auto json = summary_json({first, second, third});
  CHECK(json["evaluations"].size() == 3);
  CHECK(json["spearman"]["extra"][0].is_null());
  CHECK(json["spearman"]["extra"][2].get<double>() == Approx(-*third.columns.back().spearman.value));
  CHECK(json["spearman"]["macs"][1] == -1);
  CHECK(parsed(as_csv(std::vector<Evaluation>{first, third})).rows.size() == first.columns.size() + 2);
}

TEST_CASE("The redundancy matrix has a block a table and a column for each score") {
  EvaluationOptions options;
  options.redundancy = true;
  const std::string other = "arch,good,extra\na,1,3\nb,2,2\nc,3,1\n";
  const CsvTable table =
      parsed(redundancy_csv({evaluate_texts(kScores, "acc", options), evaluate_texts(kScores, "other", {}),
                             evaluate_texts(other, "acc", options, "more.csv")}));
  CHECK(table.columns == std::vector<std::string>{"scores", "column", "macs", "good", "noise", "flat", "extra"});
  REQUIRE(table.rows.size() == 6);
  CHECK(table.rows[4].fields == std::vector<std::string>{"more.csv", "good", "", "1", "", "", "-1"});
  // macs 1 2 3 4 5 6 against good 1 2 4 3 5 6.
  CHECK(*table.number(0, table.column("good")) == Approx(1 - 6 * 2.0 / (6 * 35)));
}

TEST_CASE("Proxies that cannot be relied on are named, and baselines are not") {
  EvaluationOptions options;
  options.correlation.resamples = 200;
  const Evaluation evaluation = evaluate_texts(kScores, "acc", options);
  const auto predicted = prediction_warnings(evaluation);
  REQUIRE(predicted.size() == 2);
  CHECK_THAT(predicted[0], Contains("holds 0") && Contains("noise") && !Contains("macs"));
  // Squared rank differences: 6 of good, 8 of macs.
  CHECK_THAT(predicted[1], Contains("no better at acc than macs") && Contains("noise") && !Contains("good"));

  const auto stable = stability_warnings(evaluation);
  REQUIRE(stable.size() == 2);
  CHECK_THAT(stable[0], Contains("initialisations") && Contains(": noise") && !Contains("good"));
  CHECK_THAT(stable[1], Contains("saturated") && Contains(": flat") && !Contains("good"));

  const std::string fine = "arch,good,good_se\na,1,.1\nb,2,.1\nc,5,.1\nd,4,.1\ne,3,.1\nf,6,.1\n";
  CHECK(prediction_warnings(evaluate_texts(fine, "acc", options)).empty());
  CHECK(stability_warnings(evaluate_texts(fine, "acc", options)).empty());
}

TEST_CASE("Tables of one row, of ties only and of failures only have no correlation and no crash") {
  for (const std::string scores : {"arch,macs,x\na,1,2\n", "arch,macs,x\na,1,2\nb,1,2\nc,1,2\n",
                                   "arch,macs,x\na,nan,inf\nb,,-inf\n", "arch,macs,x\na,,1\nb,,2\n"}) {
    for (const auto policy : {zeroth::eval::FailedPolicy::kBottom, zeroth::eval::FailedPolicy::kDropped}) {
      EvaluationOptions options;
      options.correlation = {policy, 20, 0, 3};
      options.pairs = {{"x", "macs"}};
      options.redundancy = true;
      INFO(scores);
      const Evaluation evaluation = evaluate_texts(scores, "acc", options, "scores.csv", /*runs=*/true);
      CHECK(evaluation.columns.size() == 2);
      CHECK_FALSE(evaluation.columns.back().spearman.value);
      CHECK_NOTHROW(as_table(evaluation) + details(evaluation) + as_csv({evaluation}) + as_json(evaluation).dump() +
                    redundancy_csv({evaluation}));
    }
  }
}
