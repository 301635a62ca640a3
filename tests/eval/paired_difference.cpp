#include "eval/paired_difference.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/random.h"

using Catch::Matchers::Contains;
using zeroth::core::Stream;
using zeroth::eval::column_quality;
using zeroth::eval::CorrelationOptions;
using zeroth::eval::FailedPolicy;
using zeroth::eval::number_functions;
using zeroth::eval::paired_difference;
using zeroth::eval::PairedDifference;
using zeroth::eval::Population;
using zeroth::eval::ScoreColumn;

namespace {

// Two scores that share most of their error, the first with less of its own.
Population noisy_population(size_t rows) {
  std::vector<double> truth(rows), shared(rows), own(rows);
  Stream(1, "truth").fill_normal(truth.data(), rows, 1);
  Stream(1, "shared").fill_normal(shared.data(), rows, 1);
  Stream(1, "own").fill_normal(own.data(), rows, 0.5);
  Population population;
  ScoreColumn good{"good", {}}, worse{"worse", {}};
  for (size_t row = 0; row < rows; ++row) {
    population.architectures.push_back(std::to_string(row));
    population.accuracy.push_back(truth[row]);
    good.values.emplace_back(truth[row] + shared[row]);
    worse.values.emplace_back(truth[row] + shared[row] + own[row]);
  }
  population.columns = {good, worse};
  number_functions(population.architectures, population);
  return population;
}

}  // namespace

TEST_CASE("A paired difference is one of the columns' correlations, with an interval narrower than theirs") {
  const Population population = noisy_population(300);
  CorrelationOptions options;
  options.resamples = 300;
  const PairedDifference pair = paired_difference(population, "good", "worse", options);
  const auto good = column_quality(population.columns[0], population, options);
  const auto worse = column_quality(population.columns[1], population, options);
  CHECK(pair.rows == 300);
  CHECK(*pair.spearman.value == *good.spearman.value - *worse.spearman.value);
  CHECK(*pair.kendall.value == *good.kendall.value - *worse.kendall.value);
  CHECK(pair.spearman.interval->low > 0);
  CHECK(pair.kendall.interval->low > 0);
  const double width = pair.spearman.interval->high - pair.spearman.interval->low;
  CHECK(width < (good.spearman.interval->high - good.spearman.interval->low) / 2);
  CHECK(*pair.first_better > 0.95);

  const PairedDifference turned = paired_difference(population, "worse", "good", options);
  CHECK(*turned.spearman.value == -*pair.spearman.value);
  CHECK(turned.spearman.interval->low == Approx(-pair.spearman.interval->high).margin(1e-12));
  CHECK(*turned.first_better == Approx(1 - *pair.first_better).margin(1e-12));
}

TEST_CASE("Only rows with both scores count where failed ones are dropped") {
  Population population = noisy_population(20);
  population.columns[0].values[3] = population.columns[1].values[4] = std::nullopt;
  CorrelationOptions options;
  CHECK(paired_difference(population, "good", "worse", options).rows == 20);
  options.failed = FailedPolicy::kDropped;
  const PairedDifference dropped = paired_difference(population, "good", "worse", options);
  CHECK(dropped.rows == 18);
  CHECK_FALSE(dropped.spearman.interval);
  CHECK_FALSE(dropped.first_better);
}

TEST_CASE("A column that is not there, or twice, cannot be compared") {
  const Population population = noisy_population(5);
  CHECK_THROWS_WITH(paired_difference(population, "goud", "worse", {}),
                    Contains("\"goud\"") && Contains("did you mean \"good\""));
  CHECK_THROWS_AS(paired_difference(population, "good", "good", {}), zeroth::core::UsageError);
}

TEST_CASE("A column without any score has no difference") {
  Population population = noisy_population(6);
  population.columns.push_back({"dead", std::vector<std::optional<double>>(6)});
  CorrelationOptions options;
  options.resamples = 20;
  CHECK_FALSE(paired_difference(population, "good", "dead", options).spearman.value);
  options.failed = FailedPolicy::kDropped;
  CHECK(paired_difference(population, "good", "dead", options).rows == 0);
}
