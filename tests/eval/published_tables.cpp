// The statistics on real data: published score tables against published accuracies.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "core/csv.h"
#include "core/score_table.h"
#include "eval/evaluation.h"
#include "eval/population.h"
#include "eval/rank_statistics.h"
#include "eval/space_facts.h"
#include "tests/benchmarks.h"

using zeroth::core::CsvFile;
using zeroth::core::CsvRow;
using zeroth::core::CsvTable;
using zeroth::core::ScoreTable;
using zeroth::eval::add_data_free;
using zeroth::eval::add_space_facts;
using zeroth::eval::Benchmark;
using zeroth::eval::column_quality;
using zeroth::eval::ColumnQuality;
using zeroth::eval::evaluate;
using zeroth::eval::Evaluation;
using zeroth::eval::EvaluationOptions;
using zeroth::eval::FailedPolicy;
using zeroth::eval::join;
using zeroth::eval::Population;
using zeroth::eval::rank_correlation;
using zeroth::eval::RankCorrelation;
using zeroth::eval::ScoreColumn;
using zeroth::tests::benchmark_file;

namespace {

// Some columns of a file as numbers, nan where there is none; columns that the file does not have are absent.
class Columns {
 public:
  explicit Columns(const std::string& path) {
    CsvFile::read(
        path, [&](const std::vector<std::string>& header) { names_ = header; },
        [&](const CsvRow& row) {
          for (size_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == "arch") arch_.push_back(row.fields[i]);
            values_[names_[i]].push_back(zeroth::core::parse_number(row.fields[i]).value_or(std::nan("")));
          }
        });
  }

  bool has(const std::string& name) const { return values_.count(name) > 0; }
  const std::vector<double>& of(const std::string& name) const { return values_.at(name); }
  // The columns of another file, in the order of this file's architectures.
  std::vector<double> from(const Benchmark& benchmark) const {
    std::vector<double> values;
    for (const std::string& arch : arch_) values.push_back(benchmark.accuracy(arch).value_or(std::nan("")));
    return values;
  }

 private:
  std::vector<std::string> names_, arch_;
  std::map<std::string, std::vector<double>> values_;
};

std::vector<double> target_values(const Columns& columns, const std::string& target) {
  // Only "-perplexity": less of it is better.
  if (target.front() == '-') {
    std::vector<double> values = columns.of(target.substr(1));
    for (double& value : values) value = -value;
    return values;
  }
  if (columns.has(target)) return columns.of(target);
  return columns.from(Benchmark::read(benchmark_file("nb201.csv"), target));
}

}  // namespace

TEST_CASE("The published rank correlations are reproduced to their four digits") {
  const std::string reference_path = benchmark_file("reference_rank_correlations.csv");
  if (reference_path.empty()) return;
  const CsvTable reference = CsvTable::read(reference_path);
  CHECK(reference.rows.size() == 93);
  std::string table;
  std::unique_ptr<Columns> columns;
  for (size_t row = 0; row < reference.rows.size(); ++row) {
    const auto& fields = reference.rows[row].fields;  // table, predictor, target, n, spearman, kendall_tau_b
    INFO(fields[0] << " " << fields[1] << " " << fields[2]);
    if (fields[0] != table) {
      table = fields[0];
      columns = std::make_unique<Columns>(benchmark_file(table));
    }
    const std::vector<double>& predictor = columns->of(fields[1]);
    const std::vector<double> target = target_values(*columns, fields[2]);
    std::vector<double> x, y;
    for (size_t i = 0; i < predictor.size(); ++i) {
      if (!std::isfinite(predictor[i]) || !std::isfinite(target[i])) continue;
      x.push_back(predictor[i]);
      y.push_back(target[i]);
    }
    const RankCorrelation correlation = rank_correlation(x, y);
    CHECK(static_cast<double>(x.size()) == reference.number(row, 3));
    CHECK(*correlation.spearman == Approx(*reference.number(row, 4)).margin(5.1e-5).epsilon(0));
    CHECK(*correlation.kendall == Approx(*reference.number(row, 5)).margin(5.1e-5).epsilon(0));
  }
}

TEST_CASE("A published score table is evaluated against NAS-Bench-201 as it is") {
  const std::string scores = benchmark_file("nb201_proxies_freerea.csv"), accuracies = benchmark_file("nb201.csv");
  if (scores.empty() || accuracies.empty()) return;
  EvaluationOptions options;
  options.correlation.failed = FailedPolicy::kDropped;
  const Evaluation evaluation =
      evaluate(ScoreTable::read(scores), Benchmark::read(accuracies, "cifar10_test_acc"), nullptr, options);
  CHECK(evaluation.rows == 15625);
  const auto column = [&](const std::string& name) {
    return *std::find_if(evaluation.columns.begin(), evaluation.columns.end(),
                         [&](const ColumnQuality& quality) { return quality.column == name; });
  };
  const ColumnQuality naswot = column("cifar10_naswot");
  CHECK(naswot.rows == 15424);
  CHECK(naswot.failed == 201);
  CHECK(*naswot.spearman.value == Approx(.7849).margin(5.1e-5).epsilon(0));
  CHECK(*naswot.top_accuracy == Approx(92.87).margin(.005).epsilon(0));
  CHECK(*column("cifar10_logsynflow").top_accuracy == Approx(93.76).margin(.005).epsilon(0));
}

TEST_CASE("Without any pass, the facts of NAS-Bench-201 rank it as well as they are known to") {
  const std::string path = benchmark_file("nb201.csv");
  if (path.empty()) return;
  const ScoreTable table = ScoreTable::read(path);
  const auto* space = zeroth::spaces::recognise_space(table.rows.front().arch);
  REQUIRE(space != nullptr);
  Population population = join(table, Benchmark::read(path, "cifar10_test_acc"));
  CHECK(add_space_facts(population, *space) == 0);
  add_data_free(population);
  CHECK(population.rows() == 15625);
  CHECK(population.functions == 5260);

  const auto spearman = [&](const std::string& column, const std::string& target) {
    population.accuracy.clear();
    for (const auto& row : table.rows) population.accuracy.push_back(*row.values[table.column(target)]);
    const auto found = std::find_if(population.columns.begin(), population.columns.end(),
                                    [&](const ScoreColumn& candidate) { return candidate.name == column; });
    return *column_quality(*found, population, {}).spearman.value;
  };
  CHECK(spearman("data_free", "cifar10_test_acc") == Approx(.879).margin(.002).epsilon(0));
  CHECK(spearman("data_free", "cifar100_test_acc") == Approx(.876).margin(.002).epsilon(0));
  CHECK(spearman("data_free", "imagenet16_120_test_acc") == Approx(.844).margin(.002).epsilon(0));
  CHECK(spearman("params", "cifar10_test_acc") == Approx(.7527).margin(5.1e-5).epsilon(0));
  CHECK(spearman("live_params", "cifar10_test_acc") == Approx(.822).margin(.0005).epsilon(0));
}
