#include "ensemble/label_free.h"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/ranks.h"

using zeroth::ensemble::Columns;
using zeroth::ensemble::combine;
using zeroth::ensemble::find_label_free;
using zeroth::ensemble::label_free_ensembles;
using zeroth::ensemble::LabelFree;

namespace {

// Small pools with ties, failures and now and then a constant column.
rc::Gen<Columns> pools() {
  return rc::gen::exec([] {
    const int rows = *rc::gen::inRange(1, 12), count = *rc::gen::inRange(1, 6);
    Columns columns(static_cast<size_t>(count));
    for (auto& column : columns) {
      const int values = *rc::gen::inRange(1, 8);
      for (int row = 0; row < rows; ++row) {
        const int value = *rc::gen::inRange(0, values + 1);
        column.push_back(value == 0 ? std::nullopt : std::optional<double>(value - 4));
      }
    }
    return columns;
  });
}

Columns rows_of(const Columns& columns, const std::vector<size_t>& rows) {
  Columns result;
  for (const auto& column : columns) {
    result.emplace_back();
    for (const size_t row : rows) result.back().push_back(column[row]);
  }
  return result;
}

std::vector<double> order_of(const Eigen::VectorXd& score) {
  return zeroth::core::ranks({score.data(), score.data() + score.size()});
}

template <typename Property>
void for_each_ensemble(Property property) {
  for (const LabelFree& ensemble : label_free_ensembles()) {
    INFO(ensemble.name);
    CHECK(rc::check(std::string(ensemble.name), [&] { property(ensemble, *pools()); }));
  }
}

bool close(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  return a.size() == b.size() && (a.size() == 0 || (a - b).cwiseAbs().maxCoeff() < 1e-9);
}

}  // namespace

TEST_CASE("label-free ensembles by hand: ranks 3 1 2 and 1 3 2 of three rows") {
  const Columns columns = {{3.0, 1.0, 2.0}, {10.0, 30.0, 20.0}};
  const auto scores = [&](const char* name) { return combine(find_label_free(name), columns); };
  CHECK(close(scores("rank_mean"), Eigen::Vector3d::Constant(2.0 / 3)));
  CHECK(close(scores("borda"), Eigen::Vector3d::Constant(1.0)));
  CHECK(close(scores("vote"), Eigen::Vector3d::Constant(2.0 / 3)));
  CHECK(close(scores("log_rank"), Eigen::Vector3d(std::log(1.0 / 3) / 2, std::log(1.0 / 3) / 2, std::log(2.0 / 3))));
  CHECK(close(scores("geometric"), -Eigen::Vector3d(std::log(3.0) / 2, std::log(3.0) / 2, std::log(2.0))));
  CHECK(close(scores("robust_rank"), Eigen::Vector3d(0.5 / 61 + 0.5 / 63, 0.5 / 61 + 0.5 / 63, 1.0 / 62)));
}

TEST_CASE("one low rank costs most in log_rank, one high rank gains most in geometric, neither moves vote") {
  const Columns columns = {{1.0, 2.0, 3.0, 4.0, 5.0}, {4.0, 2.0, 3.0, 1.0, 5.0}, {4.0, 2.0, 3.0, 1.0, 5.0}};
  // Row 0 has ranks 1 4 4, row 2 ranks 3 3 3: the sums are equal.
  const auto lead = [&](const char* name) {
    const Eigen::VectorXd score = combine(find_label_free(name), columns);
    return score[0] - score[2];
  };
  CHECK(std::abs(lead("rank_mean")) < 1e-12);
  CHECK(lead("log_rank") < -0.1);
  CHECK(lead("geometric") > 0.1);
  CHECK(lead("vote") == Approx(0.2));
}

TEST_CASE("the vote over two columns counts a tied vote half") {
  CHECK(close(combine(find_label_free("vote"), {{1.0, 2.0, 3.0, 4.0}, {2.0, 4.0, 3.0, 1.0}}),
              Eigen::Vector4d(1.5, 3.0, 3.0, 2.5) / 4.0));
}

TEST_CASE("borda orders as rank_mean does") {
  CHECK(rc::check([] {
    const Columns columns = *pools();
    const Eigen::VectorXd mean = combine(find_label_free("rank_mean"), columns);
    const Eigen::VectorXd points = combine(find_label_free("borda"), columns);
    for (Eigen::Index a = 0; a < mean.size(); ++a) {
      for (Eigen::Index b = 0; b < mean.size(); ++b) {
        RC_ASSERT(mean[a] < mean[b] + 1e-12 || points[a] > points[b] - 1e-9);
      }
    }
  }));
}

TEST_CASE("a strictly increasing transform of a column changes no bit of a label-free score") {
  for_each_ensemble([](const LabelFree& ensemble, Columns columns) {
    const Eigen::VectorXd before = combine(ensemble, columns);
    for (auto& cell : columns.back()) {
      if (cell) cell = std::exp(*cell) - 1e6;
    }
    RC_ASSERT(combine(ensemble, columns) == before);
  });
}

TEST_CASE("the order of columns and constant columns do not matter to a label-free score") {
  for_each_ensemble([](const LabelFree& ensemble, Columns columns) {
    const Eigen::VectorXd before = combine(ensemble, columns);
    std::reverse(columns.begin(), columns.end());
    columns.insert(columns.begin(), std::vector<std::optional<double>>(columns[0].size(), 7.0));
    columns.emplace_back(columns[0].size());
    RC_ASSERT(close(combine(ensemble, columns), before));
  });
}

TEST_CASE("rows in another order keep their label-free scores") {
  for_each_ensemble([](const LabelFree& ensemble, const Columns& columns) {
    std::vector<size_t> order(columns[0].size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::reverse(order.begin(), order.end());
    RC_ASSERT(combine(ensemble, rows_of(columns, order)).reverse() == combine(ensemble, columns));
  });
}

TEST_CASE("twins of a row share its label-free score") {
  for_each_ensemble([](const LabelFree& ensemble, const Columns& columns) {
    std::vector<size_t> twice(columns[0].size() + 2, 0);
    std::iota(twice.begin() + 2, twice.end(), size_t{0});
    const Eigen::VectorXd score = combine(ensemble, rows_of(columns, twice));
    RC_ASSERT(score[0] == score[1] && score[1] == score[2]);
  });
}

TEST_CASE("a pool in which every row stands twice keeps the order of a vote") {
  CHECK(rc::check([] {
    const Columns columns = *pools();
    std::vector<size_t> twice;
    for (size_t row = 0; row < columns[0].size(); ++row) twice.insert(twice.end(), {row, row});
    const std::vector<double> once = order_of(combine(find_label_free("vote"), columns));
    const std::vector<double> doubled = order_of(combine(find_label_free("vote"), rows_of(columns, twice)));
    for (size_t row = 0; row < once.size(); ++row) RC_ASSERT(doubled[2 * row] == 2 * once[row] - 0.5);
  }));
}

TEST_CASE("a row that is better in every column has the better label-free score") {
  for_each_ensemble([](const LabelFree& ensemble, Columns columns) {
    for (auto& column : columns) {
      column.push_back(100.0);
      column.push_back(std::nullopt);
    }
    const Eigen::VectorXd score = combine(ensemble, columns);
    const Eigen::Index rows = score.size();
    RC_ASSERT(score.maxCoeff() == score[rows - 2]);
    RC_ASSERT(score.minCoeff() == score[rows - 1]);
  });
}

TEST_CASE("one row, or rows that have all failed, have label-free score 0") {
  for (const LabelFree& ensemble : label_free_ensembles()) {
    INFO(ensemble.name);
    CHECK(combine(ensemble, {{3.0}, {1.0}}) == Eigen::VectorXd::Zero(1));
    CHECK(combine(ensemble, {{std::nullopt, std::nullopt}}) == Eigen::VectorXd::Zero(2));
    CHECK(combine(ensemble, {{}}).size() == 0);
  }
}

TEST_CASE("an unknown ensemble names the nearest") {
  CHECK_THROWS_WITH(find_label_free("rankmean"),
                    Catch::Contains("did you mean \"rank_mean\"?") && Catch::Contains("robust_rank"));
}
