#include "eval/evaluation.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "eval/population.h"
#include "eval/space_facts.h"
#include "spaces/canonical.h"
#include "tests/eval/temporary_file.h"
#include "tests/spaces/letters.h"

using Catch::Matchers::Contains;
using zeroth::core::ScoreTable;
using zeroth::eval::add_data_free;
using zeroth::eval::add_space_facts;
using zeroth::eval::as_csv;
using zeroth::eval::as_json;
using zeroth::eval::as_table;
using zeroth::eval::Benchmark;
using zeroth::eval::column_quality;
using zeroth::eval::ColumnQuality;
using zeroth::eval::evaluate;
using zeroth::eval::Evaluation;
using zeroth::eval::EvaluationOptions;
using zeroth::eval::FailedPolicy;
using zeroth::eval::join;
using zeroth::eval::number_functions;
using zeroth::eval::Population;
using zeroth::eval::ScoreColumn;
using zeroth::eval::unique_functions;
using zeroth::tests::TemporaryFile;

namespace {

constexpr double kExact = 1e-14;

// Three ways to write x, the second and third with a convolution or a pooling that leads nowhere; then other functions.
const std::string kSkip = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
const std::string kSkipDeadConv = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
const std::string kSkipDeadPool = "|none~0|+|avg_pool_3x3~0|none~1|+|skip_connect~0|none~1|none~2|";
const std::string kConv = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
const std::string kPool = "|none~0|+|none~0|none~1|+|avg_pool_3x3~0|none~1|none~2|";

Evaluation evaluate_text(const std::string& scores, const std::string& benchmark, const EvaluationOptions& options,
                         const char* space = nullptr) {
  const TemporaryFile scores_file("scores.csv", scores), benchmark_file("bench.csv", benchmark);
  return evaluate(ScoreTable::read(scores_file.path()), Benchmark::read(benchmark_file.path(), "acc"),
                  space == nullptr ? nullptr : &zeroth::spaces::find_space(space), options);
}

const ColumnQuality& column(const Evaluation& evaluation, const std::string& name) {
  for (const ColumnQuality& quality : evaluation.columns) {
    if (quality.column == name) return quality;
  }
  FAIL("no column " << name);
  throw std::logic_error("unreachable");
}

EvaluationOptions dropping() {
  EvaluationOptions options;
  options.correlation.failed = FailedPolicy::kDropped;
  return options;
}

const std::string kFiveScores =
    "arch,good,bad,dead,good_se,status\n"
    "a,1,5,,.1,ok\n"
    "b,2,4,,.1,ok\n"
    "c,,3,,.1,good=dead\n"
    "d,4,2,,.1,ok\n"
    "e,5,1,,.1,ok\n";
const std::string kFiveAccuracies = "arch,acc\na,10\nb,20\nc,30\nd,40\ne,50\n";

}  // namespace

TEST_CASE("Failed scores are tied at the bottom, or their rows are dropped for that column") {
  // Ranks of good with the failed one last: 2 3 1 4 5 against 1 2 3 4 5: squared differences 1 + 1 + 4.
  const Evaluation bottom = evaluate_text(kFiveScores, kFiveAccuracies, {});
  const ColumnQuality& good = column(bottom, "good");
  CHECK(good.rows == 5);
  CHECK(good.failed == 1);
  CHECK(*good.spearman.value == Approx(1 - 6 * 6.0 / (5 * 24)).margin(kExact));
  CHECK(*good.kendall.value == Approx((8 - 2) / 10.0).margin(kExact));
  CHECK_FALSE(good.spearman.interval);

  const Evaluation dropped = evaluate_text(kFiveScores, kFiveAccuracies, dropping());
  CHECK(column(dropped, "good").rows == 4);
  CHECK(column(dropped, "good").failed == 1);
  CHECK(*column(dropped, "good").spearman.value == 1);
  CHECK(column(dropped, "bad").rows == 5);
  CHECK(*column(dropped, "bad").kendall.value == -1);
}

TEST_CASE("A column without any score has no numbers but is in the result") {
  for (const EvaluationOptions& options : {EvaluationOptions{}, dropping()}) {
    const Evaluation evaluation = evaluate_text(kFiveScores, kFiveAccuracies, options);
    const ColumnQuality& dead = evaluation.columns.back();
    CHECK(dead.column == "dead");
    CHECK(dead.failed == 5);
    CHECK_FALSE(dead.spearman.value);
    CHECK_FALSE(dead.kendall.value);
    CHECK_FALSE(dead.kendall_top_tenth);
    CHECK_FALSE(dead.top_accuracy);
    CHECK_FALSE(dead.best_of_ten);
  }
}

TEST_CASE("Columns come highest Spearman first, and standard errors are no scores") {
  const Evaluation evaluation = evaluate_text(kFiveScores, kFiveAccuracies, {});
  REQUIRE(evaluation.columns.size() == 3);
  CHECK(evaluation.columns[0].column == "good");
  CHECK(evaluation.columns[1].column == "bad");
  CHECK(evaluation.columns[2].column == "dead");
}

TEST_CASE("Architectures without an accuracy are counted, and two files with none in common are an error") {
  const Evaluation evaluation = evaluate_text("arch,s\na,1\nx,2\n b ,3\ny,4\n", "arch,acc\na,10\nb,20\ny,\na,30\n", {});
  CHECK(evaluation.rows == 2);
  CHECK(evaluation.not_measured == 2);
  CHECK(evaluation.averaged == 1);
  CHECK(column(evaluation, "s").best_of_ten == 20.0);
  CHECK_THROWS_WITH(evaluate_text("arch,s\nx,1\n", "arch,acc\na,10\n", {}),
                    Contains("scores.csv") && Contains("bench.csv") && Contains("\"x\"") && Contains("\"a\""));
  CHECK_THROWS_WITH(evaluate_text("arch,s\n", "arch,acc\na,10\n", {}), Contains("scores.csv: no rows"));
  CHECK_THROWS_WITH(evaluate_text("arch,s_se\na,1\n", "arch,acc\na,10\n", {}), Contains("no column of scores"));
}

TEST_CASE("What a score finds: ties at the top are averaged, the shortlist takes the earlier of equal rows") {
  Population population;
  ScoreColumn score{"s", {}};
  // Twelve rows: two share the highest score, ten share the next, so that the last two miss the shortlist.
  const std::vector<double> accuracies = {50, 70, 10, 20, 30, 40, 50, 60, 61, 62, 99, 98};
  for (size_t row = 0; row < accuracies.size(); ++row) {
    population.architectures.push_back(std::to_string(row));
    score.values.emplace_back(row < 2 ? 2 : 1);
  }
  population.accuracy = accuracies;
  number_functions(population.architectures, population);
  const ColumnQuality quality = column_quality(score, population, {});
  CHECK(quality.top_accuracy == 60.0);
  CHECK(quality.best_of_ten == 70.0);
  // ceil(12 / 10) = 2 rows of highest accuracy, 98 and 99, with one score.
  CHECK_FALSE(quality.kendall_top_tenth);
}

TEST_CASE(
    "Kendall in the top tenth looks at the rows of highest accuracy, and takes ties with the last of them along") {
  Population population;
  ScoreColumn score{"s", {}};
  for (int row = 0; row < 25; ++row) {
    population.architectures.push_back(std::to_string(row));
    population.accuracy.push_back(row);
    score.values.emplace_back(row);
  }
  number_functions(population.architectures, population);
  // The best three rows, 22 to 24, get scores in falling order: -1 among them whatever the other rows say.
  score.values[22] = 102;
  score.values[23] = 101;
  score.values[24] = 100;
  CHECK(*column_quality(score, population, {}).kendall_top_tenth == -1);
  // A fourth row as accurate as the third: of six pairs one is tied in accuracy and one of the others agrees.
  population.accuracy[21] = 22;
  CHECK(*column_quality(score, population, {}).kendall_top_tenth ==
        Approx((2 - 3) / std::sqrt(5.0 * 6.0)).margin(kExact));
}

TEST_CASE("Facts of the space and the data-free baseline stand beside the scores") {
  const std::string scores = "arch,live_macs\n" + kSkip + ",3\n" + kConv + ",2\n" + kPool + ",1\n";
  const std::string benchmark = "arch,acc\n" + kSkip + ",10\n" + kConv + ",20\n" + kPool + ",5\n";
  const Evaluation known = evaluate_text(scores, benchmark, {}, "nasbench201");
  CHECK(known.space == "nasbench201");
  CHECK(known.columns.size() == 5);
  CHECK(known.functions == 3);
  // Given by the file, so not computed: 3 2 1 against 10 20 5.
  CHECK(*column(known, "live_macs").spearman.value == Approx(0.5).margin(kExact));
  // Convolution first, then skip, then pool: live params 3 1.5 1.5, path 3 1.5 1.5, pools 2.5 2.5 1.
  CHECK(*column(known, "data_free").spearman.value == 1);
  CHECK(*column(known, "params").kendall.value == Approx(2 / std::sqrt(2.0 * 3.0)).margin(kExact));

  CHECK(*column(known, "live_macs").lift.value == Approx(-0.5).margin(kExact));
  CHECK_FALSE(column(known, "data_free").lift.value);

  const Evaluation unknown = evaluate_text(scores, benchmark, {});
  CHECK(unknown.space.empty());
  CHECK_FALSE(unknown.columns[0].lift.value);
  CHECK(unknown.columns.size() == 1);
}

TEST_CASE("Sizes that a table lacks in some rows are counted, and the baseline knows all rows") {
  const std::string start = "arch,params,macs,live_params,live_macs\n";
  const std::string benchmark = "arch,acc\n" + kSkip + ",10\n" + kConv + ",20\n" + kPool + ",5\n";
  const std::string whole = start + kSkip + ",1,1,1,1\n" + kConv + ",2,2,2,2\n" + kPool + ",1,1,1,1\n";
  const std::string partly = start + kSkip + ",,,,\n" + kConv + ",,2e9,,2e9\n" + kPool + ",,,,\n";
  const Evaluation known = evaluate_text(whole, benchmark, {}, "nasbench201");
  const Evaluation counted = evaluate_text(partly, benchmark, {}, "nasbench201");
  CHECK(column(counted, "data_free").spearman.value == column(known, "data_free").spearman.value);
  for (const char* size : {"params", "macs", "live_params", "live_macs", "data_free"}) {
    INFO(size);
    CHECK(column(counted, size).failed == 0);
    CHECK(column(counted, size).spearman.value == column(known, size).spearman.value);
  }
}

TEST_CASE("The lift over the baseline pairs the resamples") {
  Population population;
  ScoreColumn baseline{zeroth::eval::kDataFree, {}}, same{"same", {}}, reversed{"reversed", {}};
  for (int row = 0; row < 40; ++row) {
    population.architectures.push_back(std::to_string(row));
    population.accuracy.push_back(row % 7 + 0.01 * row);
    baseline.values.emplace_back(row);
    same.values.emplace_back(3.0 * row - 1.0);  // another scale, the same order
    reversed.values.emplace_back(-row);
  }
  number_functions(population.architectures, population);
  population.columns = {baseline, same, reversed};
  zeroth::eval::CorrelationOptions options;
  options.resamples = 200;
  for (const ColumnQuality& quality : zeroth::eval::correlate(population, options)) {
    INFO(quality.column);
    if (quality.column == "data_free") CHECK_FALSE(quality.lift.value);
    if (quality.column == "same") {
      CHECK(*quality.lift.value == Approx(0.0).margin(kExact));
      CHECK(quality.lift.interval->low == Approx(0.0).margin(kExact));
      CHECK(quality.lift.interval->high == Approx(0.0).margin(kExact));
    }
    if (quality.column == "reversed") {
      CHECK(*quality.lift.value == Approx(2.0 * *quality.spearman.value).margin(kExact));
      CHECK(quality.lift.interval->low < *quality.lift.value);
      CHECK(quality.lift.interval->high > *quality.lift.value);
    }
  }
}

TEST_CASE("The data-free baseline is the mean log rank of three facts of the canonical form") {
  Population population;
  population.architectures = {kSkip, kConv, kPool, "not of this space"};
  population.accuracy = {1, 2, 3, 4};
  CHECK(add_space_facts(population, zeroth::spaces::find_space("nasbench201")) == 1);
  add_data_free(population);
  const ScoreColumn& baseline = population.columns.back();
  REQUIRE(baseline.name == "data_free");
  CHECK(*baseline.values[0] == Approx((std::log(1.5 / 3) + std::log(1.5 / 3) + std::log(2.5 / 3)) / 3).margin(kExact));
  CHECK(*baseline.values[1] == Approx((0.0 + 0.0 + std::log(2.5 / 3)) / 3).margin(kExact));
  CHECK(*baseline.values[2] == Approx((std::log(1.5 / 3) + std::log(1.5 / 3) + std::log(1.0 / 3)) / 3).margin(kExact));
  CHECK_FALSE(baseline.values[3]);
  CHECK(population.functions == 4);
}

TEST_CASE("Unique functions average the scores and accuracies of the rows that compute the same") {
  const std::string scores = "arch,s,t\n" + kSkip + ",1,\n" + kConv + ",5,1\n" + kSkipDeadConv + ",3,\n" +
                             kSkipDeadPool + ",,\n" + kPool + ",7,2\n";
  const std::string benchmark = "arch,acc\n" + kSkip + ",10\n" + kSkipDeadConv + ",20\n" + kSkipDeadPool + ",60\n" +
                                kConv + ",40\n" + kPool + ",50\n";
  const TemporaryFile scores_file("scores.csv", scores), benchmark_file("bench.csv", benchmark);
  Population population = join(ScoreTable::read(scores_file.path()), Benchmark::read(benchmark_file.path(), "acc"));
  CHECK(population.functions == 5);
  CHECK(add_space_facts(population, zeroth::spaces::find_space("nasbench201")) == 0);
  CHECK(population.functions == 3);
  CHECK(population.function[0] == population.function[2]);
  CHECK(population.function[0] == population.function[3]);

  const Population unique = unique_functions(population);
  CHECK(unique.architectures == std::vector<std::string>{kSkip, kConv, kPool});
  CHECK(unique.accuracy == std::vector<double>{30, 40, 50});
  CHECK(unique.columns[0].values == std::vector<std::optional<double>>{2, 5, 7});
  CHECK(unique.columns[1].values == std::vector<std::optional<double>>{std::nullopt, 1, 2});

  EvaluationOptions options;
  options.unique = true;
  const Evaluation evaluation = evaluate_text(scores, benchmark, options, "nasbench201");
  CHECK(evaluation.rows == 5);
  CHECK(evaluation.functions == 3);
  CHECK(column(evaluation, "s").rows == 3);
  CHECK(column(evaluation, "t").failed == 1);
  CHECK(*column(evaluation, "s").spearman.value == 1);
}

TEST_CASE("Results do not depend on the order of the rows") {
  EvaluationOptions options;
  options.correlation.resamples = 50;
  const std::string a = kSkip + ",1\n", b = kConv + ",2\n", c = kSkipDeadConv + ",3\n", d = kPool + ",0\n";
  const std::string benchmark =
      "arch,acc\n" + kSkip + ",10\n" + kSkipDeadConv + ",20\n" + kConv + ",40\n" + kPool + ",50\n";
  const auto forward = evaluate_text("arch,s\n" + a + b + c + d, benchmark, options, "nasbench201");
  const auto backward = evaluate_text("arch,s\n" + d + c + b + a, benchmark, options, "nasbench201");
  CHECK(column(forward, "s").functions == 3);
  CHECK(as_json(forward)["columns"][0] == as_json(backward)["columns"][0]);
  CHECK(column(forward, "s").kendall.interval->low == column(backward, "s").kendall.interval->low);
}

TEST_CASE("Every form of the result says what population its numbers are about") {
  const Evaluation evaluation = evaluate_text(kFiveScores, kFiveAccuracies, dropping());
  const std::string csv = as_csv({evaluation});
  CHECK_THAT(csv, Contains("\ngood,4,4,1,1,,,,,,1,,,,50,50,rows,dropped,0,0,scores.csv,bench.csv,acc,"));
  CHECK_THAT(csv, Contains("\ndead,0,0,5,,,,,,,,,,,,,rows,dropped,0,0,scores.csv,bench.csv,acc,"));

  const auto json = as_json(evaluation);
  CHECK(json["benchmark"] == "bench.csv");
  CHECK(json["architectures"] == 5);
  CHECK(json["functions"] == 5);
  CHECK(json["failed_policy"] == "dropped");
  CHECK(json["space"].is_null());
  CHECK(json["columns"][0]["spearman"]["value"] == 1);
  CHECK(json["columns"][0]["spearman"]["interval"].is_null());
  CHECK(json["columns"][2]["kendall_tau_b"]["value"].is_null());

  const std::string table = as_table(evaluation);
  CHECK_THAT(table, Contains("acc of bench.csv: 5 architectures, 5 functions") && Contains("left out"));
  CHECK_THAT(table, Contains("good    4       1     1.000     -     -     -    1.000     -                 -           "
                             "   50.00           50.00\n"));
}

TEST_CASE("texts of two tables meet as the space prints them, and by function where its benchmark measures functions") {
  const zeroth::tests::Letters letters;
  const TemporaryFile scores("scores.csv", "arch,score\nab,1\nba,2\naa,3\nbb,4\nzz,5\n");
  const TemporaryFile bench("bench.csv", "first,second,acc\nA,B,10\nb,b,20\nB,B,30\nx,y,40\n");
  const Benchmark benchmark = Benchmark::read(bench.path(), "acc", letters.table_columns());
  CHECK(benchmark.example() == "A:B");
  const Population population = join(ScoreTable::read(scores.path()), benchmark, &letters);
  CHECK(population.architectures == std::vector<std::string>{"ab", "ba", "bb"});
  CHECK(population.accuracy == std::vector<double>{10, 10, 25});
  CHECK_THROWS_WITH(Benchmark::read(bench.path(), "acc"), Contains("no column \"arch\"; columns: first, second, acc"));
  CHECK_THROWS_WITH(join(ScoreTable::read(scores.path()), benchmark), Contains("no architecture of"));
}

TEST_CASE("functions can be left out, or be all that counts") {
  const std::string scores = "arch,x\n" + kSkip + ",1\n" + kSkipDeadConv + ",2\n" + kConv + ",3\n" + kPool + ",4\n";
  const std::string benchmark =
      "arch,acc\n" + kSkip + ",10\n" + kSkipDeadConv + ",20\n" + kConv + ",30\n" + kPool + ",25\n";
  const auto function_of = [](const std::string& text) {
    const auto& space = zeroth::spaces::find_space("nasbench201");
    return zeroth::spaces::canonical_form(space.cells(space.parse(text))).text;
  };
  // Named in another notation of the same function: both of its rows go.
  EvaluationOptions options;
  options.without = {{function_of(kSkipDeadPool)}};
  const Evaluation without = evaluate_text(scores, benchmark, options, "nasbench201");
  CHECK(without.rows == 2);
  CHECK(without.functions == 2);
  CHECK(without.not_counted == 2);
  CHECK(column(without, "x").spearman.value == Approx(-1.0));
  options.only.swap(options.without);
  const Evaluation only = evaluate_text(scores, benchmark, options, "nasbench201");
  CHECK(only.rows == 2);
  CHECK(only.functions == 1);
  CHECK(column(only, "x").spearman.value == Approx(1.0));
  options.only = {{"no such function"}};
  CHECK_THROWS_WITH(evaluate_text(scores, benchmark, options, "nasbench201"), Contains("no scored architecture"));
}
